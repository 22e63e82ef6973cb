package tree

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/poco/contract"
)

// Source is a file or an empty folder that is packed.
type Source struct {
	// Name is its path in the folder.
	Name string
	// Executable is the executable bit of a file; Dir says that it is an empty folder.
	Executable, Dir bool
	// Content of a file; nil of an empty one.
	Content artifact.Content
}

// Pack writes the archive of a folder, whose files may come in any order. It returns an error if the folder breaks a rule, a file
// cannot be read, or the writer fails.
func Pack(w io.Writer, files []Source) error {
	sorted := slices.Clone(files)
	slices.SortStableFunc(sorted, func(a, b Source) int { return strings.Compare(a.Name, b.Name) })
	if err := checkFiles(sorted); err != nil {
		return err
	}
	for _, f := range sorted {
		e := entry{name: f.Name, dir: f.Dir, executable: f.Executable && !f.Dir}
		if f.Content != nil {
			e.size = uint64(f.Content.Size())
		}
		if e.size > maxFileSize {
			return fmt.Errorf("%q has %d bytes, expected at most %d", f.Name, e.size, uint64(maxFileSize))
		}
		if _, err := w.Write(makeHeaders(e)); err != nil {
			return err
		}
		if err := artifact.CopyContent(w, f.Content); err != nil {
			return fmt.Errorf("%q: %w", f.Name, err)
		}
		if _, err := w.Write(make([]byte, paddingOf(e.size))); err != nil {
			return err
		}
	}
	_, err := w.Write(make([]byte, endSize))
	return err
}

// checkFiles checks sorted files against the rules.
func checkFiles(files []Source) error {
	var names []contract.TreeFile
	last := ""
	for _, f := range files {
		if err := contract.CheckTreeName(f.Name); err != nil {
			return err
		}
		if err := contract.CheckTreeOrder(last, f.Name); err != nil {
			return err
		}
		names, last = append(names, contract.TreeFile{Name: f.Name, Dir: f.Dir}), f.Name
	}
	return contract.CheckTreeFiles(names)
}
