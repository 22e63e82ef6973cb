package types_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/market/types"
)

// CheckApp and CheckDataset judge one side, whatever the other datasets cost or lack.
func TestSidesByThemselves(t *testing.T) {
	a := good()
	require.NoError(t, a.CheckApp(a.App.Offer))
	a.Datasets[0].Version.ByOrder, a.Datasets[0].Order = true, nil
	a.Datasets[1].Left, a.Datasets[1].Version.Price = 0, 1<<60
	require.NoError(t, a.CheckApp(a.App.Offer))
	require.ErrorIs(t, a.CheckDataset(0, a.Datasets[0].Offer), types.ErrByOrder)
	require.ErrorIs(t, a.CheckDataset(1, a.Datasets[1].Offer), types.ErrDatasetPrice)
	a = good()
	a.Datasets[1].Left = 0
	require.NoError(t, a.CheckDataset(0, a.Datasets[0].Offer))
	require.ErrorIs(t, a.CheckDataset(1, a.Datasets[1].Offer), types.ErrVolume)
	require.Zero(t, a.Datasets[1].Left, "the agreement is left as it was")
	a.App.Order.App.Requesters = audience(mal)
	require.ErrorIs(t, a.CheckApp(a.App.Offer), types.ErrAppRestrictsRequester)
}

// What one dataset costs to judge does not depend on how many others there are, and it keeps its number in errors.
func TestOneDatasetByItself(t *testing.T) {
	with := func(n int) types.Agreement {
		a := good()
		for i := range n {
			s := a.Datasets[1]
			s.Dataset.Id = fmt.Sprint("base/more-", i)
			s.Version.Dataset = s.Dataset.Id
			a.Datasets = append(a.Datasets, s)
			a.Request.Job.Datasets = append(a.Request.Job.Datasets, s.Version.Reference())
		}
		return a
	}
	allocations := func(a types.Agreement) float64 {
		return testing.AllocsPerRun(10, func() { require.NoError(t, a.CheckDataset(1, a.Datasets[1].Offer)) })
	}
	require.Equal(t, allocations(with(0)), allocations(with(60)))
	a := with(3)
	a.App.Order.App.Datasets.Ids = []string{"base/rates"}
	require.ErrorContains(t, a.CheckDataset(4, a.Datasets[4].Offer), "datasets[4]: base/more-2")
	require.ErrorContains(t, a.CheckApp(a.App.Offer), "datasets[1]: base/names", "an app's order says which datasets it takes")
}

func TestPrices(t *testing.T) {
	a := good()
	a.Seats = 4
	court := types.Court{Seats: 4, Floor: a.Params.FloorCourtFee(a.Request.Job.FuelLimit)}
	require.Equal(t, types.Prices{App: 10, Dataset: 25, Pool: 30, Commission: 500, Stake: 1_000, Court: court}, a.Prices())
	a.App.Order, a.Datasets[0].Order = nil, nil
	require.Equal(t, types.Prices{App: 7, Dataset: 5, Pool: 30, Commission: 500, Stake: 1_000, Court: court}, a.Prices())
}
