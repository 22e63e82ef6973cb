package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/deals/types"
)

// datasetsDeal has an order of an app and of two of its three datasets.
func datasetsDeal(name string, size uint64, perTask uint32) types.Deal {
	d := someDeal(name, size)
	d.AppOrder = idOf("app order")
	d.DatasetsPerTask = perTask
	d.Datasets = []types.PinnedDataset{
		{Dataset: "data/aa", Owner: addr("data"), Order: idOf("order aa")}, {Dataset: "data/bb", Owner: addr("data")}, {Dataset: "data/cc", Owner: addr("data"), Order: idOf("order cc")},
	}
	return d
}

// What nobody was paid for is given back when the deal has ended, once, to each order that it took of.
func TestReleaseAtTheEnd(t *testing.T) {
	f := newFixture(t)
	f.makeDeal(datasetsDeal("a", 3, 0))
	f.beginBlocks(1)
	require.NoError(t, f.settle("a", 0, true, each))
	require.NoError(t, f.settle("a", 1, false))
	require.Zero(t, f.releaseAll(), "the deal has not ended")
	require.NoError(t, f.settle("a", 2, false))
	require.Equal(t, 4, f.releaseAll())
	want := map[string]uint64{idOf("pool order"): 2, idOf("app order"): 2, idOf("order aa"): 2, idOf("order cc"): 2}
	require.Equal(t, want, f.market.released)
	require.EqualValues(t, 2, f.deal("a").Released)
	require.Zero(t, f.releaseAll())
	require.NoError(t, f.CheckInvariants(f.ctx))
}

func TestReleaseNothingOfWhatWasPaid(t *testing.T) {
	f := newFixture(t)
	f.makeDeal(datasetsDeal("a", 1, 0))
	f.beginBlocks(1)
	require.NoError(t, f.settle("a", 0, false, 1))
	require.Zero(t, f.releaseAll())
	require.Empty(t, f.market.released)
}

// A dataset that one task alone reads has its volume back when that task has ended.
func TestReleaseOfSplitDatasets(t *testing.T) {
	f := newFixture(t)
	f.makeDeal(datasetsDeal("a", 3, 1))
	f.beginBlocks(1)
	require.NoError(t, f.settle("a", 2, false))
	require.Equal(t, 1, f.releaseAll())
	require.Equal(t, map[string]uint64{idOf("order cc"): 1}, f.market.released)
	require.NoError(t, f.settle("a", 1, false))
	require.Zero(t, f.releaseAll(), "its dataset is sold at the list price")
	require.NoError(t, f.settle("a", 0, true, each))
	require.Equal(t, 2, f.releaseAll(), "of the pool and the app")
	require.Equal(t, map[string]uint64{idOf("order cc"): 1, idOf("pool order"): 2, idOf("app order"): 2}, f.market.released)
}

func TestReleaseOfSplitDatasetsThatWereNotOpened(t *testing.T) {
	f := newFixture(t)
	f.setOpensPerBlock(1)
	f.makeDeal(datasetsDeal("a", 3, 1))
	f.beginBlocks(1)
	_, err := f.CancelDeal(f.ctx, rawID("a"))
	require.NoError(t, err)
	f.releaseAll()
	require.Equal(t, map[string]uint64{idOf("order cc"): 1, idOf("pool order"): 2, idOf("app order"): 2}, f.market.released)
}

// Money does not depend on it: an order that takes nothing back stops neither the deal nor the next release.
func TestReleaseThatFailsIsDropped(t *testing.T) {
	f := newFixture(t)
	f.market.refuses = idOf("app order")
	f.makeDeal(datasetsDeal("a", 1, 0))
	f.makeDeal(someDeal("b", 1))
	f.beginBlocks(1)
	require.NoError(t, f.settle("a", 0, false))
	require.NoError(t, f.settle("b", 0, false))
	f.releaseAll()
	require.GreaterOrEqual(t, f.market.released[idOf("pool order")], uint64(1), "the other deal's")
	f.requireBalance("requester", wealth)
	require.NoError(t, f.CheckInvariants(f.ctx))
}
