// Package bench measures blocks of the in-process chain. The yardstick is bank sends in the same run: the work of a machine in a second
// says little, and its work in the time of a bank send says more. docs/performance.md has the figures.
package bench_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

const (
	perBlock = 100                   // transactions in a block, and tasks in a bag
	perTx    = taskstypes.MaxAnswers // answers that a worker puts into one transaction
	warm     = 2                     // blocks or bags before the measured ones

	sendGas    = 100_000
	requestGas = 1_900_000
)

// BenchmarkSends is the yardstick: bank sends, each from an account of its own.
func BenchmarkSends(b *testing.B) {
	m, n := sends(b, b.N, nil)
	m.report(b, n)
}

// BenchmarkEmptyBlock measures a block in which nothing is due.
func BenchmarkEmptyBlock(b *testing.B) {
	for _, seats := range []int{1, 4, 20} {
		b.Run(fmt.Sprintf("seats=%d", seats), func(b *testing.B) {
			c := testutil.New(b, testutil.WithSeats(seats))
			c.NextN(warm)
			var m meter
			for range b.N {
				m.block(b, c)
			}
			m.report(b, b.N)
		})
	}
}

// compute returns a chain whose workers have room for all tasks that a benchmark opens.
func compute(t testing.TB, seats int, w *watch, more ...testutil.Option) *testutil.Compute {
	options := append(w.options(), testutil.WithParams(
		func(p *taskstypes.Params) { p.DuePerBlock = 10_000 },
		func(p *markettypes.Params) { p.MatchesPerBlock, p.EndsPerBlock = 1_000, 10_000 },
		func(p *workerstypes.Params) { p.MaxSlots = 1000 }), opens(4_000))
	return testutil.NewCompute(t, testutil.ComputeOptions{Seats: seats, Workers: 20, Slots: 1000, Stake: 100_000_000_000}, append(options, more...)...)
}

func opens(perBlock uint32) testutil.Option {
	return testutil.WithDealParams(func(p *dealstypes.Params) { p.OpensPerBlock = perBlock })
}

// job returns a job whose tasks run on exactly n workers.
func job(c *testutil.Compute, n uint32, size uint64) markettypes.Job {
	j := c.Job()
	j.Trust, j.MinReplicas, j.Size_ = 2, n, size
	return j
}

// BenchmarkRequests measures requests of one task each: the message, its match, the deal, and the draw of the first worker.
func BenchmarkRequests(b *testing.B) {
	c := compute(b, 1, nil)
	var m meter
	for range b.N {
		requests(c, b, &m)
	}
	m.report(b, b.N*perBlock)
}

// requests makes the blocks of a hundred requests of one task each, until the first workers are drawn.
func requests(c *testutil.Compute, t testing.TB, m *meter) {
	for range perBlock {
		request(c, job(c, 2, 1))
	}
	m.block(t, c.Chain)
	for c.Running() {
		m.block(t, c.Chain)
	}
}

// request queues the request of a job, and returns the ids of its tasks.
func request(c *testutil.Compute, job markettypes.Job) (ids []string) {
	from, nonce := c.Org(testutil.Requester).Member(), c.NextNonce()
	queue(c.Chain, from, requestGas, &markettypes.MsgSubmitTask{Requester: from.String(), Nonce: nonce, Job: job})
	deal := poco.DealID(poco.RequestID(testutil.ChainID, from.String(), nonce), 0)
	for i := range job.Size_ {
		ids = append(ids, taskstypes.IDText(poco.TaskID(deal, i)))
	}
	return ids
}

// life runs a bag of tasks to its end. Every worker answers in the first block that takes its answer, with at most the given number of
// answers in one transaction. life adds the blocks in which workers commit or reveal to answers, and all blocks to whole. It returns the
// number of answers.
func life(t testing.TB, c *testutil.Compute, n uint32, most int, whole, answers *meter) (sent int) {
	ids := request(c, job(c, n, perBlock))
	for range 60 {
		queued := queueAnswers(c, ids, most)
		sent += queued
		m := meter{watch: whole.watch}
		m.block(t, c.Chain)
		whole.add(m)
		if queued > 0 {
			answers.add(m)
		}
		if ended(c, ids) {
			return sent
		}
	}
	require.Fail(t, "tasks did not end")
	return sent
}

func (m *meter) add(other meter) {
	m.cpu += other.cpu
	m.wall += other.wall
	m.mallocs += other.mallocs
	m.bytes += other.bytes
}

// queueAnswers queues the answers that the workers owe for these tasks, and returns their number.
func queueAnswers(c *testutil.Compute, ids []string, most int) (n int) {
	due := map[string][]sdk.Msg{}
	var who []string
	for _, id := range ids {
		if !c.HasTask(id) {
			continue
		}
		t := c.Task(id)
		for _, s := range t.Seats {
			var msg sdk.Msg
			switch {
			case s.State == taskstypes.SEAT_STATE_DRAWN && (t.Phase == taskstypes.PHASE_FIRST || t.Phase == taskstypes.PHASE_SECOND):
				msg = c.CommitMsg(t, s.Who, taskstypes.BENCH_WORKERS, testutil.Truth)
			case s.State == taskstypes.SEAT_STATE_COMMITTED && t.Phase == taskstypes.PHASE_REVEAL:
				msg = c.RevealMsg(t, s.Who, taskstypes.BENCH_WORKERS)
			default:
				continue
			}
			if due[s.Who] == nil {
				who = append(who, s.Who)
			}
			due[s.Who] = append(due[s.Who], msg)
			n++
		}
	}
	for _, w := range who {
		for part := range slices.Chunk(due[w], most) {
			queue(c.Chain, c.Key(w), taskstypes.AnswersGas(len(part)), part...)
		}
	}
	return n
}

