package agent

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// trimLogs deletes logs that are older than the retention, and the oldest of those over the quota.
func (c *Collector) trimLogs() error {
	if c.LogFolder == "" {
		return nil
	}
	left, err := c.trimFiles("log", []string{c.LogFolder}, c.LogQuota, c.now().Add(-c.Retention))
	c.Metrics.LogBytes.Set(float64(left))
	return err
}

// trimModules deletes the compiled modules over the quota that were not used for longest. Whoever needs one compiles it again.
func (c *Collector) trimModules() error {
	left, err := c.trimFiles("module", c.ModuleFolders, c.ModuleQuota, time.Time{})
	c.Metrics.ModuleBytes.Set(float64(left))
	return err
}

// cachedFile is a file of a folder that is trimmed.
type cachedFile struct {
	path string
	size int64
	used time.Time
}

// trimFiles deletes the files below folders that were last used before a time, and as many of the others as are over a quota, and returns
// the bytes that are left. Another process may delete files meanwhile.
func (c *Collector) trimFiles(what string, folders []string, quota int64, before time.Time) (left int64, err error) {
	var list []cachedFile
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) || err == nil && e.IsDir() {
				return nil
			}
			if err != nil {
				return err
			}
			info, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			if left += info.Size(); strings.HasSuffix(path, ".tmp") && c.now().Sub(info.ModTime()) < unfinishedAge {
				return nil // a child writes it
			}
			list = append(list, cachedFile{path, info.Size(), lastUsed(info)})
			return nil
		})
		if err != nil {
			return left, err
		}
	}
	slices.SortFunc(list, func(x, y cachedFile) int { return cmp.Or(x.used.Compare(y.used), strings.Compare(x.path, y.path)) })
	for _, f := range list {
		if !f.used.Before(before) && (quota == 0 || left <= quota) {
			break
		}
		if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return left, err
		}
		left -= f.size
		c.noteGone(what, f.size)
	}
	return left, nil
}
