package receipt

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/result"
)

// CheckFiles compares a folder with the files of the accepted answer: every file is there with the right bytes, and there is
// nothing else. The receipt must have been verified before. CheckFiles reads nothing outside of the folder, and refuses symbolic
// links.
func CheckFiles(ctx context.Context, r *Receipt, dir string) error {
	if len(r.Manifest) == 0 {
		return newRefusal(ReasonManifest, "the receipt has no manifest, so that files cannot be checked against it; ask for one while a worker or a store holds the result")
	}
	m, err := result.Parse(r.Manifest)
	if err != nil {
		return newRefusal(ReasonManifest, "the manifest cannot be read: %v", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("folder of the result: %w", err)
	}
	defer root.Close()
	named, used := map[string]result.Entry{}, map[string]bool{}
	for _, e := range m.Entries {
		named[e.Path] = e
		for parent := filepath.Dir(e.Path); parent != "."; parent = filepath.Dir(parent) {
			used[parent] = true
		}
	}
	err = fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == "." {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		e, known := named[path]
		switch {
		case d.IsDir() && (used[path] || known && e.Dir):
			delete(named, path)
			return nil
		case !known:
			return newRefusal(ReasonFiles, "%q is no part of the accepted answer", path)
		}
		delete(named, path)
		return checkFile(root, e, d)
	})
	if err != nil {
		return err
	}
	left := make([]string, 0, len(named))
	for path := range named {
		left = append(left, path)
	}
	if slices.Sort(left); len(left) > 0 {
		return newRefusal(ReasonFiles, "%q is missing: the accepted answer has it", left[0])
	}
	return nil
}

func checkFile(root *os.Root, e result.Entry, d fs.DirEntry) error {
	info, err := d.Info()
	if err != nil {
		return err
	}
	if e.Dir || !info.Mode().IsRegular() {
		return newRefusal(ReasonFiles, "%q is %s, which it is not in the accepted answer", e.Path, kindOf(info.Mode()))
	}
	if uint64(info.Size()) != e.Size {
		return newRefusal(ReasonFiles, "%q has %d bytes, and %d in the accepted answer", e.Path, info.Size(), e.Size)
	}
	if info.Mode()&0o100 != 0 != e.Executable {
		return newRefusal(ReasonFiles, "%q is executable here or in the accepted answer, and not in the other", e.Path)
	}
	file, err := root.Open(e.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	hasher := sha256.New()
	if _, err := io.Copy(hasher, file); err != nil {
		return err
	}
	if got := artifact.Digest(hasher.Sum(nil)); got != artifact.Digest(e.Content) {
		return newRefusal(ReasonFiles, "%q has other bytes than in the accepted answer: %s, expected %s", e.Path, got, artifact.Digest(e.Content))
	}
	return nil
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode.IsRegular():
		return "a file"
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	}
	return "no regular file"
}

// IsRefusal says whether an error is a refusal, and returns its reason. A refusal means that something is not proven; other errors
// mean that the check could not be made.
func IsRefusal(err error) (Reason, bool) {
	var r *Refusal
	if !errors.As(err, &r) {
		return "", false
	}
	return r.Reason, true
}
