package bench_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
)

// crowded returns a chain beside whose twenty workers others are registered, so many in an organisation.
func crowded(t testing.TB, w *watch, workers, each int, more ...testutil.Option) *testutil.Compute {
	c := compute(t, 1, w, more...)
	fillWorkers(c, uncached(c), workers/each, workers)
	c.NextN(warm)
	c.Blocks = nil
	return c
}

// workersToTry are the sizes up to -bench.workers.
func workersToTry(sizes ...int) []int {
	for n := 10 * sizes[len(sizes)-1]; n <= *mostWorkers; n *= 10 {
		sizes = append(sizes, n)
	}
	return sizes
}

// TestWorkersAreFlat: an idle block and a bag of tasks read, write and open iterators as often beside thousands of workers as beside a hundred.
// -bench.workers above 10,000 counts beside more.
func TestWorkersAreFlat(t *testing.T) {
	var idle, tasks []counts
	sizes := workersToTry(100, 3_000)
	for _, n := range sizes {
		w := new(watch)
		c := crowded(t, w, n, 10)
		organisations, err := app.WorkersKeeper(c.App).Registered(c.Ctx(), testutil.Pool)
		require.NoError(t, err)
		require.EqualValues(t, 20+n/10, organisations)

		m := meter{watch: w}
		m.block(t, c.Chain)
		idle = append(idle, w.counts)
		w.counts = counts{by: map[string]*place{}}
		// With one answer in a transaction it does not matter that among few workers some are drawn often.
		life(t, c, 3, 1, &m, &meter{})
		tasks = append(tasks, w.counts)
		if *listPlaces > 0 {
			t.Logf("%d workers\n%s", n, w.list(perBlock, *listPlaces))
		}
	}
	for i, n := range sizes {
		t.Logf("beside %d workers: idle block %d reads, %d writes, %d iterators, %d steps; bag of %d tasks %d reads, %d writes, %d iterators, %d steps", n,
			idle[i].reads, idle[i].writes, idle[i].iterators, idle[i].steps, perBlock, tasks[i].reads, tasks[i].writes, tasks[i].iterators, tasks[i].steps)
		require.Equal(t, idle[0].numbers(), idle[i].numbers(), "%d workers", n)
		require.InEpsilonSlice(t, tasks[0].numbers(), tasks[i].numbers(), 0.02, "%d workers", n)
	}
	require.Positive(t, tasks[0].reads)
}

// numbers returns what depends neither on how many digits a number has, nor on how often a block draws the same worker.
func (c counts) numbers() []int { return []int{c.reads, c.writes, c.iterators, c.steps} }

// BenchmarkWorkers measures an idle block and tasks of three workers, one answer in a transaction, beside a hundred registered workers, a
// thousand, ten thousand, and with -bench.workers=100000 more, a hundred in an organisation. The state is on disk, and the node has started
// again before.
func BenchmarkWorkers(b *testing.B) {
	for _, n := range workersToTry(100, 1_000, 10_000) {
		w := new(watch)
		c := crowded(b, w, n, 100, testutil.WithDB(onDisk(b)), forgotten())
		b.Run(fmt.Sprintf("workers=%d/idle", n), func(b *testing.B) { idleBlocks(b, c, w) })
		b.Run(fmt.Sprintf("workers=%d/tasks", n), func(b *testing.B) {
			var whole meter
			life(b, c, 3, 1, &whole, &meter{})
			whole = meter{}
			for range b.N {
				life(b, c, 3, 1, &whole, &meter{})
			}
			whole.report(b, b.N*perBlock)
		})
	}
}
