package acceptance

import (
	"flag"
	"fmt"
	"os"
	"strings"
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

var aheadModule = flag.String("ahead.module", "../../build/programs/esbuild.wasm", "a module that takes long to compile, and that ends at once with the argument --version, for BenchmarkAhead (scripts/programs.sh)")

// BenchmarkAhead measures what compiling ahead of a draw gives: the time from the request to the end of the first task of an app with a large
// module, with three replicas, when workers compile nothing ahead, when they compile what open tasks of their pool need, which is the
// default, and when their operators name the app and it was published a while ago. The workers share this machine's processors.
func BenchmarkAhead(b *testing.B) {
	module, err := os.ReadFile(*aheadModule)
	require.NoError(b, err, "scripts/programs.sh builds it")
	for _, c := range []struct {
		name, budget string
		named        bool
	}{{"never", "0s", false}, {"open-tasks", "1h", false}, {"named", "1h", true}} {
		b.Run(c.name, func(b *testing.B) {
			apps := make([]string, b.N)
			for i := range apps {
				apps[i] = fmt.Sprintf("studio/large-%d", i)
			}
			b.Setenv("CREDENCE_WORKER_AHEAD", c.budget)
			if c.named {
				b.Setenv("CREDENCE_WORKER_AHEAD_APPS", strings.Join(apps, ","))
			}
			n := start(b, time.Duration(b.N)*10*time.Minute, devnet.Options{Workers: 3, EditGenesis: windows(1200, 240, 60)})
			var waited, compiled time.Duration
			for i := range b.N {
				// A custom section makes each module another one, which no worker has compiled.
				other := append(append([]byte{}, module...), 0, 5, 1, 'n', byte(i), byte(i>>8), byte(i>>16))
				app := n.publish(fmt.Sprintf("large-%d", i), other, appPrice)
				if c.named {
					for _, w := range n.Info.Workers {
						n.until(w.Organisation+" compiles it", func() bool {
							return n.metrics(w.Organisation)[`credence_worker_ahead_total{end="compiled"}`] == float64(i+1)
						})
					}
				}
				j := job(app, 2, 3)
				j.Args, j.FuelLimit = []string{"--version"}, 5_000_000_000
				begin := time.Now()
				task := n.ended(n.submit(j).Id)
				waited += time.Since(begin)
				require.Equal(b, taskstypes.ENDING_ACCEPTED, task.Ending, story(task))
			}
			for _, w := range n.Info.Workers {
				compiled += time.Duration(n.metrics(w.Organisation)["credence_worker_compile_seconds_sum"] * float64(time.Second))
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(waited.Seconds()/float64(b.N), "s-to-verdict")
			b.ReportMetric(compiled.Seconds()/float64(b.N*len(n.Info.Workers)), "s-compiling")
		})
	}
}
