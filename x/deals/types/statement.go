package types

import (
	"fmt"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
)

// CompleteStatement adds to a statement what a deal says of the task of an index: the app, and the digest of the task's inputs. It returns
// the inputs. The deal must be one of WholeDeal, with the job's arguments and inputs.
func (d Deal) CompleteStatement(s *poco.Statement, index uint64) (in poco.Inputs, err error) {
	if s.App, err = parseDigest("app", d.Digest); err != nil {
		return in, err
	}
	in = poco.Inputs{Index: index, Arguments: d.Args}
	if in.Run, err = d.RunOf(s.Task, index); err != nil {
		return in, err
	}
	for _, f := range d.Inputs {
		digest, err := parseDigest(f.Name, f.Digest)
		if err != nil {
			return in, err
		}
		in.Files = append(in.Files, poco.InputFile{Name: f.Name, Digest: digest, Tree: f.Tree})
	}
	for _, set := range d.DatasetsOf(index) {
		digest, err := parseDigest(set.Dataset, set.Digest)
		if err != nil {
			return in, err
		}
		in.Datasets = append(in.Datasets, digest)
	}
	s.Inputs = in.Digest()
	return in, nil
}

// RunOf returns how the deal's program is run for a task, by its index in the request's bag. Workers execute exactly this run, and evidence
// covers it.
func (d Deal) RunOf(task [32]byte, index uint64) (poco.Run, error) {
	rules, err := contract.FindRuntime(d.Runtime)
	if err != nil {
		return poco.Run{}, fmt.Errorf("deal %s: %w", d.Id, err)
	}
	e := d.RunExecution()
	return poco.Run{
		Execution: e, Seed: poco.RunSeed(task, e.Seed, index), FuelLimit: d.Terms.FuelLimit,
		MemoryLimit: rules.MemoryBytes(d.Resources.MemoryBytes), OutputLimit: rules.OutputBytes(d.Resources.DiskBytes),
	}, nil
}

// parseDigest reads the text of a digest of a deal.
func parseDigest(of, text string) ([32]byte, error) {
	d, err := artifact.ParseDigest(text)
	if err != nil {
		err = fmt.Errorf("digest of %s: %w", of, err)
	}
	return d, err
}
