package acceptance

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/devnet"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// TestAhead: workers compile an app that their operator names when it is published, before any task of it is drawn. The task then starts with
// the compiled module: no worker compiles again.
func TestAhead(t *testing.T) {
	t.Setenv("CREDENCE_WORKER_AHEAD_APPS", "studio/ahead")
	n := start(t, 4*time.Minute, devnet.Options{Workers: 3})
	const compiled, compilations, assigned = `credence_worker_ahead_total{end="compiled"}`, "credence_worker_compile_seconds_count", `credence_worker_transitions_total{bench="workers",state="assigned"}`
	for _, w := range n.Info.Workers {
		require.Zero(t, n.metrics(w.Organisation)[compiled], "%s before the app is published", w.Organisation)
	}
	app := n.publish("ahead", echo(), appPrice)
	require.Equal(t, "studio/ahead:1", app)
	for _, w := range n.Info.Workers {
		n.until(w.Organisation+" compiles it", func() bool { return n.metrics(w.Organisation)[compiled] == 1 })
		m := n.metrics(w.Organisation)
		require.Zero(t, m[assigned], "%s has been drawn for no task", w.Organisation)
		require.EqualValues(t, 1, m[compilations], w.Organisation)
		require.Positive(t, m["credence_worker_ahead_seconds_total"], w.Organisation)
	}
	task := n.ended(n.submit(job(app, 2, 3)).Id)
	require.Equal(t, taskstypes.ENDING_ACCEPTED, task.Ending, story(task))
	for _, w := range n.Info.Workers {
		m := n.metrics(w.Organisation)
		require.EqualValues(t, 1, m[assigned], "%s was drawn", w.Organisation)
		require.EqualValues(t, 1, m["credence_worker_run_seconds_count"], "%s ran the task", w.Organisation)
		require.EqualValues(t, 1, m[compilations], "%s compiles once, before the task", w.Organisation)
	}
}
