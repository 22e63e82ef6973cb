package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/market/types"
)

// A name that the chain does not have is named once, in the form from which clients read field and value.
func TestMissingNamesAreNamedOnce(t *testing.T) {
	for want, malleate := range map[string]func(*types.Job){
		`pool: got "nowhere", expected a pool that the chain has: unknown pool`:                     func(j *types.Job) { j.Pool = "nowhere" },
		`app: got "studio/nothing:1", expected an app that the chain has: unknown app`:              func(j *types.Job) { j.App = "studio/nothing:1" },
		`datasets[0]: got "data/nothing:1", expected a dataset that the chain has: unknown dataset`: func(j *types.Job) { j.Datasets = []string{"data/nothing:1"} },
	} {
		f := newFixture(t)
		f.fund("ann", 10_000)
		j := job()
		malleate(&j)
		_, err := f.submitErr("ann", 1, j)
		require.EqualError(t, err, want)
	}
}
