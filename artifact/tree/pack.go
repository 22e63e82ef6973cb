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

// Archive is the archive of a folder as a content. It is made anew from the files, where they lie, whenever it is opened, so that it
// takes neither memory nor disk, however large the folder is. A file whose size changes meanwhile is an error of the reader.
type Archive struct {
	files []Source // sorted
	size  int64
}

var _ artifact.Content = Archive{}

// NewArchive returns the archive of a folder, whose files may come in any order. It reads no file. It returns an error if the folder
// breaks a rule.
func NewArchive(files []Source) (Archive, error) {
	a := Archive{files: slices.Clone(files), size: endSize}
	slices.SortStableFunc(a.files, func(a, b Source) int { return strings.Compare(a.Name, b.Name) })
	if err := checkFiles(a.files); err != nil {
		return Archive{}, err
	}
	for _, f := range a.files {
		e := f.entry()
		if e.size > maxFileSize {
			return Archive{}, fmt.Errorf("%q has %d bytes, expected at most %d", f.Name, e.size, uint64(maxFileSize))
		}
		a.size += int64(uint64(len(makeHeaders(e))) + e.size + paddingOf(e.size))
	}
	return a, nil
}

// Size implements artifact.Content.
func (a Archive) Size() int64 { return a.size }

// Open implements artifact.Content.
func (a Archive) Open() (io.ReadCloser, error) {
	r, w := io.Pipe()
	go func() { w.CloseWithError(a.write(w)) }() // it ends with an error when the reader is closed earlier
	return r, nil
}

// write writes the archive.
func (a Archive) write(w io.Writer) error {
	for _, f := range a.files {
		e := f.entry()
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

// entry returns what the header of a file says.
func (f Source) entry() entry {
	e := entry{name: f.Name, dir: f.Dir, executable: f.Executable && !f.Dir}
	if f.Content != nil {
		e.size = uint64(f.Content.Size())
	}
	return e
}

// Pack writes the archive of a folder, whose files may come in any order. It returns an error if the folder breaks a rule, a file
// cannot be read, or the writer fails.
func Pack(w io.Writer, files []Source) error {
	a, err := NewArchive(files)
	if err != nil {
		return err
	}
	return a.write(w)
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
