package tree

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/credence-chain/credence/artifact"
)

// ListFolder lists the files and folders in a folder on this machine. If the folder holds anything else, the error names it: a
// link, for example, could lead to something different on another machine.
func ListFolder(root string) ([]Source, error) {
	var files []Source
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		f, listed, err := listEntry(root, path, e)
		if listed {
			files = append(files, f)
		}
		return err
	})
	return files, err
}

// ListFiles lists files and folders on this machine, given by their paths from a folder, such as the matches of a pattern.
func ListFiles(root string, paths []string) ([]Source, error) {
	var files []Source
	for _, path := range paths {
		info, err := os.Lstat(path)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			f, _, err := listEntry(root, path, fs.FileInfoToDirEntry(info))
			if err != nil {
				return nil, err
			}
			files = append(files, f)
			continue
		}
		below, err := ListFolder(path)
		if err != nil {
			return nil, err
		}
		name, err := relativePath(root, path)
		if err != nil {
			return nil, err
		}
		for _, f := range below {
			f.Name = name + "/" + f.Name
			files = append(files, f)
		}
		if len(below) == 0 {
			files = append(files, Source{Name: name, Dir: true})
		}
	}
	return files, nil
}

// listEntry makes an entry for what lies at a path. It returns false for a folder that is not empty.
func listEntry(root, path string, e fs.DirEntry) (f Source, yes bool, err error) {
	name, err := relativePath(root, path)
	if err != nil {
		return f, false, err
	}
	switch {
	case e.IsDir():
		below, err := os.ReadDir(path)
		return Source{Name: name, Dir: true}, len(below) == 0, err
	case !e.Type().IsRegular():
		return f, false, fmt.Errorf("%s is neither a file nor a folder (%s), expected only those", path, e.Type())
	}
	info, err := e.Info()
	if err != nil {
		return f, false, err
	}
	return Source{
		Name: name, Executable: info.Mode()&0o111 != 0, Content: artifact.File{Path: path, Long: info.Size()},
	}, true, nil
}

func relativePath(root, path string) (string, error) {
	name, err := filepath.Rel(root, path)
	return filepath.ToSlash(name), err
}
