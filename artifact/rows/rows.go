// Package rows is the format in which a bag gives each of its tasks a part of its own. It is a packed folder (package
// artifact/tree). Line i of its file "rows" is for the task of index i, and the files that the rows name are below "files". The
// folder's digest is in the deal, so that every worker reads the same rows.
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

// DefaultName is the name of the input if the requester does not choose one.
const DefaultName = ".rows"

const (
	// listFile is the file of the rows, one row a line.
	listFile = "rows"
	// folder is the folder of the files of all rows.
	folder = "files/"
	// MaxRowBytes bounds a line.
	MaxRowBytes = 64 << 10
)

// Row is the part that belongs to one task.
type Row struct {
	// Args are added after the arguments of the job.
	Args []string `json:"args,omitempty"`
	// Env are variables, NAME=value, in addition to those of the job.
	Env []string `json:"env,omitempty"`
	// Stdin is the name of the input that is read as standard input; if it is empty the job's is used.
	Stdin string `json:"stdin,omitempty"`
	// Files are inputs in addition to those of the job.
	Files []File `json:"files,omitempty"`
}

// File is an input of one task.
type File struct {
	// Name is the name under which the program finds the file below /in.
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

// Read returns the row of a task by its index, and the contents of the row's files, in their order, as parts of the archive. It
// returns an error if the archive has no such row. The error depends only on the archive and the index.
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

// check checks what no later step checks. Names of files, variables and stdin are checked with the rest of the job.
func (r Row) check() error {
	for i, a := range r.Args {
		if !utf8.ValidString(a) || strings.ContainsRune(a, 0) {
			return fmt.Errorf("args[%d]: expected UTF-8 without a zero byte", i)
		}
	}
	return nil
}

// lineOf returns the line with the given index, without its end.
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

// find returns the content of a file of the archive, whose files are sorted.
func find(files []tree.File, name string) ([]byte, error) {
	at, found := slices.BinarySearchFunc(files, name, func(f tree.File, name string) int { return strings.Compare(f.Name, name) })
	if !found || files[at].Dir {
		return nil, fmt.Errorf("there is no file %q", name)
	}
	return files[at].Data, nil
}
