package contract

import (
	"fmt"
	"path"
	"strings"
)

// TreeFile is the part of a file or an empty folder, in a packed folder, that the folder's rules check.
type TreeFile struct {
	// Name is its path in the folder.
	Name string
	// Dir says that it is an empty folder.
	Dir bool
}

// CheckTreeName checks one path in a packed folder by the rules of CheckInputName.
func CheckTreeName(name string) error { return CheckInputName(name) }

// CheckTreeOrder checks a path of a packed folder against the one before it: the paths are sorted by their bytes, and none occurs
// twice.
func CheckTreeOrder(last, name string) error {
	if last >= name {
		return fmt.Errorf("%q comes after %q, expected the names in order, each once", name, last)
	}
	return nil
}

// CheckTreeFiles checks that the files and empty folders of a packed folder make one tree. Each path was checked before, and they
// are in order. No file is the folder of another. No two files or folders differ only in the case of ASCII letters, because
// machines that ignore case would unpack another folder. There are at most MaxInputNodes files and folders.
func CheckTreeFiles(files []TreeFile) error {
	kinds := make(map[string]bool, len(files)) // of every name, whether it is a folder
	folded := make(map[string]string, len(files))
	add := func(name string, dir, leaf bool) error {
		if known, there := kinds[name]; there {
			if leaf || !known || !dir {
				return fmt.Errorf("%q is there as a file or an empty folder, and as the folder of others", name)
			}
			return nil
		}
		kinds[name] = dir
		if len(kinds) > MaxInputNodes {
			return fmt.Errorf("more than %d files and folders, expected at most that many", MaxInputNodes)
		}
		lower := lowerASCII(name)
		if other, there := folded[lower]; there {
			return fmt.Errorf("%q and %q differ only in the case of letters", other, name)
		}
		folded[lower] = name
		return nil
	}
	empty := map[string]bool{}
	for _, f := range files {
		for dir := path.Dir(f.Name); dir != "."; dir = path.Dir(dir) {
			if empty[dir] {
				return fmt.Errorf("%q is there as an empty folder, and %q in it", dir, f.Name)
			}
			if err := add(dir, true, false); err != nil {
				return err
			}
		}
		if err := add(f.Name, f.Dir, true); err != nil {
			return err
		}
		if f.Dir {
			empty[f.Name] = true
		}
	}
	return nil
}

// TreePath returns the path below /in of a file in a folder, when the folder is the input with the given name. It returns an error
// if no input can have that path as its name.
func TreePath(input, name string) (string, error) {
	full := path.Join(input, name)
	if err := CheckInputName(full); err != nil {
		return "", err
	}
	if inDatasets(full) {
		return "", fmt.Errorf("%q: expected nothing in %q, where datasets are", full, DatasetsFolder)
	}
	return full, nil
}

// lowerASCII turns the capital letters of ASCII into small ones. It leaves other letters as they are, because Unicode's rules for
// them change with its version.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
