package metrics

import (
	"flag"
	"os"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
)

var rewrite = flag.Bool("rewrite", false, "write the reference instead of comparing it")

const reference = "../../../docs/worker-metrics.md"

// TestReferenceIsTrue fails if docs/worker-metrics.md differs from the served metrics. Run it with -rewrite to renew the document.
func TestReferenceIsTrue(t *testing.T) {
	if *rewrite {
		require.NoError(t, os.WriteFile(reference, []byte(Reference()), 0o644))
	}
	got, err := os.ReadFile(reference)
	require.NoError(t, err)
	require.Equal(t, Reference(), string(got))
}

func TestEveryDeclaredMetricIsRegistered(t *testing.T) {
	reg := prometheus.NewRegistry()
	s := New(reg)
	s.Transitions.WithLabelValues("workers", "done").Inc()
	s.Outcomes.WithLabelValues("RESULT").Inc()
	s.Ahead.WithLabelValues("compiled").Inc()
	s.Declines.WithLabelValues("INPUT").Inc()
	s.Troubles.WithLabelValues("run").Inc()
	s.Faults.WithLabelValues("NONE").Inc()
	s.Reconciles.WithLabelValues("ok").Inc()
	s.Follows.WithLabelValues("error").Inc()
	s.Transactions.WithLabelValues("commit", "included").Inc()
	s.Collected.WithLabelValues("blob").Inc()
	s.CollectedBytes.WithLabelValues("blob").Inc()
	s.Collections.WithLabelValues("ok").Inc()
	families, err := reg.Gather()
	require.NoError(t, err)
	served := map[string]bool{}
	for _, f := range families {
		served[f.GetName()] = true
	}
	require.Len(t, served, len(s.list))
	for _, r := range s.list {
		require.True(t, served[r.name], r.name)
	}
}
