package acceptance

import (
	"bufio"
	"flag"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/devnet"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

var (
	soakSlots  = flag.Int("soak.slots", 8, "slots of each worker, and tasks that are submitted at once")
	soakCommit = flag.String("soak.commit", "", "what the result says it was made at")
	soakOut    = flag.String("soak.out", "", "file to write the result to")
)

// soakWorkers is the least number of organisations of which the policy draws two for a task. Each task asks for all three, so that each
// worker runs every task.
const soakWorkers = 3

// soakJob is a bag of tasks that every worker runs.
func soakJob(app string, size uint64) markettypes.Job {
	j := job(app, 2, soakWorkers)
	j.Size_, j.FuelLimit = size, 5_000_000_000
	return j
}

// runBag submits a bag, and returns its tasks when all have ended. meanwhile is called again and again until then.
func (n *network) runBag(j markettypes.Job, meanwhile func([]taskstypes.Task)) (tasks []taskstypes.Task) {
	n.t.Helper()
	deal := n.submit(j)
	n.until(fmt.Sprintf("the end of %d tasks", j.Size_), func() bool {
		tasks = n.tasks(deal.Id)
		meanwhile(tasks)
		for _, t := range tasks {
			if t.Phase != taskstypes.PHASE_DONE {
				return false
			}
		}
		return uint64(len(tasks)) == j.Size_
	})
	return tasks
}

// requireInTime demands that every seat of a task revealed its answer in its window, in the first attempt and without the court.
func requireInTime(t *testing.T, task taskstypes.Task) {
	t.Helper()
	require.Equal(t, taskstypes.ENDING_ACCEPTED, task.Ending, story(task))
	require.False(t, task.ByCourt, story(task))
	require.EqualValues(t, 1, task.Attempt, story(task))
	require.Len(t, task.Seats, soakWorkers, story(task))
	for _, s := range task.Seats {
		require.Equal(t, taskstypes.SEAT_STATE_REVEALED, s.State, story(task))
		require.Zero(t, s.Missed, story(task))
	}
}

// requireNoFault demands that no worker has a fault on its record, and that each was right in this number of tasks.
func (n *network) requireNoFault(tasks uint64) {
	n.t.Helper()
	for _, info := range n.Info.Workers {
		w := n.worker(info.Organisation)
		require.Equal(n.t, tasks, w.Record.Right, w.Organisation)
		require.Zero(n.t, w.Record.Silent, w.Organisation)
		require.Zero(n.t, w.Record.Unrevealed, w.Organisation)
		require.Zero(n.t, w.Record.Wrong, w.Organisation)
		require.Zero(n.t, w.Record.Abstained, w.Organisation)
		require.Zero(n.t, w.Record.Slashed, w.Organisation)
		require.EqualValues(n.t, devnet.Bond, w.Bonded, w.Organisation)
		require.False(n.t, w.Jailed, w.Organisation)
	}
}

// metrics returns what a worker's /metrics says, by the name of the metric with its labels.
func (n *network) metrics(organisation string) map[string]float64 {
	n.t.Helper()
	req, err := http.NewRequestWithContext(n.ctx, http.MethodGet, n.Info.Worker(organisation).Endpoint+"/metrics", nil)
	require.NoError(n.t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(n.t, err)
	defer res.Body.Close()
	out := map[string]float64{}
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), " "); ok && name != "#" {
			if out[name], err = strconv.ParseFloat(value, 64); err != nil {
				require.NoError(n.t, err, lines.Text())
			}
		}
	}
	return out
}

// TestManyTasksAtOnce gives three workers of this machine a bag in which each task is for all of them, and each worker has a slot for each
// task. The windows are those of a chain by default, although three workers share this machine. No
// seat may miss one. An ordinary run is a smoke test of a few tasks; make worker-soak takes 64.
func TestManyTasksAtOnce(t *testing.T) {
	slots := *soakSlots
	n := start(t, 6*time.Minute, devnet.Options{Workers: soakWorkers, Slots: slots, EditGenesis: genesisWindows})
	app := n.publish("count", echoAfter(10_000_000), appPrice)
	running, seated := map[string]float64{}, map[string]int{}
	began, from := time.Now(), n.height()
	tasks := n.runBag(soakJob(app, uint64(slots)), func(tasks []taskstypes.Task) {
		now := map[string]int{}
		for _, task := range tasks {
			for _, s := range task.Seats {
				if task.Phase != taskstypes.PHASE_DONE {
					now[s.Organisation]++
				}
			}
		}
		for _, w := range n.Info.Workers {
			seated[w.Organisation] = max(seated[w.Organisation], now[w.Organisation])
			running[w.Organisation] = max(running[w.Organisation], n.metrics(w.Organisation)["credence_worker_slots_busy"])
		}
	})
	took, blocks := time.Since(began), n.height()-from
	for _, task := range tasks {
		requireInTime(t, task)
	}
	n.requireNoFault(uint64(slots))
	var b strings.Builder
	fmt.Fprintf(&b, "commit %s, %d processors, %d workers of %d slots on one machine, %d tasks for all of them\n\n", *soakCommit, runtime.NumCPU(), soakWorkers, slots, slots)
	b.WriteString("| worker | seats in open tasks at once | fetched, compiled or run at once | silent, unrevealed, wrong, abstained, slashed |\n|---|---|---|---|\n")
	for _, w := range n.Info.Workers {
		require.Equal(t, slots, seated[w.Organisation], "%s had a seat in all tasks at once", w.Organisation)
		fmt.Fprintf(&b, "| %s | %d | %v | 0 |\n", w.Organisation, seated[w.Organisation], running[w.Organisation])
	}
	fmt.Fprintf(&b, "\nAll were accepted in the first attempt, without the court, after %s and %d blocks.\n", took.Round(time.Second), blocks)
	t.Log("\n" + b.String())
	if *soakOut != "" {
		require.NoError(t, os.WriteFile(*soakOut, []byte(b.String()), 0o644))
	}
}

// genesisWindows sets the windows that a chain has by default, and not the longer ones of a devnet.
func genesisWindows(g devnet.Genesis) error {
	p := markettypes.DefaultParams()
	return windows(p.CommitBlocks, p.RevealBlocks, 600)(g)
}
