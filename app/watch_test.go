package app_test

import (
	"os"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app/watch"
	"github.com/credence-chain/credence/testutil"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// values reads all metrics into a map from name and labels to value.
func values(t *testing.T, reg *prometheus.Registry) map[string]float64 {
	t.Helper()
	families, err := reg.Gather()
	require.NoError(t, err)
	out := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			key := f.GetName()
			for _, l := range m.GetLabel() {
				key += " " + l.GetValue()
			}
			out[key] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	return out
}

// The node's metrics of an open task equal the state, and the end of the task is counted.
func TestNodeMetrics(t *testing.T) {
	c := testutil.NewCompute(t, testutil.ComputeOptions{})
	look := func() map[string]float64 {
		reg := prometheus.NewRegistry() // a registry of its own, because a reading is repeated for some seconds
		c.App.Observe(reg)
		return values(t, reg)
	}
	before := look()
	require.Equal(t, 4.0, before["credence_chain_seats active"])
	require.Equal(t, 7.0, before["credence_chain_workers ready"])
	require.Zero(t, before["credence_chain_tasks running"])
	require.Zero(t, before["credence_chain_paused"])
	require.Equal(t, before["credence_chain_height"], before["credence_chain_beacon_height"])

	counted := prometheus.NewRegistry()
	c.App.Observe(counted)
	id := c.Submit(c.Job())[0]
	for range 20 {
		if c.Task(id).Phase == taskstypes.PHASE_FIRST {
			break
		}
		c.Next()
	}
	c.NextN(2)
	now := values(t, counted)
	require.Equal(t, 1.0, now["credence_chain_tasks running"])
	require.Equal(t, 1.0, now["credence_chain_worker_slots_busy"])
	require.Positive(t, now["credence_chain_task_oldest_blocks running"])
	require.Positive(t, now["credence_chain_held_ucred deals"], "the reward of what runs")
	for _, module := range []string{"market", "deals", "vouchers"} {
		require.Contains(t, now, "credence_chain_held_ucred "+module)
		require.Equal(t, now["credence_chain_held_ucred "+module], now["credence_chain_owed_ucred "+module], module)
	}
	require.Equal(t, now["credence_chain_held_ucred workers"], now["credence_chain_owed_ucred workers"])
	require.Equal(t, 1.0, now["credence_chain_task_phases_total first"])
	require.Zero(t, now["credence_chain_task_endings_total false accepted"])

	c.Run(testutil.Honest, id)
	require.Equal(t, taskstypes.PHASE_DONE, c.Task(id).Phase)
	require.Equal(t, 1.0, values(t, counted)["credence_chain_task_endings_total false accepted"])
	after := look()
	require.Contains(t, after, "credence_chain_ledger_debt class/10000")
	require.Positive(t, after["credence_chain_ledger_budget class/10000"])
	require.Contains(t, after, "credence_chain_ledger_tasks class/10000")

	// The reference lists exactly the metrics.
	declared := map[string]bool{}
	for _, name := range watch.MetricNames() {
		declared[name] = true
	}
	families, err := counted.Gather()
	require.NoError(t, err)
	for _, f := range families {
		require.True(t, declared[f.GetName()], f.GetName())
	}
	require.NotContains(t, values(t, counted), "credence_chain_reading_failures_total")
}

// TestNodeMetricsReferenceIsTrue fails when docs/node-metrics.md differs from the served metrics. CREDENCE_REWRITE=1 renews the file.
func TestNodeMetricsReferenceIsTrue(t *testing.T) {
	const path = "../docs/node-metrics.md"
	if os.Getenv("CREDENCE_REWRITE") != "" {
		require.NoError(t, os.WriteFile(path, []byte(watch.Reference()), 0o644))
	}
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, watch.Reference(), string(got))
}
