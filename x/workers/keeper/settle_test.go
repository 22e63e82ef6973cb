package keeper_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/workers/types"
)

// assigned returns a fixture with a worker that has two assignments of 10 ucred each.
func assigned(t *testing.T) (*fixture, string) {
	f := newFixture(t)
	f.pool("main", 10)
	worker := f.worker("alpha", 3, 100, "main")
	require.NoError(t, f.k.Lock(f.ctx, worker, 10))
	require.NoError(t, f.k.Lock(f.ctx, worker, 10))
	return f, worker
}

func TestSettleRefuses(t *testing.T) {
	f, worker := assigned(t)
	idle := f.worker("beta", 1, 100, "main")
	to := address20(99)
	for _, tc := range []struct {
		name   string
		ends   []types.SeatSettlement
		pays   []types.StakePay
		burn   uint64
		expErr error
	}{
		{"pays what is not slashed", []types.SeatSettlement{{Worker: worker, Unlock: 10, Slash: 4}}, []types.StakePay{{To: to, Amount: 5}}, 0, types.ErrSettlement},
		{"keeps what is slashed", []types.SeatSettlement{{Worker: worker, Unlock: 10, Slash: 4}}, []types.StakePay{{To: to, Amount: 3}}, 0, types.ErrSettlement},
		{"burns too much", nil, nil, 1, types.ErrSettlement},
		{"a sum that wraps", []types.SeatSettlement{{Worker: worker, Unlock: 10, Slash: 4}}, []types.StakePay{{To: to, Amount: math.MaxUint64}}, 5, types.ErrSettlement},
		{"slash beyond the lock", []types.SeatSettlement{{Worker: worker, Unlock: 10, Slash: 11}}, nil, 11, types.ErrSettlement},
		{"unlock beyond the lock", []types.SeatSettlement{{Worker: worker, Unlock: 21}}, nil, 0, types.ErrSettlement},
		{"no assignment", []types.SeatSettlement{{Worker: idle}}, nil, 0, types.ErrSettlement},
		{"unknown worker", []types.SeatSettlement{{Worker: "x"}}, nil, 0, types.ErrNotFound},
		{"unknown fault", []types.SeatSettlement{{Worker: worker, Unlock: 10, Fault: 9}}, nil, 0, types.ErrSettlement},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ctx, _ := f.ctx.CacheContext()
			require.ErrorIs(t, f.k.Settle(ctx, "t", tc.ends, tc.pays, tc.burn), tc.expErr)
		})
	}
}

func TestSettlePaysAndBurns(t *testing.T) {
	f, worker := assigned(t)
	right := f.worker("beta", 1, 50, "main")
	require.NoError(t, f.k.Lock(f.ctx, right, 10))
	to := address20(99)
	supply := f.bank.GetSupply(f.ctx, types.Denom).Amount.Uint64()
	f.ctx = f.ctx.WithEventManager(sdk.NewEventManager())
	require.NoError(t, f.k.Settle(f.ctx, "cafe", []types.SeatSettlement{
		{Worker: worker, Unlock: 10, Slash: 10, Fault: poco.FaultWrong},
		{Worker: right, Unlock: 10, Right: true, Confirmed: true, Earned: 7},
	}, []types.StakePay{{To: to, Amount: 4}, {To: to, Amount: 3}}, 3))

	require.EqualValues(t, 7, f.balance(text(to)))
	require.Equal(t, supply-3, f.bank.GetSupply(f.ctx, types.Denom).Amount.Uint64())
	w, r := f.get(worker), f.get(right)
	require.Equal(t, []uint64{90, 10, 1}, []uint64{w.Bonded, w.Locked, uint64(w.Busy)})
	require.Equal(t, types.Record{Wrong: 1, StrikeHeight: 10, Slashed: 10}, w.Record)
	require.Equal(t, []uint64{50, 0, 0}, []uint64{r.Bonded, r.Locked, uint64(r.Busy)})
	require.Equal(t, types.Record{Right: 1, Confirmations: 1, Earned: 7}, r.Record)
	f.check()

	var slashed *types.EventSlashed
	for _, e := range f.ctx.EventManager().ABCIEvents() {
		if typed, err := sdk.ParseTypedEvent(e); err == nil {
			if s, ok := typed.(*types.EventSlashed); ok {
				require.Nil(t, slashed, "one event")
				slashed = s
			}
		}
	}
	require.Equal(t, &types.EventSlashed{Worker: worker, Organisation: "alpha", Task: "cafe", Fault: "WRONG", Amount: 10}, slashed)
}

