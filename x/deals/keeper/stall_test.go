package keeper_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/deals/types"
)

// next goes to a height and begins its block; for each task that it opens drawn says whether a worker is drawn. It returns how many it opened.
func (f *fixture) next(height int64, drawn func(opened int) bool) int {
	f.Helper()
	f.ctx = f.ctx.WithBlockHeight(height - 1)
	before := len(f.tasks.opened)
	f.beginBlocks(1)
	for i := range f.tasks.opened[before:] {
		if !drawn(i) {
			require.NoError(f, f.TaskUndrawn(f.ctx, idOf("a")))
		}
	}
	require.NoError(f, f.CheckInvariants(f.ctx))
	return len(f.tasks.opened) - before
}

func never(int) bool  { return false }
func always(int) bool { return true }

// TestABagThatNobodyCanRunEnds is the attack: a bag for which nobody can ever be drawn. It opens the tasks of its first block, and one after
// each pause; then it is cancelled, and what was not opened is refunded.
func TestABagThatNobodyCanRunEnds(t *testing.T) {
	f := newFixture(t)
	f.setOpensPerBlock(50)
	f.makeDeal(someDeal("a", 700))
	f.requireBalance("requester", wealth-700*each)
	height, blocks, stalls := f.ctx.BlockHeight(), 0, 0
	for !f.deal("a").Cancelled {
		height++
		if d := f.deal("a"); d.Resumes != 0 {
			require.Zero(t, f.next(d.Resumes-1, never), "nothing is opened in a pause")
			require.Equal(t, int64(10)<<stalls, d.Resumes-height+1, "the pause doubles")
			height, stalls = d.Resumes, stalls+1
		}
		f.next(height, never)
		blocks++
	}
	require.Equal(t, types.MaxStalls+1, blocks)
	require.EqualValues(t, 10*(1<<types.MaxStalls-1), height-6, "the sum of all pauses before it is cancelled")
	require.Len(t, f.tasks.opened, 50+types.MaxStalls)
	d := f.deal("a")
	require.EqualValues(t, []uint64{50 + types.MaxStalls, 700 - 50 - types.MaxStalls, 0, 0, 0},
		[]uint64{d.Opened, d.Ended, uint64(d.Stalls), d.Pace, uint64(d.Resumes)})
	for i := range d.Opened {
		require.NoError(t, f.settle("a", i, false))
	}
	f.requireBalance("requester", wealth)
	require.Equal(t, types.DEAL_STATE_ENDED, f.deal("a").State())
}

// TestABagSurvivesAShortage: several times, nobody can be drawn for a while. Whenever workers are there again, the bag goes on, slowly at
// first. Only the tasks that were opened during the shortages are lost.
func TestABagSurvivesAShortage(t *testing.T) {
	f := newFixture(t)
	f.setOpensPerBlock(8)
	f.makeDeal(someDeal("a", 300))
	height, lost := f.ctx.BlockHeight(), 0
	step := func(drawn func(int) bool) (opened int) {
		if height++; f.deal("a").Resumes > height {
			height = f.deal("a").Resumes
		}
		return f.next(height, drawn)
	}
	require.Equal(t, 8, step(always))
	for range 5 {
		for range types.MaxStalls {
			lost += step(never)
			require.EqualValues(t, 1, f.deal("a").Pace)
		}
		var paces []int
		for range 5 {
			paces = append(paces, step(always))
		}
		require.Equal(t, []int{1, 2, 2, 8, 8}, paces, "twice as many in each block, but at most its turn; then as before the shortage")
		require.Zero(t, f.deal("a").Stalls)
	}
	require.Equal(t, 5*(8+types.MaxStalls-1), lost)
	for f.deal("a").Unopened() > 0 {
		step(always)
	}
	require.Len(t, f.tasks.opened, 300)
	require.False(t, f.deal("a").Cancelled)
}

// TestABusyPoolSlowsABag: workers are found for only a part of the tasks that a block opens. The bag opens tasks more slowly, and is never
// cancelled.
func TestABusyPoolSlowsABag(t *testing.T) {
	f := newFixture(t)
	f.setOpensPerBlock(50)
	f.makeDeal(someDeal("a", 700))
	height, drawn, lost := f.ctx.BlockHeight(), 0, 0
	for f.deal("a").Unopened() > 0 {
		if height++; f.deal("a").Resumes > height {
			height = f.deal("a").Resumes
		}
		f.next(height, func(i int) bool {
			if i < 3 {
				drawn++
				return true
			}
			lost++
			return false
		})
	}
	require.False(t, f.deal("a").Cancelled)
	require.LessOrEqual(t, lost, 47+drawn, "after the first block, no more tasks are lost than are drawn")
}

