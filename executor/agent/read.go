package agent

import (
	"fmt"
	"path"
	"slices"

	"github.com/credence-chain/credence/executor/chain"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// datasetFolder is the folder below /in with the datasets, each under its id; the names of inputs never begin with it.
const datasetFolder = "datasets"

// read is a file that a task finds below /in.
type read struct {
	what     string // for errors
	name     string // below /in
	digest   string
	size     uint64
	locators []string
}

// reads lists what a task reads: the inputs of its deal, then the datasets that are its share, each in the deal's order.
func reads(a chain.Assignment) (out []read) {
	for _, in := range a.Deal.Inputs {
		out = append(out, read{
			what: fmt.Sprintf("input %q", in.Name), name: in.Name, digest: in.Digest, size: in.Size_,
			locators: slices.Concat(in.Locators, a.Deal.Locators),
		})
	}
	for _, d := range a.Deal.DatasetsOf(a.Task.Index) {
		out = append(out, read{
			what: fmt.Sprintf("dataset %s:%s", d.Dataset, d.Version), name: datasetName(d), digest: d.Digest, size: d.Size_,
			locators: d.Locators,
		})
	}
	return out
}

// datasetName is where a dataset lies below /in.
func datasetName(d markettypes.PinnedDataset) string { return path.Join(datasetFolder, d.Dataset) }