// TestFaults walks through the consequences of each fault.
func TestFaults(t *testing.T) {
	const cooling, forgiveness = 5, 20
	for _, tc := range []struct {
		name    string
		first   poco.Fault
		after   int64 // blocks until the second fault
		second  poco.Fault
		cooling bool // after the first
		jailed  bool // after the second
	}{
		{"declined twice", poco.FaultNone, 1, poco.FaultNone, false, false},
		{"silent twice", poco.FaultSilent, 1, poco.FaultSilent, true, false},
		{"abstained twice", poco.FaultAbstained, 1, poco.FaultAbstained, true, false},
		{"wrong, then silent", poco.FaultWrong, 1, poco.FaultSilent, true, false},
		{"silent, then wrong", poco.FaultSilent, 1, poco.FaultWrong, true, false},
		{"wrong twice in a block", poco.FaultWrong, 0, poco.FaultWrong, true, true},
		{"wrong, then unrevealed", poco.FaultWrong, forgiveness - 1, poco.FaultUnrevealed, true, true},
		{"wrong, and forgiven", poco.FaultWrong, forgiveness, poco.FaultWrong, true, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, worker := assigned(t)
			f.setParams(func(p *types.Params) { p.CoolingBlocks, p.ForgivenessBlocks = cooling, forgiveness })
			start := f.ctx.BlockHeight()
			fault := func(fault poco.Fault) {
				require.NoError(t, f.k.Settle(f.ctx, "t", []types.SeatSettlement{{Worker: worker, Unlock: 10, Fault: fault}}, nil, 0))
				f.check()
			}
			fault(tc.first)
			require.Equal(t, tc.cooling, f.get(worker).Cooling())
			if tc.cooling {
				require.Equal(t, start+cooling, f.get(worker).CoolingUntil)
				require.ErrorIs(t, f.k.Lock(f.ctx, worker, 10), types.ErrNotDrawable)
			}
			for range tc.after {
				f.block(1)
			}
			fault(tc.second)
			require.Equal(t, tc.jailed, f.get(worker).Jailed)
			for range cooling {
				f.block(1)
			}
			require.False(t, f.get(worker).Cooling(), "the first height at which it is drawn again is fault + cooling_blocks")
			orgs, _ := f.drawable("main")
			require.Equal(t, tc.jailed, len(orgs) == 0)
			if tc.jailed {
				require.NoError(t, f.k.Unjail(f.ctx, worker))
				orgs, _ := f.drawable("main")
				require.Equal(t, []string{"alpha"}, orgs)
			}
			registered, err := f.k.Registered(f.ctx, "main")
			require.NoError(t, err)
			require.EqualValues(t, 1, registered, "neither cooling nor jail lowers it")
		})
	}
}

