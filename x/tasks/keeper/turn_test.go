package keeper_test

import (
	"errors"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
)

// TestAWaitingTurnThatFails: a provisional answer whose settlement fails when its turn has come is broken off too; it
// would otherwise wait for ever, since nothing before it is left to wake it.
func TestAWaitingTurnThatFails(t *testing.T) {
	f := newFixture(t, 20)
	ids := f.openWaiting()
	times := 0
	f.books.fail = func(call, what string) error {
		if call == "deals.Settle" && what == ids[1] {
			if times++; times == 1 {
				panic("once")
			}
		}
		return nil
	}
	f.finish(ids...)
	require.Equal(t, types.ENDING_ACCEPTED, f.task(ids[0]).Ending)
	require.Equal(t, types.ENDING_BROKEN, f.task(ids[1]).Ending)
	require.Zero(t, f.books.get(f.ctx, "locked"))
	checkNothingOpen(t, f)
}

// TestAWaitingTurnThatCannotEvenBeBroken is provisional, waits for nothing, and is put back in the queue until it can end.
func TestAWaitingTurnThatCannotEvenBeBroken(t *testing.T) {
	f := newFixture(t, 20)
	ids := f.openWaiting()
	f.books.fail = func(call, what string) error {
		if call == "deals.Settle" && what == ids[1] {
			return errors.New("always")
		}
		return nil
	}
	f.finish(ids[0])
	stuck := f.task(ids[1])
	require.Equal(t, types.PHASE_TURN, stuck.Phase)
	require.NotZero(t, stuck.Queued, "it is not forgotten")
	f.books.fail = nil
	f.ctx = f.ctx.WithBlockHeight(stuck.Queued - 1)
	f.begin()
	f.end()
	require.Equal(t, types.ENDING_ACCEPTED, f.task(ids[1]).Ending, "its turn was open all the while")
	checkNothingOpen(t, f)
}

// openResolvedWaiting opens two tasks, of which the court ends the second while its turn waits for the first. It returns them with the
// charge of one of their turns, which is all that the allowance covers.
func (f *fixture) openResolvedWaiting() (first, second string, charge poco.Q64) {
	f.t.Helper()
	slow := func(d *dealstypes.Deal) { d.Terms.CommitBlocks = 100 } // the first waits for answers until the court of the second has ended
	first, second = f.open(1, slow)[0], f.open(1)[0]
	for _, id := range []string{first, second} {
		answer := right
		if id == second {
			answer = wrong // a lie that the court finds is charged; a first worker whom it vindicates costs nothing
		}
		for f.task(id).Phase != types.PHASE_SECOND {
			f.begin()
			if f.task(id).Phase == types.PHASE_FIRST {
				f.work(id, answer)
			}
			f.end()
		}
	}
	turn, err := f.k.Turns.Get(f.ctx, first)
	require.NoError(f.t, err)
	charge, err = poco.Q64FromBytes(turn.Charge)
	require.NoError(f.t, err)
	f.setParams(func(p *types.Params) { p.Allowance = turn.Charge })
	f.begin()
	f.finish(second)
	f.end()
	require.Equal(f.t, types.PHASE_SECOND, f.task(first).Phase)
	require.True(f.t, f.task(second).ByCourt)
	return first, second, charge
}

// TestAResolvedTurnThatWaits: the court ends a task whose turn must wait for one before it. What the court found is kept with the turn,
// over an export too, so that the turn is charged once it is asked again. The ended task itself is not touched.
func TestAResolvedTurnThatWaits(t *testing.T) {
	f := newFixture(t, 20)
	first, second, charge := f.openResolvedWaiting()
	turn, err := f.k.Turns.Get(f.ctx, second)
	require.NoError(t, err)
	require.True(t, turn.Waiting)
	require.True(t, turn.Resolved)
	require.True(t, turn.Counted)
	require.False(t, turn.Vindicated)
	f.check()

	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	other := newFixture(t, 20)
	other.ctx, other.secrets = other.ctx.WithBlockHeight(f.ctx.BlockHeight()), f.secrets
	maps.Copy(other.market.deals, f.market.deals)
	require.NoError(t, other.k.InitGenesis(other.ctx, *g))
	for name, chain := range map[string]*fixture{"the chain": f, "its import": other} {
		ended := chain.task(second)
		require.Equal(t, turn.ClassTurn, chain.ledgerView(turn.ClassKey).Ledger.Head+1, name)
		chain.begin()
		chain.end()
		_, err := chain.k.Turns.Get(chain.ctx, second)
		require.NoError(t, err, "%s: asked too early, it waits on", name)
		chain.begin()
		chain.finish(first)
		ledger, err := chain.ledgerView(turn.ClassKey).Ledger.ToPoco()
		require.NoError(t, err)
		require.Zero(t, ledger.Unsettled, name)
		require.EqualValues(t, 2, ledger.N, "%s: both tasks count", name)
		require.Equal(t, charge, ledger.D, "%s: the lie is charged, the truth is not", name)
		require.Equal(t, ended, chain.task(second), name)
		chain.check()
		checkNothingOpen(t, chain)
	}
}
