package engine

import (
	"fmt"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/artifact/tree"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/memfs"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
)

// inputsOf returns the files of a task and those of its packed folders, as parts of the archives without copies. It returns an
// error if a folder cannot be unpacked, or does not fit the other inputs. The error is the same on every machine.
func inputsOf(spec runtime.Spec) ([]result.File, error) {
	if len(spec.Folders) == 0 {
		return spec.Inputs, nil
	}
	all := append([]result.File{}, spec.Inputs...)
	for _, folder := range spec.Folders {
		archive, err := artifact.ReadContent(folder.Content)
		if err != nil {
			return nil, fmt.Errorf("%w: folder %q: %w", errMachine, folder.Name, err)
		}
		files, err := tree.Read(archive)
		if err != nil {
			return nil, fmt.Errorf("folder %q: %w", folder.Name, err)
		}
		for _, f := range files {
			path, err := contract.TreePath(folder.Name, f.Name)
			if err != nil {
				return nil, fmt.Errorf("folder %q: %w", folder.Name, err)
			}
			file := result.File{Path: path, Executable: f.Executable, Dir: f.Dir}
			if !f.Dir {
				file.Content = artifact.Bytes(f.Data)
			}
			all = append(all, file)
		}
		if len(files) == 0 && folder.Name != contract.RootTree {
			all = append(all, result.File{Path: folder.Name, Dir: true})
		}
	}
	return all, memfs.CheckInputs(all)
}

// contractInputs returns the part of each input that its rules check.
func contractInputs(spec runtime.Spec) (list []contract.Input) {
	for _, f := range spec.Inputs {
		if !f.Dir {
			list = append(list, contract.Input{Name: f.Path})
		}
	}
	for _, f := range spec.Folders {
		list = append(list, contract.Input{Name: f.Name, Tree: true})
	}
	return list
}

// checkFolders checks the names of the packed folders, together with those of the files that are not datasets, against the rule by
// which the chain accepted them.
func checkFolders(spec runtime.Spec) error {
	if len(spec.Folders) == 0 {
		return nil
	}
	var inputs []contract.Input
	for _, in := range contractInputs(spec) {
		if !contract.IsDataset(in.Name) {
			inputs = append(inputs, in)
		}
	}
	return contract.CheckInputs(inputs)
}