// TestOneOutageIsOneStrike: four assignments that one outage leaves unrevealed, ending at different heights and in any
// order, are one strike; the worker cools and is not jailed. A second outage jails, and so does a lie beside one.
func TestOneOutageIsOneStrike(t *testing.T) {
	missed := func(committed, missed int64) types.SeatSettlement {
		return types.SeatSettlement{Unlock: 10, Fault: poco.FaultUnrevealed, Outage: poco.Outage{Committed: committed, Missed: missed}}
	}
	late := func(committed, missed int64) types.SeatSettlement {
		return types.SeatSettlement{Unlock: 10, Right: true, Fault: poco.FaultLate, Outage: poco.Outage{Committed: committed, Missed: missed}}
	}
	outage := []types.SeatSettlement{missed(2, 20), missed(5, 20), missed(9, 30), missed(19, 41)}
	for _, tc := range []struct {
		name   string
		ends   []types.SeatSettlement // a block apart
		strike int64                  // block of the last strike
		jailed bool
	}{
		{"one outage", outage, 0, false},
		{"whose courts end the other way round", []types.SeatSettlement{outage[3], outage[2], outage[1], outage[0]}, 0, false},
		{"an outage whose last reveals came late", []types.SeatSettlement{outage[0], outage[1], late(9, 30), late(19, 41)}, 0, false},
		{"two late reveals, the worker back in between", []types.SeatSettlement{late(2, 20), {Unlock: 10}, {Unlock: 10}, late(20, 40)}, 3, true},
		{"two outages", []types.SeatSettlement{outage[0], outage[1], missed(20, 40), missed(21, 40)}, 2, true},
		{"an outage, then a lie", []types.SeatSettlement{outage[0], outage[1], {Unlock: 10, Fault: poco.FaultWrong}, outage[2]}, 2, true},
		{"a lie, then an outage", []types.SeatSettlement{{Unlock: 10, Fault: poco.FaultWrong}, outage[0], outage[1], outage[2]}, 1, true},
		{"two lies", []types.SeatSettlement{{Unlock: 10, Fault: poco.FaultWrong}, {Unlock: 10, Fault: poco.FaultWrong}, {Unlock: 10}, {Unlock: 10}}, 1, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			f.pool("main", 10)
			worker := f.worker("alpha", 4, 100, "main")
			for range 4 {
				require.NoError(t, f.k.Lock(f.ctx, worker, 10))
			}
			start := f.ctx.BlockHeight()
			for _, e := range tc.ends {
				e.Worker = worker
				require.NoError(t, f.k.Settle(f.ctx, "t", []types.SeatSettlement{e}, nil, 0))
				f.check()
				f.block(1)
			}
			w := f.get(worker)
			require.Equal(t, tc.jailed, w.Jailed)
			require.Equal(t, start+tc.strike, w.Record.StrikeHeight)
			require.True(t, w.Cooling())
			// The outage is state: what follows it on another chain is judged alike.
			g, err := f.k.ExportGenesis(f.ctx)
			require.NoError(t, err)
			require.Equal(t, w.Record, g.Workers[0].Record)
		})
	}
}

// TestVotesMoveRecords: what a vote of workers does to their records, and to nothing else: being outvoted is no fault, costs no stake
// and no time.
func TestVotesMoveRecords(t *testing.T) {
	f, worker := assigned(t)
	settle := func(e types.SeatSettlement) types.Record {
		e.Worker = worker
		require.NoError(t, f.k.Settle(f.ctx, "t", []types.SeatSettlement{e}, nil, 0))
		require.NoError(t, f.k.Lock(f.ctx, worker, 10))
		return f.get(worker).Record
	}
	before := f.get(worker)
	require.Equal(t, types.Record{Right: 1, Confirmations: 1}, settle(types.SeatSettlement{Unlock: 10, Right: true, Confirmed: true}))
	require.Equal(t, types.Record{Right: 1}, settle(types.SeatSettlement{Unlock: 10, Vote: poco.MarkOutvoted}))
	for range 4 {
		settle(types.SeatSettlement{Unlock: 10, Vote: poco.MarkAccurate})
	}
	require.Equal(t, types.Record{Right: 1, Score: 4}, f.get(worker).Record)
	require.Equal(t, types.Record{Right: 1, Score: 2}, settle(types.SeatSettlement{Unlock: 10, Vote: poco.MarkFaulty}))
	after := f.get(worker)
	require.Equal(t, []uint64{before.Bonded, uint64(before.CoolingUntil)}, []uint64{after.Bonded, uint64(after.CoolingUntil)})
	f.check()
}

