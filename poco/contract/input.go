package contract

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// DatasetsFolder is the folder below /in in which the datasets of a task lie; inputs keep out of it.
const DatasetsFolder = "datasets"

// Limits of the names of inputs.
const (
	// MaxInputNameBytes bounds a name, its folders included, in bytes.
	MaxInputNameBytes = 255
	// MaxInputDepth bounds how many names a name has: "a/b/c" has three.
	MaxInputDepth = 64
	// MaxInputNodes bounds the inputs of a task and the folders that they lie in, together.
	MaxInputNodes = 32_768
)

// CheckInputName checks what an input is called below /in: UTF-8 without control characters and backslashes, a relative
// path in its shortest form that stays below its root, of at most MaxInputNameBytes and MaxInputDepth.
func CheckInputName(name string) error {
	depth := strings.Count(name, "/") + 1
	switch {
	case name == "" || len(name) > MaxInputNameBytes:
		return fmt.Errorf("got %d bytes, expected 1 to %d bytes", len(name), MaxInputNameBytes)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r == '\\' || unicode.IsControl(r) }):
		return fmt.Errorf("%q: expected UTF-8 without control characters and backslashes", name)
	case path.IsAbs(name):
		return fmt.Errorf("%q is absolute, expected a relative path", name)
	case name == "." || name == ".." || strings.HasPrefix(name, "../") || strings.HasSuffix(name, "/..") || strings.Contains(name, "/../"):
		return fmt.Errorf("%q: expected a file's path without \"..\"", name)
	case path.Clean(name) != name:
		return fmt.Errorf("%q: expected the shortest form, %q", name, path.Clean(name))
	case depth > MaxInputDepth:
		return fmt.Errorf("%q lies in %d folders, expected at most %d", name, depth-1, MaxInputDepth-1)
	}
	return nil
}

// RootTree is the name of an input that is a folder and becomes /in itself.
const RootTree = "."

// Input is what of an input its rules look at.
type Input struct {
	// Name below /in.
	Name string
	// Tree: the content is a packed folder, which the program finds unpacked under the name.
	Tree bool
}

// CheckInputs checks the inputs of a task: the name of each by itself, none in the datasets' folder, and all of them
// together as CheckTree does; a folder counts as one there, since what is in it is judged when it is unpacked. The error
// names the position, from 0, where it is one name's.
func CheckInputs(inputs []Input) error {
	var names []string
	roots := 0
	for i, in := range inputs {
		if in.Tree && in.Name == RootTree {
			if roots++; roots > 1 {
				return fmt.Errorf("inputs[%d].name: a second folder %q, expected one", i, RootTree)
			}
			continue
		}
		if err := CheckInputName(in.Name); err != nil {
			return fmt.Errorf("inputs[%d].name: %w", i, err)
		}
		if inDatasets(in.Name) {
			return fmt.Errorf("inputs[%d].name: %q: expected none in %q, where datasets are", i, in.Name, DatasetsFolder)
		}
		names = append(names, in.Name)
	}
	return CheckTree(names)
}

// IsDataset says whether a name below /in is that of a dataset of a task.
func IsDataset(name string) bool { return strings.HasPrefix(name, DatasetsFolder+"/") }

// inDatasets says whether a name below /in is the datasets' folder or lies in it.
func inDatasets(name string) bool {
	return name == DatasetsFolder || IsDataset(name)
}

// CheckTree checks that files of these names, each sound by itself, make one tree: no name twice, none that is the folder
// of another, and at most MaxInputNodes of files and folders. Datasets, which their own limits bound, do not count.
func CheckTree(names []string) error {
	sorted := slices.Sorted(slices.Values(names))
	nodes, last := 0, ""
	for i, name := range sorted {
		if i > 0 && sorted[i-1] == name {
			return fmt.Errorf("inputs: %q is there twice", name)
		}
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			if _, file := slices.BinarySearch(sorted, dir); file {
				return fmt.Errorf("inputs: %q is a file and the folder of %q", dir, name)
			}
		}
		if !IsDataset(name) {
			nodes, last = nodes+newNodes(last, name), name
		}
		if nodes > MaxInputNodes {
			return fmt.Errorf("inputs: more than %d files and folders, expected at most that many", MaxInputNodes)
		}
	}
	return nil
}

// newNodes counts what a name adds to the tree of the names before it, in the order of their bytes, in which all names of
// one folder stand together: itself, and the folders that it does not share with the last of them.
func newNodes(last, name string) int {
	added := strings.Count(name, "/") + 1
	for i := 0; i < len(name) && i < len(last) && name[i] == last[i]; i++ {
		if name[i] == '/' {
			added--
		}
	}
	return added
}
