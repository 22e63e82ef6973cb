package acceptance

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/devnet"
	netload "github.com/credence-chain/credence/internal/load"
)

// TestLoad loads a network of real processes with sends and tasks for seconds. Every transaction is accepted. The accounts that were made
// for the load leave their organisation and return their remaining coins. With CREDENCE_LOAD=measure it takes a rate that fills the
// machine, for the figures of docs/performance.md.
func TestLoad(t *testing.T) {
	n := start(t, 4*time.Minute, devnet.Options{})
	payer := n.key("requester")
	plan := netload.Plan{Accounts: 5, Fund: 2_000_000, Rate: 20, Batch: 1, Duration: 3 * time.Second, Drain: time.Minute, Most: 1000}
	if measuring := os.Getenv("CREDENCE_LOAD") == "measure"; measuring {
		plan.Accounts, plan.Fund, plan.Rate, plan.Duration = 100, 5_000_000, 600, 20*time.Second
	}
	for i := range n.Info.Validators {
		plan.PIDs = append(plan.PIDs, n.Validator(i).PID())
	}
	app := n.publish("echo", echo(), appPrice)
	few := func(p netload.Plan) netload.Plan {
		p.Batch, p.Rate, p.Fund = 2, 2, 20_000_000
		return p
	}
	loads := []struct {
		name string
		with func(netload.Plan) netload.Plan
		work func() netload.Work
	}{
		{"sends", func(p netload.Plan) netload.Plan { return p }, func() netload.Work { return netload.NewSends() }},
		{"sends, ten in a transaction", func(p netload.Plan) netload.Plan { p.Batch = 10; return p }, func() netload.Work { return netload.NewSends() }},
		{"tasks, two in a request", few, func() netload.Work { return netload.NewTasks(n.conn.ChainID(), job(app, 2, 2)) }},
	}
	for _, l := range loads {
		before := n.balance(payer.Address())
		mine := l.with(plan)
		report, err := netload.Run(n.ctx, n.conn, payer, mine, l.work())
		require.NoError(t, err, l.name)
		t.Logf("%s:", l.name)
		report.Write(t.Output())
		require.Empty(t, report.Refused, l.name)
		require.Zero(t, report.UnderWay, l.name)
		require.Zero(t, report.Failed, l.name)
		require.Equal(t, report.Sent*report.Batch, report.Accepted, l.name)
		require.Positive(t, report.Accepted, l.name)
		require.Positive(t, report.Latency(0.5), l.name)
		require.Positive(t, report.NodeSeconds, l.name)
		spent := before - n.balance(payer.Address())
		require.Less(t, spent, mine.Fund*uint64(mine.Accounts)/2, "%s: the accounts gave back what they had left", l.name)
	}
}