// TestProvenFaultResetsConfirmations tells proven faults from the others.
func TestProvenFaultResetsConfirmations(t *testing.T) {
	for fault, left := range map[poco.Fault]uint64{
		poco.FaultWrong: 0, poco.FaultUnrevealed: 0, poco.FaultLate: 0, poco.FaultSilent: 1, poco.FaultAbstained: 1, poco.FaultNone: 1,
	} {
		f, worker := assigned(t)
		require.NoError(t, f.k.Settle(f.ctx, "t", []types.SeatSettlement{{Worker: worker, Unlock: 10, Right: true, Confirmed: true}}, nil, 0))
		require.NoError(t, f.k.Release(f.ctx, worker, 10, fault))
		require.Equal(t, left, f.get(worker).Record.Confirmations, fault.String())
	}
}

func TestLockRefuses(t *testing.T) {
	f := newFixture(t)
	f.pool("main", 10)
	worker := f.worker("alpha", 1, 25, "main")
	require.ErrorIs(t, f.k.Lock(f.ctx, worker, 26), types.ErrStake)
	require.ErrorIs(t, f.k.Lock(f.ctx, "x", 1), types.ErrNotFound)
	f.grant("alpha", false) // and nobody told the module
	require.ErrorIs(t, f.k.Lock(f.ctx, worker, 10), types.ErrNotDrawable)
	f.grant("alpha", true)
	require.NoError(t, f.k.Lock(f.ctx, worker, 10))
	require.ErrorIs(t, f.k.Lock(f.ctx, worker, 10), types.ErrNotDrawable, "its slot is busy")
	_, err := f.k.Unbond(f.ctx, worker, 16)
	require.ErrorIs(t, err, types.ErrStake, "what is locked stays")
	_, err = f.k.Unbond(f.ctx, worker, 15)
	require.NoError(t, err)
	require.NoError(t, f.k.Release(f.ctx, worker, 10, poco.FaultNone))
	f.check()
}

// TestHeldStakes: the stake of an answer under audit stays locked when its slot is free, and is freed or slashed later.
func TestHeldStakes(t *testing.T) {
	f, worker := assigned(t)
	to := address20(99)
	require.NoError(t, f.k.Settle(f.ctx, "t", []types.SeatSettlement{{Worker: worker, Right: true}}, nil, 0))
	require.NoError(t, f.k.Settle(f.ctx, "u", []types.SeatSettlement{{Worker: worker, Right: true}}, nil, 0))
	w := f.get(worker)
	require.Equal(t, []uint64{100, 20, 0, 2}, []uint64{w.Bonded, w.Locked, uint64(w.Busy), w.Record.Right})
	_, err := f.k.Unbond(f.ctx, worker, 81)
	require.ErrorIs(t, err, types.ErrStake, "what stands for an answer cannot be unbonded")

	require.ErrorIs(t, f.k.SettleHeld(f.ctx, "t", []types.SeatSettlement{{Worker: worker, Unlock: 10, Slash: 10}}, nil), types.ErrSettlement)
	require.NoError(t, f.k.SettleHeld(f.ctx, "t", []types.SeatSettlement{{Worker: worker, Unlock: 10}}, nil))
	require.NoError(t, f.k.SettleHeld(f.ctx, "u", []types.SeatSettlement{
		{Worker: worker, Unlock: 10, Slash: 10, Fault: poco.FaultWrong, Overturned: true},
	}, []types.StakePay{{To: to, Amount: 10}}))
	w = f.get(worker)
	require.Equal(t, []uint64{90, 0, 0}, []uint64{w.Bonded, w.Locked, uint64(w.Busy)})
	require.Equal(t, types.Record{Right: 1, Wrong: 1, StrikeHeight: 10, Slashed: 10}, w.Record)
	require.EqualValues(t, 10, f.balance(text(to)))
	f.check()
}
