package contract

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// DatasetsFolder is the folder below /in that holds the datasets of a task. No other input may lie in it.
const DatasetsFolder = "datasets"

// Limits of the names of inputs.
const (
	// MaxInputNameBytes bounds a name, its folders included, in bytes.
	MaxInputNameBytes = 255
	// MaxInputDepth bounds the parts of a name: "a/b/c" has three.
	MaxInputDepth = 64
	// MaxInputNodes bounds the inputs of a task and the folders that they lie in, together.
	MaxInputNodes = 32_768
)

// CheckInputName checks the name of an input below /in. The name is UTF-8 without control characters and backslashes. It is a
// relative path in its shortest form that stays below its root, with at most MaxInputNameBytes bytes and MaxInputDepth parts.
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

// Input is the part of an input that its rules check.
type Input struct {
	// Name below /in.
	Name string
	// Tree says that the content is a packed folder, which the program finds unpacked under the name.
	Tree bool
}

// CheckInputs checks the inputs of a task. It checks each name, and that none lies in the datasets' folder; then it checks all
// names together as CheckTree does. There a folder counts as one name, because its content is checked when it is unpacked. If the
// error is about one name, it says the name's position, counted from 0.
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

// CheckTree checks that files with these names make one tree; each name was checked before. No name occurs twice, no name is a
// folder of another, and there are at most MaxInputNodes files and folders. Datasets are not counted, because they have limits of
// their own.
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

// newNodes returns how many files and folders a name adds to the tree of the names before it: the name itself, and each of its
// folders that it does not share with the last of those names. The names come sorted by their bytes, so that all names of one
// folder stand together.
func newNodes(last, name string) int {
	added := strings.Count(name, "/") + 1
	for i := 0; i < len(name) && i < len(last) && name[i] == last[i]; i++ {
		if name[i] == '/' {
			added--
		}
	}
	return added
}
