package types

import (
	"fmt"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
)

// CompleteStatement fills in what a deal says of an answer to the task of an index: its app, and the digest of its inputs, which are
// returned. The deal is a whole one, with the job's arguments and inputs.
func (d Deal) CompleteStatement(s *poco.Statement, index uint64) (in poco.Inputs, err error) {
	if s.App, err = parseDigest("app", d.Digest); err != nil {
		return in, err
	}
	execution := d.Execution.Contract()
	in = poco.Inputs{Index: index, Arguments: d.Args, Environment: execution.Env, Stdin: execution.Stdin}
	for _, f := range d.Inputs {
		digest, err := parseDigest(f.Name, f.Digest)
		if err != nil {
			return in, err
		}
		in.Files = append(in.Files, poco.InputFile{Name: f.Name, Digest: digest})
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

// parseDigest reads the text of a digest of a deal.
func parseDigest(of, text string) ([32]byte, error) {
	d, err := ids.ParseDigest(text)
	if err != nil {
		err = fmt.Errorf("digest of %s: %w", of, err)
	}
	return d, err
}
