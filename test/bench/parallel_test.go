package bench_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/server"
	"github.com/cosmos/cosmos-sdk/server/config"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/testutil"
)

// timed measures how long the transactions of blocks take, and counts by type of message how often they were executed.
type timed struct {
	next      sdk.TxRunner
	t         testing.TB
	cpu, wall time.Duration

	mu       sync.Mutex
	txs      map[string]int
	executed map[string]int
}

func (r *timed) option(t testing.TB) testutil.Option {
	r.t = t
	r.reset()
	return testutil.WithRunner(func(next sdk.TxRunner) sdk.TxRunner {
		r.next = next
		return r
	})
}

// Unwrap returns the runner behind this one, for the SDK's checks.
func (r *timed) Unwrap() sdk.TxRunner { return r.next }

// Run executes a block.
func (r *timed) Run(ctx context.Context, ms storetypes.MultiStore, txs [][]byte, deliver sdk.DeliverTxFunc) ([]*abci.ExecTxResult, error) {
	first := make([]bool, len(txs))
	start, cpu := time.Now(), processorTime(r.t)
	results, err := r.next.Run(ctx, ms, txs, func(bz []byte, tx sdk.Tx, ms storetypes.MultiStore, i int, cache map[string]any) *abci.ExecTxResult {
		r.mu.Lock()
		name := kindName(tx.GetMsgs())
		r.executed[name]++
		if !first[i] {
			first[i] = true
			r.txs[name]++
		}
		r.mu.Unlock()
		return deliver(bz, tx, ms, i, cache)
	})
	r.wall += time.Since(start)
	r.cpu += processorTime(r.t) - cpu
	return results, err
}

// BenchmarkParallel executes the same blocks on two nodes, one transaction after the other and by Block-STM, block by block in turn, and
// compares their times. Both have checked all transactions for their mempools before. "again" are executions beyond the first one of a
// transaction, in a hundred transactions. "in-txs" is the share of a block's processor time that its transactions take: Block-STM cannot
// shorten the rest.
func BenchmarkParallel(b *testing.B) {
	b.Run("sends", func(b *testing.B) {
		compareRunners(b, func(more ...testutil.Option) *testutil.Chain { return payers(b, more...) }, func(c *testutil.Chain) {
			queueSendsApart(c)
			new(meter).block(b, c)
		})
	})
	for _, batch := range []int{perTx, 1} {
		b.Run(fmt.Sprintf("tasks/n=3/batch=%d", batch), func(b *testing.B) {
			var of *testutil.Compute
			compareRunners(b, func(more ...testutil.Option) *testutil.Chain {
				of = compute(b, 1, nil, more...)
				return of.Chain
			}, func(*testutil.Chain) { life(b, of, 3, batch, &meter{}, &meter{}) })
		})
	}
}

// compareRunners starts three equal chains. The last one that it starts makes blocks by play, and the others follow.
func compareRunners(b *testing.B, start func(more ...testutil.Option) *testutil.Chain, play func(c *testutil.Chain)) {
	var inTurn, atOnce timed
	followers := []*testutil.Chain{
		start(inTurn.option(b)),
		start(atOnce.option(b), testutil.WithConfig(server.FlagBlockExecutor, config.BlockExecutorBlockSTM)),
	}
	leader := start()
	blocks, whole := len(leader.Blocks), [2]time.Duration{}
	inTurn.reset()
	atOnce.reset()
	for range b.N {
		play(leader)
	}
	for _, block := range leader.Blocks[blocks:] {
		for i, f := range followers {
			for _, tx := range block.Txs[1:] {
				f.Check(tx)
			}
			runtime.GC()
			cpu := processorTime(b)
			f.Follow(block)
			whole[i] += processorTime(b) - cpu
		}
		require.Equal(b, followers[0].AppHash(), followers[1].AppHash())
	}
	require.Equal(b, leader.AppHash(), followers[0].AppHash())
	txs, executed := 0, 0
	for name, n := range atOnce.txs {
		txs, executed = txs+n, executed+atOnce.executed[name]
		b.Logf("%s: %d transactions, %d executions", name, n, atOnce.executed[name])
	}
	perTx := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(txs) }
	b.ReportMetric(perTx(inTurn.cpu), "in-turn-cpu-µs/tx")
	b.ReportMetric(perTx(atOnce.cpu), "at-once-cpu-µs/tx")
	b.ReportMetric(inTurn.wall.Seconds()/atOnce.wall.Seconds(), "times-faster")
	b.ReportMetric(100*float64(executed-txs)/float64(txs), "again-%")
	b.ReportMetric(100*inTurn.cpu.Seconds()/whole[0].Seconds(), "in-txs-%")
	b.ReportMetric(0, "ns/op")
}

func (r *timed) reset() { r.cpu, r.wall, r.txs, r.executed = 0, 0, map[string]int{}, map[string]int{} }
