package keeper_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/deals/types"
)

func TestSettle(t *testing.T) {
	f := newFixture(t)
	f.makeDeal(someDeal("a", 3))
	f.beginBlocks(1)
	require.NoError(t, f.settle("a", 2, true, 40, 40, 10), "tasks end in any order")
	d := f.deal("a")
	require.EqualValues(t, []uint64{1, 1, 90, 40, 2 * each, 0}, []uint64{d.Ended, d.Accepted, d.Paid, d.Refunded, d.Escrow, d.Unused})
	f.requireBalance("worker", 90)
	require.NoError(t, f.settle("a", 0, false, 40))
	d = f.deal("a")
	require.EqualValues(t, []uint64{2, 1, 0}, []uint64{d.Ended, d.Accepted, d.Unused}, "what was paid for is used")
	require.NoError(t, f.settle("a", 1, false))
	d = f.deal("a")
	require.EqualValues(t, []uint64{3, 1, 130, 260, 0, 1}, []uint64{d.Ended, d.Accepted, d.Paid, d.Refunded, d.Escrow, d.Unused})
	require.Equal(t, types.DEAL_STATE_ENDED, d.State())
	require.NoError(t, f.CheckInvariants(f.ctx))
}

func TestSettleRefuses(t *testing.T) {
	for _, tc := range []struct {
		name string
		do   func(f *fixture) types.TaskSettlement
		want error
	}{
		{"less than the escrow", func(*fixture) types.TaskSettlement {
			return types.TaskSettlement{Deal: idOf("a"), Refund: each - 1}
		}, types.ErrSettlement},
		{"more than the escrow", func(*fixture) types.TaskSettlement {
			return types.TaskSettlement{Deal: idOf("a"), Pays: []types.EscrowPay{{To: account("worker"), Amount: each + 1}}}
		}, types.ErrSettlement},
		{"payments whose sum begins anew", func(*fixture) types.TaskSettlement {
			return types.TaskSettlement{Deal: idOf("a"), Refund: each - 1, Pays: []types.EscrowPay{{To: account("worker"), Amount: math.MaxUint64}, {To: account("worker"), Amount: 2}}}
		}, types.ErrSettlement},
		{"a task that is not open", func(f *fixture) types.TaskSettlement {
			require.NoError(f, f.settle("a", 0, false))
			require.NoError(f, f.settle("a", 1, false))
			return types.TaskSettlement{Deal: idOf("a"), Refund: each}
		}, types.ErrSettlement},
		{"a deal that is none", func(*fixture) types.TaskSettlement {
			return types.TaskSettlement{Deal: idOf("b"), Refund: each}
		}, types.ErrNotFound},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			f.setOpensPerBlock(2)
			f.makeDeal(someDeal("a", 3))
			f.beginBlocks(1)
			s := tc.do(f)
			before := f.deal("a")
			require.ErrorIs(t, f.Settle(f.ctx, s), tc.want)
			require.Equal(t, before, f.deal("a"))
			f.requireBalance("worker", 0)
			require.NoError(t, f.CheckInvariants(f.ctx))
		})
	}
}

// The premium is destroyed when the task counts, and is then neither more nor less than that of the terms. It comes back when the task does
// not count, unless a charge stands for which no stake pays: then as much of the escrow may be destroyed.
func TestThePremiumIsDestroyed(t *testing.T) {
	f := newFixture(t)
	d := someDeal("a", 2)
	d.Terms.Premium = 7
	require.EqualValues(t, 2*(each+7), f.makeDeal(d).Escrow)
	f.beginBlocks(1)
	end := types.TaskSettlement{
		Deal: idOf("a"), Accepted: true, Premium: 7, Refund: each - 40,
		Pays: []types.EscrowPay{{To: account("worker"), Amount: 40}},
	}
	for _, premium := range []uint64{1, 6, 8} {
		bad := end
		bad.Premium, bad.Refund = premium, end.Refund+7-premium
		require.ErrorIs(t, f.Settle(f.ctx, bad), types.ErrSettlement, "%d", premium)
	}
	require.NoError(t, f.Settle(f.ctx, end))
	f.requireBalance("nobody", 7)
	f.requireBalance("requester", wealth-40-7-(each+7))
	require.NoError(t, f.CheckInvariants(f.ctx))
	charged := types.TaskSettlement{Deal: idOf("a"), Index: 1, Premium: each + 8}
	require.ErrorIs(t, f.Settle(f.ctx, charged), types.ErrSettlement, "more than the escrow")
	charged.Premium, charged.Refund = 9, each+7-9
	require.NoError(t, f.Settle(f.ctx, charged))
	f.requireBalance("nobody", 7+9)
	f.requireBalance("requester", wealth-40-7-9)
	got := f.deal("a")
	require.Equal(t, []uint64{40, 7 + 9, 2*each + 14 - 40 - 7 - 9, 0}, []uint64{got.Paid, got.Premiums, got.Refunded, got.Escrow})
	require.NoError(t, f.CheckInvariants(f.ctx))
}

// A settlement is one payment: an account that is several parties, or a party and the payer, gets one sum.
func TestSettlePaysEachAccountOnce(t *testing.T) {
	f := newFixture(t)
	f.makeDeal(someDeal("a", 2))
	f.beginBlocks(1)
	require.NoError(t, f.Settle(f.ctx, types.TaskSettlement{
		Deal: idOf("a"), Accepted: true, Refund: each - 100,
		Pays: []types.EscrowPay{
			{To: account("worker"), Amount: 40}, {To: account("owner"), Amount: 10}, {To: account("worker"), Amount: 30},
			{To: account("requester"), Amount: 20}, {To: account("other"), Amount: 0},
		},
	}))
	require.Equal(t, []int{3}, f.bank.together, "the worker, the owner, and the requester, who is the payer")
	f.requireBalance("worker", 70)
	f.requireBalance("owner", 10)
	f.requireBalance("requester", wealth-2*each+20+each-100)
	d := f.deal("a")
	require.EqualValues(t, []uint64{100, each - 100}, []uint64{d.Paid, d.Refunded})
	require.NoError(t, f.CheckInvariants(f.ctx))
}

// Who may receive nothing is passed over, and the payer has the part back.
func TestSettlePassesOverTheBlocked(t *testing.T) {
	f := newFixture(t)
	f.makeDeal(someDeal("a", 1))
	f.beginBlocks(1)
	require.NoError(t, f.Settle(f.ctx, types.TaskSettlement{
		Deal: idOf("a"), Accepted: true, Refund: each - 70,
		Pays: []types.EscrowPay{{To: account("blocked"), Amount: 30}, {To: account("worker"), Amount: 40}},
	}))
	d := f.deal("a")
	require.EqualValues(t, []uint64{40, each - 40}, []uint64{d.Paid, d.Refunded})
	f.requireBalance("blocked", wealth)
	f.requireBalance("worker", 40)
	f.requireBalance("requester", wealth-40)
	require.NoError(t, f.CheckInvariants(f.ctx))
}
