package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/deals/types"
)

// A deal that is awaited tells the market once that it has ended, and counts the answers that are failures. No other deal tells anything.
func TestAwaitedDealsTellTheirEnd(t *testing.T) {
	f := newFixture(t)
	d := f.makeDeal(someDeal("a", 2))
	f.makeDeal(someDeal("b", 1))
	f.beginBlocks(1)
	other := f.deal("b")
	require.NotEqual(t, d.Request, other.Request)
	deals, results, err := f.AwaitDeals(f.ctx, d.Request)
	require.NoError(t, err)
	require.Equal(t, [2]int{1, 0}, [2]int{deals, int(results)})
	end := func(name string, index uint64, failed bool) {
		require.NoError(t, f.Settle(f.ctx, types.TaskSettlement{Deal: idOf(name), Task: "t", Index: index, Refund: each, Accepted: true, Failed: failed}))
	}
	end("b", 0, false)
	end("a", 0, true)
	require.Empty(t, f.market.ended)
	end("a", 1, false)
	require.Equal(t, []string{d.Id}, f.market.ended)
	got := f.deal("a")
	require.EqualValues(t, []uint64{2, 1}, []uint64{got.Accepted, got.Failed})
	deals, results, err = f.AwaitDeals(f.ctx, d.Request)
	require.NoError(t, err)
	require.Equal(t, [2]int{1, 1}, [2]int{deals, int(results)}, "an answer that says that the program failed is no result")
	require.NoError(t, f.CheckInvariants(f.ctx))
	digest, found, err := f.ResultOf(f.ctx, d.Request)
	require.NoError(t, err)
	require.True(t, found)
	require.Contains(t, digest, "digest of ")
	data, found, err := f.OnchainOf(f.ctx, d.Request)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "kept"+digest[len("digest"):], string(data), "of the same task")
}

// Nobody can wait for a request with very many deals.
func TestTooManyDealsToAwait(t *testing.T) {
	f := newFixture(t)
	request := someDeal("a", 1).Request
	for i := range types.MaxAwaitedDeals + 1 {
		d := someDeal(fmt.Sprint(i), 1)
		d.Request = request
		f.makeDeal(d)
		deals, _, err := f.AwaitDeals(f.ctx, request)
		if i == types.MaxAwaitedDeals {
			require.ErrorIs(t, err, types.ErrAwaited)
			return
		}
		require.NoError(t, err)
		require.Equal(t, i+1, deals)
	}
}
