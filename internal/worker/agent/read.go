package agent

import (
	"fmt"
	"path"
	"slices"

	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/poco/contract"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

// read is a file that a task finds below /in.
type read struct {
	what     string // for errors
	name     string // below /in
	digest   string
	size     uint64
	locators []string
	tree     bool   // a folder
	of       string // the request whose answer it is; "" of any other
	rows     bool   // the archive of the bag's rows
}

// listReads lists the files that a task reads: the inputs of its deal, then the datasets of this task, each in the deal's order.
func listReads(a chain.Assignment) (out []read) {
	for _, in := range a.Deal.Inputs {
		out = append(out, read{
			what: fmt.Sprintf("input %q", in.Name), name: in.Name, digest: in.Digest, size: in.Size_,
			locators: slices.Concat(in.Locators, a.Deal.Locators), tree: in.Tree, of: in.Of, rows: isRows(a.Deal, in),
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

// datasetName returns the path of a dataset below /in: its id, in a folder that inputs may not use.
func datasetName(d dealstypes.PinnedDataset) string {
	return path.Join(contract.DatasetsFolder, d.Dataset)
}

// isRows says whether an input is the archive of the bag's rows.
func isRows(d dealstypes.Deal, in *dealstypes.Input) bool {
	return in.Tree && in.Name == d.Execution.Contract().Rows
}
