package keeper_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/tasks/types"
)

// TestAWaitingTurnThatFails: a provisional answer whose settlement fails when its turn has come is broken off too; it
// would otherwise wait for ever, since nothing before it is left to wake it.
func TestAWaitingTurnThatFails(t *testing.T) {
	f := newFixture(t, 20)
	ids := f.openWaiting()
	times := 0
	f.books.fail = func(call, what string) error {
		if call == "market.Settle" && what == ids[1] {
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
		if call == "market.Settle" && what == ids[1] {
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