func ended(c *testutil.Compute, ids []string) bool {
	for _, id := range ids {
		if !c.HasTask(id) || c.Task(id).Phase != taskstypes.PHASE_DONE {
			return false
		}
	}
	return true
}

// BenchmarkTasks measures the chain's share of a task's whole life in a bag of 100: opening, draws, commits, reveals, ledgers and
// settlement, in every block from the request on. The figures for answers are per message, over the blocks that hold answers.
func BenchmarkTasks(b *testing.B) {
	for _, seats := range []int{1, 4, 20} {
		for _, n := range []uint32{2, 3} {
			for _, most := range []int{perTx, 1} {
				if seats > 1 && most == 1 {
					continue
				}
				b.Run(fmt.Sprintf("seats=%d/n=%d/batch=%d", seats, n, most), func(b *testing.B) {
					c := compute(b, seats, nil)
					var whole, answers meter
					life(b, c, n, most, &whole, &answers)
					whole, answers = meter{}, meter{}
					sent := 0
					for range b.N {
						sent += life(b, c, n, most, &whole, &answers)
					}
					whole.report(b, b.N*perBlock)
					b.ReportMetric(float64(answers.cpu.Nanoseconds())/1e3/float64(sent), "cpu-µs/answer")
				})
			}
		}
	}
}

// BenchmarkIdleBlock measures a block in which nothing is due, beside open tasks: a thousand, ten thousand, and with -bench.open=100000 or
// 1000000 more. All of them wait for a worker. -bench.workers=100000 adds so many workers, of a hundred times fewer organisations, at the end.
// The state is on disk. The node has started again, so that its memory is what it needs for the blocks, without what the opening of the tasks
// has left in caches.
func BenchmarkIdleBlock(b *testing.B) {
	w := new(watch)
	c := idle(b, w, testutil.WithDB(onDisk(b)), forgotten())
	open, filled := 0, false
	for _, n := range []int{1_000, 10_000, 100_000, 1_000_000} {
		if n > *mostOpen {
			break
		}
		b.Run(fmt.Sprintf("open=%d", n), func(b *testing.B) {
			c.Restart() // what is written now is not watched
			openTasks(c, n-open)
			open = n
			idleBlocks(b, c, w)
		})
	}
	if *mostWorkers > 0 {
		b.Run(fmt.Sprintf("open=%d/workers=%d", open, *mostWorkers), func(b *testing.B) {
			c.Restart()
			if !filled { // a benchmark calls this more than once
				fillWorkers(c, uncached(c), *mostWorkers/100, *mostWorkers)
				filled = true
			}
			idleBlocks(b, c, w)
		})
	}
	require.GreaterOrEqual(b, len(c.OpenTasks()), open)
}

// idleBlocks starts the node again and measures blocks in which nothing is due.
func idleBlocks(b *testing.B, c *testutil.Compute, w *watch) {
	c.NextN(3)
	c.Restart()
	c.NextN(3)
	c.Blocks = nil
	w.counts = counts{by: map[string]*place{}}
	m := meter{watch: w}
	for range b.N {
		m.block(b, c.Chain)
	}
	m.report(b, b.N)
	heap, resident := memoryMB(b)
	b.ReportMetric(heap, "heap-MB")
	b.ReportMetric(resident, "resident-MB")
	for unit, count := range map[string]int{"reads/op": w.reads, "writes/op": w.writes, "iterators/op": w.iterators, "steps/op": w.steps} {
		b.ReportMetric(float64(count)/float64(b.N), unit)
	}
}

// idleParams let tasks wait without an end.
func idleParams() []testutil.Option {
	return []testutil.Option{testutil.WithParams(
		func(p *taskstypes.Params) { p.DuePerBlock = 10_000 },
		func(p *markettypes.Params) {
			p.MatchesPerBlock, p.EndsPerBlock = 1_000, 10_000
			p.WaitBlocks, p.RetryBlocks, p.CommitBlocks = 1<<30, 1<<29, 1<<30
		}, nil), opens(2 * idleBag)}
}

// idleBag is the size of a bag that a block opens whole. The rest of a larger one would wait for ever, because a deal whose tasks find nobody
// pauses.
const idleBag = 4_000

// openTasks opens the given number of further tasks, which wait for a worker.
func openTasks(c *testutil.Compute, more int) {
	for more > 0 {
		size := min(more, idleBag)
		request(c, job(c, 2, uint64(size)))
		c.NextN(3)
		for c.Running() {
			c.Next()
			c.Blocks = nil
		}
		more -= size
	}
}
