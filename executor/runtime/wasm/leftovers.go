package wasm

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// leftoverAge is how old a half-written file has to be before it is taken for one
// that a killed child left behind.
const leftoverAge = time.Hour

// removeLeftovers removes what killed children left in the cache. Failing to is no
// harm: the next start tries again.
func removeLeftovers(cacheDir string, now time.Time) {
	_ = filepath.WalkDir(cacheDir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(e.Name(), ".tmp") {
			return nil
		}
		if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > leftoverAge {
			_ = os.Remove(path)
		}
		return nil
	})
}