// A deal that waits can be cancelled by its requester at once, and is exported and imported as it is.
func TestAStalledDeal(t *testing.T) {
	f := newFixture(t)
	f.setOpensPerBlock(4)
	f.makeDeal(someDeal("a", 100))
	f.makeDeal(someDeal("b", 100))
	f.next(7, never)
	d := f.deal("a")
	require.EqualValues(t, []uint64{1, 1, 17}, []uint64{uint64(d.Stalls), d.Pace, uint64(d.Resumes)})
	require.NoError(t, f.TaskUndrawn(f.ctx, idOf("a")))
	require.Equal(t, d, f.deal("a"), "only the first stall in a block counts")

	g, err := f.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NotContains(t, g.Opening, idOf("a"))
	other := newFixtureOf(t, f)
	require.NoError(t, other.InitGenesis(other.ctx, *g))
	require.NoError(t, other.CheckInvariants(other.ctx))
	again, err := other.ExportGenesis(other.ctx)
	require.NoError(t, err)
	require.Equal(t, g, again)
	opened := other.deal("a").Opened
	other.ctx = other.ctx.WithBlockHeight(16)
	other.beginBlocks(1)
	require.Equal(t, opened+1, other.deal("a").Opened, "it goes on when its pause is over")

	g.Opening = append(g.Opening, idOf("a"))
	require.ErrorIs(t, g.Validate(addresses), types.ErrGenesis)

	_, err = f.CancelDeal(f.ctx, rawID("a"))
	require.NoError(t, err)
	require.NoError(t, f.CheckInvariants(f.ctx))
	require.EqualValues(t, []uint64{100 - d.Opened, 0}, []uint64{f.deal("a").Ended, uint64(f.deal("a").Resumes)})
	f.next(30, never)
	require.Equal(t, d.Opened, f.deal("a").Opened)
}

// TestADealThatCannotBeResumed: a deal at the front of the parked ones whose resuming fails pauses again, and those behind it go on. When it
// can be resumed, it goes on too.
func TestADealThatCannotBeResumed(t *testing.T) {
	for _, tc := range []struct {
		name  string
		fails func(op string, key, value []byte) bool
		pause int64
	}{
		{"it cannot be queued", func(op string, _, value []byte) bool { return op == "set" && bytes.Equal(value, rawID("a")) }, 10 << 1},
		{"it cannot be read", func(op string, key, _ []byte) bool { return op == "get" && bytes.Contains(key, rawID("a")) }, 100},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			f.setOpensPerBlock(1)
			for _, name := range []string{"a", "b"} {
				f.makeDeal(someDeal(name, 100))
			}
			for _, name := range []string{"a", "b"} { // a is parked a block before b
				f.beginBlocks(1)
				require.NoError(t, f.TaskUndrawn(f.ctx, idOf(name)))
			}
			due := f.deal("a").Resumes
			require.Equal(t, due+1, f.deal("b").Resumes)
			opened := func(name string, height int64) uint64 {
				f.ctx = f.ctx.WithBlockHeight(height)
				require.NoError(t, f.BeginBlock(f.ctx))
				return f.deal(name).Opened
			}
			f.fails = tc.fails
			require.EqualValues(t, 1, opened("b", due), "this block has tried a")
			require.EqualValues(t, 2, opened("b", due+1), "a does not take the place of b again")
			f.fails = nil
			require.EqualValues(t, 1, opened("a", due+tc.pause-1), "it pauses")
			for range 2 { // b may be due before it
				opened("a", f.ctx.BlockHeight()+1)
			}
			require.EqualValues(t, 2, f.deal("a").Opened)
			require.EqualValues(t, 1, f.deal("a").Stalls, "a defect is no stall")
			require.NoError(t, f.CheckInvariants(f.ctx))
		})
	}
}

// TestACancelledDealIsNotResumed: a deal is cancelled after only its place among the parked ones was moved, because it could not be read.
func TestACancelledDealIsNotResumed(t *testing.T) {
	f := newFixture(t)
	f.setOpensPerBlock(1)
	f.makeDeal(someDeal("a", 100))
	f.next(6, never)
	due := f.deal("a").Resumes
	f.fails = func(op string, key, _ []byte) bool { return op == "get" && bytes.Contains(key, rawID("a")) }
	f.ctx = f.ctx.WithBlockHeight(due)
	require.NoError(t, f.BeginBlock(f.ctx))
	f.fails = nil
	_, err := f.CancelDeal(f.ctx, rawID("a"))
	require.NoError(t, err)
	require.Zero(t, f.next(due+100, never))
	g, err := f.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Empty(t, g.Opening)
}
