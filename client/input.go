package client

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/artifact/tree"
	"github.com/credence-chain/credence/internal/printable"
	"github.com/credence-chain/credence/poco/contract"
)

// InputFile is a file or a folder that the program reads.
type InputFile struct {
	// Name under /in. If it is empty, the file or folder keeps its own name, and the matches of a pattern go into /in itself.
	// contract.RootTree puts the files of a folder into /in itself.
	Name string
	// Path on this machine of a file or a folder, or a pattern with *, ? or [...] as in filepath.Match. All matches of a pattern
	// together are treated as a folder.
	Path string
	// Folder says that the input is a folder or a pattern. It is packed into one blob, and unpacked for the program. The check of the
	// job sets this field.
	Folder bool

	packed []byte // the archive of a folder that is packed already; Path is then only a description
}

// ParseInput reads "PATH" or "NAME=PATH", where the path is as in InputFile.
func ParseInput(text string) InputFile {
	in := InputFile{Path: text}
	if _, err := os.Stat(text); err != nil {
		if name, path, ok := strings.Cut(text, "="); ok && name != "" && path != "" {
			in = InputFile{Name: name, Path: path}
		}
	}
	in.completeName()
	return in
}

// completeName sets Folder by what is at the path, and sets the name if it is empty.
func (in *InputFile) completeName() {
	if in.packed != nil {
		return
	}
	info, err := os.Stat(in.Path)
	switch {
	case err == nil:
		in.Folder = info.IsDir()
	default:
		in.Folder = strings.ContainsAny(in.Path, "*?[")
	}
	if in.Name != "" {
		return
	}
	if in.Folder && err != nil {
		in.Name = contract.RootTree
		return
	}
	in.Name = filepath.Base(filepath.Clean(in.Path)) // for the current folder this is ".", which is also the name of /in itself
}

// Rule returns the part of an input that its rules check.
func (in InputFile) Rule() contract.Input { return contract.Input{Name: in.Name, Tree: in.Folder} }

// Content returns the bytes to store, which stay where they lie; for a folder, its archive. An *Error says what is wrong with the
// input.
func (in InputFile) Content() (artifact.Content, error) {
	switch {
	case in.packed != nil:
		return artifact.Bytes(in.packed), nil
	case in.Folder:
		return in.pack()
	}
	file, err := findFile("Inputs", in.Path, MaxInputFile)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(in.Path); err == nil && !info.Mode().IsRegular() { // it can be read only once
		return nil, &Error{Code: CodeInvalid, Field: "Inputs", Value: printable.Name(in.Path), What: "it is neither a file nor a folder", Expected: "one of them"}
	}
	return file, nil
}

// pack returns the archive of a folder or a pattern.
func (in InputFile) pack() (artifact.Content, error) {
	files, err := in.listFiles()
	if err != nil {
		return nil, err
	}
	packed, err := tree.NewArchive(files)
	if err != nil {
		return nil, &Error{Code: CodeInvalid, Field: "Inputs", Value: printable.Name(in.Path), What: "the folder can not be packed: " + err.Error(), Err: err}
	}
	if size := packed.Size(); size > MaxInputFile {
		return nil, &Error{
			Code: CodeTooLarge, Field: "Inputs", Value: printable.Name(in.Path), Got: uint64(size), Limit: MaxInputFile,
			What: "its files, packed, have more bytes together than are taken",
		}
	}
	return packed, nil
}

// Blob returns the content to store, and its digest. An *Error says what is wrong with the input.
func (in InputFile) Blob() (artifact.Content, artifact.Digest, error) {
	content, err := in.Content()
	if err != nil {
		return nil, artifact.Digest{}, err
	}
	digest, err := artifact.SumContent(content)
	if err != nil {
		return nil, artifact.Digest{}, &Error{Code: CodeInvalid, Field: "Inputs", Value: printable.Name(in.Path), What: "it can not be read: " + err.Error(), Err: err}
	}
	return content, digest, nil
}

// listFiles lists the files of a folder or a pattern, by their names below the input's name.
func (in InputFile) listFiles() ([]tree.Source, error) {
	if info, err := os.Stat(in.Path); err == nil && info.IsDir() {
		files, err := tree.ListFolder(in.Path)
		return files, listingError(in, err)
	}
	matches, err := filepath.Glob(in.Path)
	if err == nil && len(matches) == 0 {
		return nil, &Error{Code: CodeNotFound, Field: "Inputs", Value: printable.Name(in.Path), What: "nothing matches the pattern"}
	}
	if err != nil {
		return nil, listingError(in, err)
	}
	files, err := tree.ListFiles(patternRoot(in.Path), matches)
	return files, listingError(in, err)
}

func listingError(in InputFile, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Code: CodeInvalid, Field: "Inputs", Value: printable.Name(in.Path), What: err.Error(), Err: err}
}

// patternRoot returns the folder before the first part of a pattern that has a wildcard.
func patternRoot(pattern string) string {
	root := filepath.Dir(pattern)
	for strings.ContainsAny(root, "*?[") {
		root = filepath.Dir(root)
	}
	return root
}

// checkInputs completes the names of the inputs, and checks them by the rule of the chain and of workers.
func (j *Job) checkInputs() error {
	for i := range j.Inputs {
		in := &j.Inputs[i]
		in.completeName()
		if in.Folder && in.Name == contract.RootTree {
			continue
		}
		if err := contract.CheckInputName(in.Name); err != nil {
			return &Error{Code: CodeInvalid, Field: "Inputs", Value: printable.Name(in.Path), What: fmt.Sprintf("its name: %v", err), Err: err}
		}
	}
	if err := contract.CheckInputs(ListInputRules(j.Inputs)); err != nil {
		return &Error{Code: CodeConflict, Field: "Inputs", What: err.Error(), Expected: "a name of its own for each", Err: err}
	}
	return nil
}

// ListInputRules returns the parts of the inputs that their rules check.
func ListInputRules(inputs []InputFile) []contract.Input {
	list := make([]contract.Input, len(inputs))
	for i, in := range inputs {
		list[i] = in.Rule()
	}
	return list
}

// CompleteExecution returns the normal form of an execution, and the inputs plus the stdin file, unless they hold it already. An
// *Error says which rule is broken.
func CompleteExecution(e contract.Execution, inputs []InputFile) (contract.Execution, []InputFile, error) {
	if e.Stdin != "" && !holdsFile(inputs, e.Stdin) {
		in := ParseInput(e.Stdin)
		inputs, e.Stdin = append(slices.Clip(inputs), in), in.Name
	}
	e = e.Normal()
	if err := e.Check(ListInputRules(inputs)); err != nil {
		return e, inputs, &Error{Code: CodeInvalid, Field: "Execution", What: err.Error(), Err: err}
	}
	return e, inputs, nil
}

// holdsFile says whether a name is that of an input, or of a file in an input that is a folder.
func holdsFile(inputs []InputFile, name string) bool {
	for _, in := range inputs {
		if !in.Folder {
			if in.Name == name {
				return true
			}
			continue
		}
		if in.packed != nil {
			continue // the program does not see this archive
		}
		files, err := in.listFiles()
		if err == nil && slices.ContainsFunc(files, func(f tree.Source) bool { return !f.Dir && path.Join(in.Name, f.Name) == name }) {
			return true
		}
	}
	return false
}
