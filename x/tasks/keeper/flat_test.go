package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/credence-chain/credence/x/tasks/types"
)

// crowded is a chain on which n tasks are open, waiting for their first workers, and nothing is due.
func crowded(t testing.TB, n uint64) *fixture {
	t.Helper()
	f := newFixture(t, 20)
	params, err := f.k.Params.Get(f.ctx)
	require.NoError(t, err)
	params.DuePerBlock = 10_000
	require.NoError(t, f.k.Params.Set(f.ctx, params))
	for n > 0 {
		batch := min(n, 5_000)
		f.open(batch)
		require.NoError(t, f.k.BeginBlock(f.ctx)) // draws them all
		f.save()
		n -= batch
	}
	params.DuePerBlock = types.DefaultParams().DuePerBlock
	require.NoError(t, f.k.Params.Set(f.ctx, params))
	return f
}

// save commits the store: an iterator over a tree that was never saved sorts all of it first.
func (f *fixture) save() {
	if db, ok := f.ctx.MultiStore().(storetypes.CommitMultiStore); ok {
		db.Commit()
	}
}

// cost counts the reads and writes of a block with nothing in it.
func (f *fixture) cost() [2]int {
	f.reads, f.writes = 0, 0
	f.begin()
	f.end()
	return [2]int{f.reads, f.writes}
}

// TestFlatBlocks: the cost of a block depends on what is due in it, not on what is open.
func TestFlatBlocks(t *testing.T) {
	idle, busy := map[uint64][2]int{}, map[uint64][2]int{}
	for _, n := range []uint64{1_000, 10_000} {
		f := crowded(t, n)
		idle[n] = f.cost()
		f.open(3)
		busy[n] = f.cost() // three first workers are drawn
	}
	require.Equal(t, idle[1_000], idle[10_000])
	require.Equal(t, busy[1_000], busy[10_000])
	require.Zero(t, idle[1_000][1], "an idle block writes nothing")
	require.Less(t, idle[1_000][0], 20)
	require.Greater(t, busy[1_000][1], 10)
	t.Logf("an idle block: %d reads, %d writes; one with three draws: %d and %d", idle[1_000][0], idle[1_000][1], busy[1_000][0], busy[1_000][1])
}

// BenchmarkIdleBlock reports the reads and writes of a block in which nothing is due, with many tasks open.
func BenchmarkIdleBlock(b *testing.B) {
	for _, n := range []uint64{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			f := crowded(b, n)
			var c [2]int
			b.ResetTimer()
			for range b.N {
				f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() - 1) // nothing ever comes due
				c = f.cost()
			}
			b.ReportMetric(float64(c[0]), "reads/block")
			b.ReportMetric(float64(c[1]), "writes/block")
		})
	}
}

// TestOverload: more is due than a block takes; the rest waits, oldest first, and draws come from a block's beginning only.
func TestOverload(t *testing.T) {
	f := newFixture(t, 20)
	params, err := f.k.Params.Get(f.ctx)
	require.NoError(t, err)
	params.DuePerBlock = 2
	require.NoError(t, f.k.Params.Set(f.ctx, params))
	ids := f.open(5)
	drawn := func() (n int) {
		for _, id := range ids {
			if f.task(id).Phase == types.PHASE_FIRST {
				n++
			}
		}
		return n
	}
	for _, want := range []int{2, 4, 5} {
		f.begin()
		require.Equal(t, want, drawn())
		f.end()
		require.Equal(t, want, drawn(), "the end of a block draws nobody: its seed was known to who wrote its messages")
	}
	f.finish(ids...)
}
