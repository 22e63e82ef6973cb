package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/x/deals/types"
)

// Split datasets are read by one task each, in their order; a task beyond the last reads none.
func TestDatasetsOf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := types.Deal{DatasetsPerTask: rapid.Uint32Range(0, 7).Draw(t, "per task")}
		for i := range rapid.IntRange(0, 9).Draw(t, "datasets") {
			d.Datasets = append(d.Datasets, types.PinnedDataset{Dataset: string(rune('a' + i))})
		}
		k, n := uint64(d.DatasetsPerTask), uint64(len(d.Datasets))
		if k == 0 {
			require.Equal(t, d.Datasets, d.DatasetsOf(rapid.Uint64().Draw(t, "index")))
			return
		}
		var all []types.PinnedDataset
		for i := range (n + k - 1) / k {
			part := d.DatasetsOf(i)
			require.NotEmpty(t, part)
			require.LessOrEqual(t, uint64(len(part)), k)
			all = append(all, part...)
		}
		require.Equal(t, d.Datasets, all)
		if n > 0 {
			require.Empty(t, d.DatasetsOf((n+k-1)/k))
			require.Empty(t, d.DatasetsOf(1<<63))
		}
	})
}

func TestDealPayer(t *testing.T) {
	d := types.Deal{Requester: "r"}
	require.Equal(t, "r", d.Payer())
	d.Sponsor = "s"
	require.Equal(t, "s", d.Payer())
	d.Voucher = "v"
	require.Equal(t, "v", d.Payer())
}

func TestDealParties(t *testing.T) {
	d := types.Deal{
		Requester: "r", Request: "q", App: "a", AppOwner: "o", Pool: "p", PoolOrder: "po", AppOrder: "ao", Beneficiary: "r", Sponsor: "s",
		Datasets: []types.PinnedDataset{{Dataset: "d", Order: "do"}, {Dataset: "d"}},
	}
	require.Equal(t, []string{
		"app-owner/o", "app/a", "beneficiary/r", "dataset/d", "order/ao", "order/do", "order/po", "pool/p", "request/q", "requester/r", "sponsor/s",
	}, d.Parties())
}

// Progress is the whole of what changes: taking it off and putting it back gives the deal.
func TestDealProgress(t *testing.T) {
	d := types.Deal{Id: "x", Size_: 9, Opened: 5, Ended: 4, Accepted: 3, Escrow: 50, Paid: 7, Refunded: 8, Cancelled: true}
	bare := d.With(types.DealProgress{})
	require.Equal(t, types.Deal{Id: "x", Size_: 9}, bare)
	require.Equal(t, d, bare.With(d.Progress()))
	require.EqualValues(t, []uint64{5, 4}, []uint64{d.Unended(), d.Unopened()})
	require.Equal(t, types.DEAL_STATE_RUNNING, d.State())
	d.Ended = 9
	require.Equal(t, types.DEAL_STATE_ENDED, d.State())
}
