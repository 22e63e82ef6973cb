package nodes_test

import (
	"context"
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/devnet"
	"github.com/credence-chain/credence/internal/load"
	"github.com/credence-chain/credence/testutil/memory"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

var duration = flag.Duration("nodes.duration", 20*time.Second, "how long a benchmark sends")

// Rates in operations a second that fill the machine of two cores for which docs/performance.md has figures. What it can't execute waits.
const (
	manySends = 5_000
	manyTasks = 1_000
)

// run loads the network for so long. Everything that was sent has to be accepted.
func (n *network) run(t testing.TB, ctx context.Context, plan load.Plan, work load.Work) *load.Report {
	payer, err := client.LoadKey(n.Info.Account("requester").KeyFile)
	require.NoError(t, err)
	for i := range n.Info.Validators {
		plan.PIDs = append(plan.PIDs, n.Validator(i).PID())
	}
	plan.Accounts, plan.Drain = 100, time.Minute
	r, err := load.Run(ctx, n.conn, payer, plan, work)
	require.NoError(t, err)
	require.Empty(t, r.Refused)
	require.Zero(t, r.UnderWay)
	require.Zero(t, r.Failed, "%v", r.Endings)
	require.Positive(t, r.Accepted)
	return r
}

// sends loads the network with bank sends, each a transaction.
func (n *network) sends(t testing.TB, ctx context.Context, rate float64, long time.Duration) *load.Report {
	return n.run(t, ctx, load.Plan{Fund: 5_000_000, Rate: rate, Batch: 1, Duration: long, Most: 3_000}, load.NewSends())
}

// tasks loads the network with requests of so many tasks, each of which the crowd answers with the given number of replicas. It returns
// the number of reveals too.
func (n *network) tasks(t testing.TB, ctx context.Context, replicas uint32, bag, answers int, rate float64, long time.Duration) (*load.Report, int) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c, err := newCrowd(n.conn, n.keys, answers)
	require.NoError(t, err)
	work := load.NewTasks(n.conn.ChainID(), markettypes.Job{
		App: n.app, Trust: 2, MinReplicas: replicas, MaxPrice: 1 + 20*devnet.Price, FuelLimit: 1 << 20,
	})
	work.Observe = c.answer
	r := n.run(t, ctx, load.Plan{Fund: 10_000_000_000 / 20, Rate: rate, Batch: bag, Duration: long, Most: 4_000}, work)
	c.sending.Wait()
	require.NoError(t, c.err)
	return r, c.reveals
}

// peak returns the most memory that a node has had since it was started, in megabytes.
func (n *network) peak(t testing.TB) (most float64) {
	for i := range n.Info.Validators {
		most = max(most, float64(memory.Of(t, n.Validator(i).PID(), "VmHWM"))/1e6)
	}
	return most
}

// BenchmarkNodes measures how many bank sends and how many tasks one node and four nodes on this machine execute in a second, and what
// processor time all nodes together take for one. A figure of tasks stands beside that of the sends of the same network.
func BenchmarkNodes(b *testing.B) {
	for _, validators := range []int{1, 4} {
		b.Run(fmt.Sprintf("validators=%d", validators), func(b *testing.B) {
			ctx := b.Context()
			n := start(b, ctx, validators)
			var sends *load.Report
			b.Run("sends", func(b *testing.B) {
				sends = n.sends(b, ctx, manySends, *duration)
				b.ReportMetric(sends.PerSecond(), "op/s")
				b.ReportMetric(sends.NodeMillis(), "node-ms/op")
				b.ReportMetric(n.peak(b), "node-MB")
				b.ReportMetric(0, "ns/op")
			})
			for _, c := range []struct {
				replicas     uint32
				bag, answers int
			}{{2, 50, taskstypes.MaxAnswers}, {3, 50, taskstypes.MaxAnswers}, {2, 1, 1}} {
				b.Run(fmt.Sprintf("tasks/replicas=%d/bag=%d/answers=%d", c.replicas, c.bag, c.answers), func(b *testing.B) {
					r, reveals := n.tasks(b, ctx, c.replicas, c.bag, c.answers, manyTasks, *duration)
					b.ReportMetric(r.PerSecond(), "op/s")
					b.ReportMetric(r.NodeMillis(), "node-ms/op")
					b.ReportMetric(n.peak(b), "node-MB")
					b.ReportMetric(float64(reveals)/float64(r.Accepted), "replicas/op")
					if sends != nil {
						b.ReportMetric(r.PerSecond()/sends.PerSecond(), "of-sends")
						b.ReportMetric(r.NodeMillis()/sends.NodeMillis(), "sends/op")
					}
					b.ReportMetric(0, "ns/op")
				})
			}
		})
	}
}

// TestCrowd: the crowd's answers are accepted, so that the benchmark measures tasks that end well.
func TestCrowd(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	n := start(t, t.Context(), 1)
	sends := n.sends(t, t.Context(), 20, 2*time.Second)
	require.Positive(t, sends.NodeSeconds)
	r, reveals := n.tasks(t, t.Context(), 2, 5, 3, 20, 2*time.Second)
	require.Equal(t, r.Sent*5, r.Accepted)
	require.GreaterOrEqual(t, reveals, 2*r.Accepted)
}
