package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/deals/types"
)

// setOpensPerBlock sets how many tasks a block opens.
func (f *fixture) setOpensPerBlock(n uint32) {
	f.Helper()
	params := types.DefaultParams()
	params.OpensPerBlock = n
	require.NoError(f, f.Params.Set(f.ctx, params))
}

func TestOpeningIsCapped(t *testing.T) {
	f := newFixture(t)
	f.setOpensPerBlock(4)
	f.makeDeal(someDeal("a", 10))
	for _, want := range []int{4, 8, 10, 10} {
		f.beginBlocks(1)
		require.Len(t, f.tasks.opened, want)
		require.EqualValues(t, want, f.deal("a").Opened)
	}
	seen := map[string]bool{}
	for _, name := range f.tasks.opened {
		require.False(t, seen[name], "each task is opened once")
		seen[name] = true
	}
}

// A small bag does not wait for the end of a large one: a deal opens a quarter of a block's tasks, and goes to the end.
func TestOpeningTakesTurns(t *testing.T) {
	f := newFixture(t)
	f.setOpensPerBlock(8)
	f.makeDeal(someDeal("large", 100))
	f.makeDeal(someDeal("small", 2))
	f.beginBlocks(1)
	require.EqualValues(t, 6, f.deal("large").Opened)
	require.EqualValues(t, 2, f.deal("small").Opened)
	require.Equal(t, []string{
		taskName(idOf("large"), 0), taskName(idOf("large"), 1), taskName(idOf("small"), 0), taskName(idOf("small"), 1),
	}, f.tasks.opened[:4])
}

// The tasks of a deal are those of its part of the bag.
func TestOpeningBeginsAtFirst(t *testing.T) {
	f := newFixture(t)
	d := someDeal("a", 2)
	d.First, d.Bag = 5, 9
	f.makeDeal(d)
	f.beginBlocks(1)
	require.Equal(t, []string{taskName(d.Id, 5), taskName(d.Id, 6)}, f.tasks.opened)
}

// A task that can not be opened is refunded, and those after it are opened.
func TestOpeningThatFailsIsRefunded(t *testing.T) {
	for _, how := range []string{"error", "panic"} {
		t.Run(how, func(t *testing.T) {
			f := newFixture(t)
			bad := taskName(idOf("a"), 1)
			f.tasks.fails[bad], f.tasks.panics[bad] = how == "error", how == "panic"
			f.makeDeal(someDeal("a", 3))
			f.beginBlocks(1)
			require.Equal(t, []string{taskName(idOf("a"), 0), taskName(idOf("a"), 2)}, f.tasks.opened)
			d := f.deal("a")
			require.EqualValues(t, []uint64{3, 1, 0, each, 1}, []uint64{d.Opened, d.Ended, d.Accepted, d.Refunded, d.Unused})
			f.requireBalance("requester", wealth-2*each)
		})
	}
}

// A deal whose record is broken goes to the end of the queue, where it is tried again; those behind it have their turn.
func TestOpeningOfABrokenDealIsTriedAgain(t *testing.T) {
	f := newFixture(t)
	f.makeDeal(someDeal("broken", 1))
	f.makeDeal(someDeal("good", 1))
	progress, err := f.Progress.Get(f.ctx, rawID("broken"))
	require.NoError(t, err)
	require.NoError(t, f.Progress.Remove(f.ctx, rawID("broken")))
	require.NoError(t, f.BeginBlock(f.ctx))
	require.Equal(t, []string{taskName(idOf("good"), 0)}, f.tasks.opened)
	require.NoError(t, f.Progress.Set(f.ctx, rawID("broken"), progress))
	f.beginBlocks(1)
	require.Equal(t, []string{taskName(idOf("good"), 0), taskName(idOf("broken"), 0)}, f.tasks.opened)
}

func TestHooksAreSetOnce(t *testing.T) {
	f := newFixture(t)
	require.Panics(t, func() { f.SetTaskHooks(f.tasks) })
	require.Panics(t, func() { f.SetMarketHooks(f.market) })
}
