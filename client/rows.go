package client

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/artifact/rows"
	"github.com/credence-chain/credence/artifact/tree"
	"github.com/credence-chain/credence/poco/contract"
)

// Row is what one task of a bag gets in addition to its job.
type Row struct {
	// Args follow the job's arguments.
	Args []string
	// Env are variables, NAME=value, in addition to the job's.
	Env []string
	// Stdin replaces the job's stdin: the name of an input, or the path of a file that becomes an input. Empty keeps the job's.
	Stdin string
	// Inputs in addition to the job's. A folder gives the program its files, but no empty folders.
	Inputs []InputFile
}

// CompleteRows packs the rows into one more input, and names that input in the execution. An *Error says which rule of the chain and of
// workers is broken; its Value is the number of the row, from 1.
func CompleteRows(e contract.Execution, inputs []InputFile, list []Row) (contract.Execution, []InputFile, error) {
	if len(list) == 0 {
		return e, inputs, nil
	}
	p := packer{files: map[string]artifact.Content{}, known: map[string]string{}}
	packed := make([]rows.Row, len(list))
	for i, r := range list {
		var err error
		if packed[i], err = p.pack(e, inputs, r); err != nil {
			return e, inputs, rowError(i, err)
		}
	}
	var archive bytes.Buffer
	if p.size > MaxRows {
		return e, inputs, &Error{Code: CodeTooLarge, Field: "Rows", Got: uint64(p.size), Limit: MaxRows, What: "the files of all rows have more bytes together than are taken"}
	}
	if err := rows.Pack(&archive, packed, p.files); err != nil {
		return e, inputs, &Error{Code: CodeInvalid, Field: "Rows", What: err.Error(), Err: err}
	}
	if archive.Len() > MaxRows {
		return e, inputs, &Error{Code: CodeTooLarge, Field: "Rows", Got: uint64(archive.Len()), Limit: MaxRows, What: "the rows and their files have more bytes than are taken"}
	}
	e.Rows = rows.DefaultName
	return e, append(slices.Clip(inputs), InputFile{Name: rows.DefaultName, Path: fmt.Sprintf("%d rows", len(list)), Folder: true, packed: archive.Bytes()}), nil
}

func rowError(i int, err error) error {
	e := &Error{Code: CodeInvalid, Field: "Rows", Value: strconv.Itoa(i + 1), What: err.Error(), Err: err}
	var of *Error
	if errors.As(err, &of) {
		e.Code, e.Got, e.Limit, e.Expected = of.Code, of.Got, of.Limit, of.Expected
	}
	return e
}

// packer collects the files of rows, each once.
type packer struct {
	files map[string]artifact.Content // by their names in the archive
	known map[string]string           // names in the archive, by the paths of the files on this machine
	size  int64
}

// pack converts a row to the form that workers read, and collects its files.
func (p *packer) pack(e contract.Execution, inputs []InputFile, r Row) (rows.Row, error) {
	out := rows.Row{Args: r.Args, Env: r.Env, Stdin: r.Stdin}
	own := slices.Clone(r.Inputs)
	if r.Stdin != "" && !holdsFile(slices.Concat(inputs, own), r.Stdin) {
		in := ParseInput(r.Stdin)
		own, out.Stdin = append(own, in), in.Name
	}
	rules := ListInputRules(inputs)
	for _, in := range own {
		in.completeName()
		files, err := in.files()
		if err != nil {
			return out, err
		}
		for _, f := range files {
			out.Files = append(out.Files, rows.File{Name: f.Name, From: p.add(f)})
			rules = append(rules, contract.Input{Name: f.Name})
		}
	}
	if err := contract.CheckInputs(rules); err != nil {
		return out, err
	}
	e = e.OfRow(r.Env, out.Stdin)
	return out, e.Check(rules)
}

// add collects a file, unless it has it, and returns its name in the archive.
func (p *packer) add(f tree.Source) string {
	file, onDisk := f.Content.(artifact.File)
	if onDisk {
		if name, known := p.known[file.Path]; known {
			return name
		}
	}
	name := strconv.Itoa(len(p.files))
	p.files[name] = f.Content
	if f.Content != nil {
		p.size += f.Content.Size()
	}
	if onDisk {
		p.known[file.Path] = name
	}
	return name
}

// files lists the files of an input by their names below /in.
func (in InputFile) files() ([]tree.Source, error) {
	if !in.Folder {
		content, err := in.Content()
		if err != nil {
			return nil, err
		}
		return []tree.Source{{Name: in.Name, Content: content}}, nil
	}
	list, err := in.listFiles()
	if err != nil {
		return nil, err
	}
	out := list[:0]
	for _, f := range list {
		if !f.Dir {
			f.Name = path.Join(in.Name, f.Name)
			out = append(out, f)
		}
	}
	return out, nil
}

// checkRows sets the size of the bag to the number of rows, and packs the rows.
func (j *Job) checkRows() error {
	n := uint64(len(j.Rows))
	if n == 0 || j.Execution.Rows != "" {
		return nil
	}
	switch {
	case j.DatasetsPerTask > 0:
		return &Error{Code: CodeConflict, Field: "DatasetsPerTask", Value: fmt.Sprint(j.DatasetsPerTask), What: "rows and datasets both say what each task gets", Expected: "one of them"}
	case j.Bag > 1 && j.Bag != n:
		return &Error{Code: CodeConflict, Field: "Bag", Value: fmt.Sprint(j.Bag), Got: j.Bag, Limit: n, What: fmt.Sprintf("%s make as many tasks", pluralOf(n, "row", "rows")), Expected: fmt.Sprint(n)}
	}
	j.Bag = n
	var err error
	j.Execution, j.Inputs, err = CompleteRows(j.Execution, j.Inputs, j.Rows)
	return err
}
