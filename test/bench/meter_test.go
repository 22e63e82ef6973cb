package bench_test

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/cosmos/cosmos-sdk/client"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/internal/compact"
	"github.com/credence-chain/credence/testutil"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// TestMain measures as nodes run, without the checks that only tests need.
func TestMain(m *testing.M) {
	compact.CheckRemembered.Store(false)
	os.Exit(m.Run())
}

var (
	mostOpen    = flag.Int("bench.open", 10_000, "most open tasks that an idle block, an export and an import are measured with")
	mostWorkers = flag.Int("bench.workers", 0, "registered workers that an idle block and tasks are measured with, beside fewer")
)

// meter sums the processor time of blocks. It counts all the work of a validator's application on a block and its transactions: each
// transaction is checked for the mempool, and the block is proposed, judged, executed and committed. Work of the test itself, such as
// signing, is not counted.
type meter struct {
	cpu  time.Duration // of the process, its garbage collection included
	wall time.Duration

	mallocs, bytes uint64 // allocated objects and their bytes

	watch *watch // of the chain's stores; may be nil
}

// queue signs messages as clients do, without a sequence, and puts the transaction into the next block.
func queue(c *testutil.Chain, from *testutil.Account, gas uint64, msgs ...sdk.Msg) {
	unordered++
	deadline := c.Now().Add(time.Minute + time.Duration(unordered))
	_, answers := taskstypes.AssignedAnswers(msgs, gas)
	c.QueueTx(c.SignUnorderedAs(from, deadline, func(b client.TxBuilder) {
		b.SetGasLimit(gas)
		if !answers { // answers are free
			b.SetFeeAmount(sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, int64(gas/1000)))) // encoding.LeastGasPrice
		}
	}, msgs...))
}

// unordered counts signatures, so that no two transactions of an account share a deadline.
var unordered int

// block makes the next block of the queued transactions and demands that all succeed.
func (m *meter) block(t testing.TB, c *testutil.Chain) {
	t.Helper()
	txs := c.Queued()
	runtime.GC() // so that the test's own garbage is not measured
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	m.watch.start()
	start, cpu := time.Now(), processorTime(t)
	for _, tx := range txs {
		res, err := c.App.CheckTx(&abci.RequestCheckTx{Tx: tx, Type: abci.CheckTxType_New})
		require.NoError(t, err)
		require.Zero(t, res.Code, res.Log)
	}
	proposed := c.Propose(txs...)
	judged := c.Judge(proposed...)
	res := c.Next()
	m.cpu += processorTime(t) - cpu
	m.wall += time.Since(start)
	m.watch.stop()
	runtime.ReadMemStats(&after)
	m.mallocs += after.Mallocs - before.Mallocs
	m.bytes += after.TotalAlloc - before.TotalAlloc
	require.Len(t, proposed, 1+len(txs), "the proposal has everything that waits")
	require.True(t, judged)
	for i, r := range res.TxResults[1:] {
		require.Zero(t, r.Code, "%d: %s", i, r.Log)
	}
}

// report prints the cost of one of n things: its processor time, how many a second would fill a processor, and how many bank sends take as
// long.
func (m *meter) report(b *testing.B, n int) {
	b.Helper()
	each := float64(m.cpu.Nanoseconds()) / float64(n) / 1e3
	b.ReportMetric(each, "cpu-µs/op")
	b.ReportMetric(1e6/each, "op/cpu-s")
	b.ReportMetric(each/sendCost(b), "sends/op")
	b.ReportMetric(float64(m.mallocs)/float64(n), "objects/op")
	b.ReportMetric(0, "ns/op") // this would be the time of the test and its preparation, which says nothing
}

// processorTime returns the user and system time that this process has used.
func processorTime(t testing.TB) time.Duration {
	var r syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &r))
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

var yardstick struct {
	once sync.Once
	cost float64
}

// sendCost returns the processor time of one bank send in this run, in microseconds.
func sendCost(t testing.TB) float64 {
	yardstick.once.Do(func() {
		m, n := sends(t, 20, nil)
		yardstick.cost = float64(m.cpu.Nanoseconds()) / float64(n) / 1e3
	})
	return yardstick.cost
}

// sends makes blocks of bank sends, each from an account of its own, and returns the number of sends.
func sends(t testing.TB, blocks int, w *watch, more ...testutil.Option) (m meter, n int) {
	c := payers(t, append(w.options(), more...)...)
	for i := range warm + blocks {
		if i == warm {
			m = meter{watch: w}
		}
		queueSends(c)
		m.block(t, c)
	}
	return m, blocks * perBlock
}

// payers returns a chain with accounts that have coins.
func payers(t testing.TB, more ...testutil.Option) *testutil.Chain {
	var names []string
	for i := range perBlock {
		names = append(names, payer(i))
	}
	c := testutil.New(t, append(more, testutil.WithSeats(1), testutil.WithAccounts(names...))...)
	c.Next() // the mempool checks nothing before the first block
	return c
}

func payer(i int) string { return fmt.Sprintf("account-%d", i%perBlock) }

// queueSends queues a send of each account to another one.
func queueSends(c *testutil.Chain) {
	for i := range perBlock {
		queueSend(c, i, i*7+1)
	}
}

// queueSendsApart queues sends of which no two have an account in common.
func queueSendsApart(c *testutil.Chain) {
	for i := range perBlock / 2 {
		queueSend(c, 2*i, 2*i+1)
	}
}

func queueSend(c *testutil.Chain, from, to int) {
	one := sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, 1))
	queue(c, c.Account(payer(from)), sendGas, banktypes.NewMsgSend(c.Account(payer(from)).Addr, c.Account(payer(to)).Addr, one))
}
