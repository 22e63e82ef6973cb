package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/deals/types"
)

func TestFills(t *testing.T) {
	d := types.Deal{PoolOrder: "p", Size_: 3, First: 2, Bag: 6, Datasets: []types.PinnedDataset{{Order: "a"}, {}, {Order: "c"}, {Order: "d"}, {Order: "e"}, {Order: "f"}}}
	all := []types.Fill{{"p", 3}, {"a", 3}, {"c", 3}, {"d", 3}, {"e", 3}, {"f", 3}}
	require.Equal(t, all, d.Fills(), "every task reads every dataset")
	d.AppOrder = "x"
	require.Equal(t, types.Fill{Order: "x", Tasks: 3}, d.Fills()[1])
	d.AppOrder, d.DatasetsPerTask = "", 1
	require.Equal(t, []types.Fill{{"p", 3}, {"c", 1}, {"d", 1}, {"e", 1}}, d.Fills(), "tasks 2 to 4 read one each")
	d.DatasetsPerTask, d.First, d.Size_, d.Bag = 2, 1, 2, 3
	require.Equal(t, []types.Fill{{"p", 2}, {"c", 1}, {"d", 1}, {"e", 1}, {"f", 1}}, d.Fills(), "task 1 reads c and d, task 2 e and f")
}
