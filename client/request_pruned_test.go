package client

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// TestDealsOfWithPrunedOnes: the chain lists the deals that are not pruned. Pruned deals are found by their ids, which follow from the
// request's id and the sizes of the earlier deals. A request that was itself pruned does not say how many deals it had.
func TestDealsOfWithPrunedOnes(t *testing.T) {
	request := poco.RequestID("credence-1", "ann", 1)
	m := newFakeMarket(t)
	m.request = markettypes.Request{Id: markettypes.FormatID(request), Status: markettypes.REQUEST_STATUS_MATCHED, Filled: 6, Deals: 3}
	first := uint64(0)
	for i, size := range []uint64{3, 1, 2} {
		d := dealstypes.Deal{Id: markettypes.FormatID(poco.DealID(request, first)), Request: m.request.Id, First: first, Size_: size, Bag: 6}
		if i != 1 {
			d.Pruned = 90
		}
		m.deals = append(m.deals, d)
		first += size
	}
	m.request.Deal = m.deals[0].Id
	conn := dialFake(t, m.fakeNode)
	got, err := DealsOf(t.Context(), conn, m.request)
	require.NoError(t, err)
	require.Equal(t, m.deals, got)

	r := m.request
	r.Deals, r.Pruned = 0, 91
	got, err = DealsOf(t.Context(), conn, r)
	require.NoError(t, err)
	require.Equal(t, m.deals, got)
	require.Contains(t, matchedText(got[0]), "pruned at height 90")
	require.Equal(t, "1 task of the bag met no offer until it expired, and are refunded",
		describeUnfilled(&markettypes.Request{Status: markettypes.REQUEST_STATUS_EXPIRED, Filled: 1, Pruned: 9, Job: markettypes.Job{Size_: 2}}))

	m.deals = m.deals[:2]
	_, err = DealsOf(t.Context(), conn, r)
	require.Error(t, err, "a node that does not have all of them")
}
