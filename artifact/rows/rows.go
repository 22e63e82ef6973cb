// Package rows is the format in which a bag says what each of its tasks gets of its own. It is a packed folder (package
// artifact/tree) with the file "rows", of which line i is for the task of index i, and the files that rows name, below
// "files". Its digest stands in the deal, so that every worker reads the same rows.
package rows

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/artifact/tree"
)

// DefaultName is what the input is called where nobody says otherwise.
const DefaultName = ".rows"

const (
	// listFile has the rows, one a line.
	listFile = "rows"
	// folder has the files of all rows.
	folder = "files/"
	// MaxRowBytes bounds a line.
	MaxRowBytes = 64 << 10
)

// Row is what one task gets of its own.
type Row struct {
	// Args come behind the arguments of the job.
	Args []string `json:"args,omitempty"`
	// Env are variables, NAME=value, beside those of the job.
	Env []string `json:"env,omitempty"`
	// Stdin is the name of the input that is read as standard input; empty leaves it to the job.
	Stdin string `json:"stdin,omitempty"`
	// Files are inputs beside those of the job.
	Files []File `json:"files,omitempty"`
}

// File is an input of one task.
type File struct {
	// Name that the program finds below /in.
	Name string `json:"name"`
	// From is the name of its content among the files of the rows.
	From string `json:"from"`
}

// Pack writes the rows and the files that they name.
func Pack(w io.Writer, list []Row, files map[string]artifact.Content) error {
	var lines bytes.Buffer
	enc := json.NewEncoder(&lines)
	enc.SetEscapeHTML(false)
	for i, r := range list {
		before := lines.Len()
		if err := r.check(); err != nil {
			return fmt.Errorf("row %d: %w", i+1, err)
		}
		if err := enc.Encode(r); err != nil {
			return fmt.Errorf("row %d: %w", i+1, err)
		}
		if n := lines.Len() - before; n > MaxRowBytes {
			return fmt.Errorf("row %d: got %d bytes, expected at most %d", i+1, n, MaxRowBytes)
		}
		for _, f := range r.Files {
			if _, known := files[f.From]; !known {
				return fmt.Errorf("row %d: file %q is none of the rows' files", i+1, f.From)
			}
		}
	}
	sources := []tree.Source{{Name: listFile, Content: artifact.Bytes(lines.Bytes())}}
	for name, content := range files {
		sources = append(sources, tree.Source{Name: folder + name, Content: content})
	}
	return tree.Pack(w, sources)
}

// Read reads the row of a task by its index, and the contents of its files, in their order, as parts of the archive. An error
// says that the archive has no such row, and says the same everywhere.
func Read(archive []byte, index uint64) (r Row, contents [][]byte, err error) {
	files, err := tree.Read(archive)
	if err != nil {
		return r, nil, err
	}
	list, err := find(files, listFile)
	if err != nil {
		return r, nil, err
	}
	line, err := lineOf(list, index)
	if err != nil {
		return r, nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return r, nil, fmt.Errorf("row %d: %w", index+1, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return r, nil, fmt.Errorf("row %d: expected one object on its line", index+1)
	}
	if err := r.check(); err != nil {
		return r, nil, fmt.Errorf("row %d: %w", index+1, err)
	}
	for _, f := range r.Files {
		data, err := find(files, folder+f.From)
		if err != nil {
			return r, nil, fmt.Errorf("row %d: %w", index+1, err)
		}
		contents = append(contents, data)
	}
	return r, contents, nil
}

// check checks what nobody else does: names of files, variables and stdin are judged with the rest of the job.
func (r Row) check() error {
	for i, a := range r.Args {
		if !utf8.ValidString(a) || strings.ContainsRune(a, 0) {
			return fmt.Errorf("args[%d]: expected UTF-8 without a zero byte", i)
		}
	}
	return nil
}

// lineOf is a line by its index, without its end.
func lineOf(list []byte, index uint64) ([]byte, error) {
	for i := uint64(0); ; i++ {
		line, rest, ended := bytes.Cut(list, []byte{'\n'})
		switch {
		case !ended:
			return nil, fmt.Errorf("row %d: there are %d rows", index+1, i)
		case i == index && len(line) > MaxRowBytes:
			return nil, fmt.Errorf("row %d: got %d bytes, expected at most %d", index+1, len(line), MaxRowBytes)
		case i == index:
			return line, nil
		}
		list = rest
	}
}

// find is a file of the archive, which are in order.
func find(files []tree.File, name string) ([]byte, error) {
	at, found := slices.BinarySearchFunc(files, name, func(f tree.File, name string) int { return strings.Compare(f.Name, name) })
	if !found || files[at].Dir {
		return nil, fmt.Errorf("there is no file %q", name)
	}
	return files[at].Data, nil
}
