package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// openWaiting opens two tasks, of which the second has all its answers and waits for the first: the allowance shrinks to what one of the
// two charges.
func (f *fixture) openWaiting() []string {
	f.t.Helper()
	ids := append(f.open(1), f.open(1)...)
	for _, id := range ids {
		for f.task(id).Phase != types.PHASE_SECOND {
			f.begin()
			if f.task(id).Phase == types.PHASE_FIRST {
				f.work(id, right)
			}
			f.end()
		}
	}
	turn, err := f.k.Turns.Get(f.ctx, ids[0])
	require.NoError(f.t, err)
	w, err := poco.Q64FromBytes(turn.Charge)
	require.NoError(f.t, err)
	require.False(f.t, w.IsZero())
	f.setParams(func(p *types.Params) { p.Allowance = turn.Charge })
	for range 4 {
		f.begin()
		f.work(ids[1], right)
		f.end()
	}
	require.Equal(f.t, types.PHASE_TURN, f.task(ids[1]).Phase)
	return ids
}

// TestWaitingTurnsAreCounted: while a turn waits, both its ledgers count it, and an import counts it anew. When the turn before it is
// settled, it is asked, and nothing of the counts stays.
func TestWaitingTurnsAreCounted(t *testing.T) {
	f := newFixture(t, 20)
	ids := f.openWaiting()
	f.check()
	turn, err := f.k.Turns.Get(f.ctx, ids[1])
	require.NoError(t, err)
	require.True(t, turn.Waiting)
	for _, ledger := range []string{turn.ClassKey, turn.RequesterKey} {
		n, err := f.k.WaitingCounts.Get(f.ctx, ledger)
		require.NoError(t, err)
		require.EqualValues(t, 1, n, ledger)
	}

	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	other := newFixture(t, 20)
	require.NoError(t, other.k.InitGenesis(other.ctx, *g))
	other.check()

	for name, spoil := range map[string]func(*fixture) error{
		"a count too many":  func(f *fixture) error { return f.k.WaitingCounts.Set(f.ctx, turn.ClassKey, 2) },
		"a count that is 0": func(f *fixture) error { return f.k.WaitingCounts.Set(f.ctx, "class/7", 0) },
		"no count":          func(f *fixture) error { return f.k.WaitingCounts.Remove(f.ctx, turn.RequesterKey) },
		"no entry": func(f *fixture) error {
			return f.k.Waiting.Remove(f.ctx, collections.Join(turn.ClassKey, turn.ClassTurn))
		},
	} {
		bad := newFixture(t, 20)
		require.NoError(t, bad.k.InitGenesis(bad.ctx, *g))
		require.NoError(t, spoil(bad))
		require.ErrorContains(t, bad.k.CheckInvariants(bad.ctx), "waiting", name)
	}

	f.finish(ids...)
	require.Equal(t, types.ENDING_ACCEPTED, f.task(ids[1]).Ending)
	f.check()
	checkNothingOpen(t, f)
}
