package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/deals/types"
)

// Cancelling ends the tasks that are not open yet, at once; those that are open go on, and end one by one.
func TestCancelDeal(t *testing.T) {
	f := newFixture(t)
	f.setOpensPerBlock(4)
	f.makeDeal(someDeal("a", 10))
	f.beginBlocks(1)
	was, err := f.CancelDeal(f.ctx, rawID("a"))
	require.NoError(t, err)
	require.False(t, was.Cancelled, "it is returned as it was")
	d := f.deal("a")
	require.True(t, d.Cancelled)
	require.EqualValues(t, []uint64{4, 6, 6 * each, 4 * each}, []uint64{d.Opened, d.Ended, d.Refunded, d.Escrow})
	f.requireBalance("requester", wealth-4*each)
	f.beginBlocks(2)
	require.Len(t, f.tasks.opened, 4, "nothing more is opened")
	require.Equal(t, 1, f.releaseAll(), "its order has the volume of six tasks back")
	require.EqualValues(t, 6, f.market.released[idOf("pool order")])

	again, err := f.CancelDeal(f.ctx, rawID("a"))
	require.NoError(t, err)
	require.True(t, again.Cancelled)
	f.requireBalance("requester", wealth-4*each)
	for i := range uint64(4) {
		require.NoError(t, f.settle("a", i, true, each))
	}
	require.ErrorIs(t, f.settle("a", 4, false), types.ErrSettlement, "no more ends than there were")
	require.Equal(t, types.DEAL_STATE_ENDED, f.deal("a").State())
	require.NoError(t, f.CheckInvariants(f.ctx))
}

func TestCancelDealThatIsOpen(t *testing.T) {
	f := newFixture(t)
	f.makeDeal(someDeal("a", 2))
	f.beginBlocks(1)
	_, err := f.CancelDeal(f.ctx, rawID("a"))
	require.NoError(t, err)
	d := f.deal("a")
	require.True(t, d.Cancelled)
	require.Zero(t, d.Ended, "its tasks end by themselves")
	require.Zero(t, f.releaseAll())
}

// What is wrong with a deal when it is cancelled stays in the queue of openings, and is closed there when it is mended.
func TestCancelIsTriedAgain(t *testing.T) {
	f := newFixture(t)
	f.makeDeal(someDeal("a", 2))
	held := f.bank.has[string(module(types.ModuleName))]
	f.bank.has[string(module(types.ModuleName))] = 0
	_, err := f.CancelDeal(f.ctx, rawID("a"))
	require.NoError(t, err)
	require.True(t, f.deal("a").Cancelled)
	require.Zero(t, f.deal("a").Ended, "there was nothing to refund it from")
	f.bank.has[string(module(types.ModuleName))] = held
	f.beginBlocks(1)
	require.EqualValues(t, 2, f.deal("a").Ended)
	require.Empty(t, f.tasks.opened)
	f.requireBalance("requester", wealth)
}

func TestCancelNothing(t *testing.T) {
	f := newFixture(t)
	_, err := f.CancelDeal(f.ctx, rawID("nothing"))
	require.Error(t, err)
}
