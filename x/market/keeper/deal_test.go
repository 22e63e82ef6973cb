package keeper_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

func TestSettle(t *testing.T) {
	pay := func(name string, amount uint64) dealstypes.EscrowPay {
		_, to := account(name)
		return dealstypes.EscrowPay{To: to, Amount: amount}
	}
	const each = 10 + 19*50 + 1 // of the one task opened, with a premium of 1
	for _, tc := range []struct {
		name     string
		pays     []dealstypes.EscrowPay
		refund   uint64
		accepted bool
		expErr   error
		balances map[string]uint64
	}{
		{"everything back", nil, each, false, nil, map[string]uint64{"ann": 10_000}},
		{"paid and the rest back", []dealstypes.EscrowPay{pay("studio", 10), pay("w1", 50), pay("w2", 50)}, each - 110, true, nil,
			map[string]uint64{"ann": 10_000 - 110, "studio": 10, "w1": 50, "w2": 50}},
		{"all paid", []dealstypes.EscrowPay{pay("w1", each)}, 0, true, nil, map[string]uint64{"ann": 10_000 - each, "w1": each}},
		{"one account paid twice", []dealstypes.EscrowPay{pay("w1", 1), pay("w1", 2)}, each - 3, true, nil, map[string]uint64{"ann": 10_000 - 3, "w1": 3}},
		{"a part of nothing", []dealstypes.EscrowPay{pay("w1", 0)}, each, true, nil, map[string]uint64{"ann": 10_000, "w1": 0}},
		{"a part nobody may have goes back", []dealstypes.EscrowPay{pay("blocked", 60), pay("w1", 50)}, each - 110, true, nil,
			map[string]uint64{"ann": 10_000 - 50, "w1": 50, "blocked": 0}},
		{"too little", []dealstypes.EscrowPay{pay("w1", 50)}, each - 51, true, dealstypes.ErrSettlement, nil},
		{"too much", []dealstypes.EscrowPay{pay("w1", 50)}, each - 49, true, dealstypes.ErrSettlement, nil},
		{"more than the escrow", []dealstypes.EscrowPay{pay("w1", each+1)}, 0, true, dealstypes.ErrSettlement, nil},
		{"sum over 64 bits", []dealstypes.EscrowPay{pay("w1", math.MaxUint64), pay("w2", each+1)}, 0, true, dealstypes.ErrSettlement, nil},
		{"sum with the refund over 64 bits", []dealstypes.EscrowPay{pay("w1", each+1)}, math.MaxUint64, true, dealstypes.ErrSettlement, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			f.fund("ann", 10_000)
			f.offer("open", 1, 50, 0)
			id := f.submit("ann", 1, job())
			f.next()
			d := f.deal(id)
			before := f.dump()
			err := f.settleTask(d.Id, 0, tc.pays, tc.refund, tc.accepted)
			require.ErrorIs(t, err, tc.expErr)
			if tc.expErr != nil {
				require.Equal(t, before, f.dump())
				require.EqualValues(t, 10_000-each, f.balance("ann"))
				return
			}
			for name, want := range tc.balances {
				require.Equal(t, want, f.balance(name), name)
			}
			after := f.deal(id)
			require.Zero(t, after.Escrow)
			require.EqualValues(t, 1, after.Ended)
			require.Equal(t, tc.accepted, after.Accepted == 1)
			require.EqualValues(t, each, after.Paid+after.Refunded)
			require.ErrorIs(t, f.settleTask(d.Id, 0, tc.pays, tc.refund, tc.accepted), dealstypes.ErrSettlement, "a task ends once")
			f.endBlock()
		})
	}
}

func TestSettleRefusesTasksNotOpened(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 1_000_000)
	f.offer("open", 1, 45, 0)
	j := job()
	j.Size_, j.MaxPrice = 60, 101
	id := f.submit("ann", 1, j)
	f.next()
	d := f.deal(id)
	require.EqualValues(t, 50, d.Opened)
	for range 50 {
		require.NoError(t, f.settleTask(d.Id, 0, nil, 101, false))
	}
	require.ErrorIs(t, f.settleTask(d.Id, 0, nil, 101, false), dealstypes.ErrSettlement)
	require.ErrorIs(t, f.settleTask(id, 0, nil, 101, false), dealstypes.ErrNotFound)
	f.next()
}
