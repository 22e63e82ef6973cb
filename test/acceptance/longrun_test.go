package acceptance

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/devnet"
	"github.com/credence-chain/credence/testutil/memory"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

var (
	soakTasks  = flag.Int("soak.tasks", 60, "tasks that TestNothingGrows runs, one bag after the other")
	soakRounds = flag.Int("soak.rounds", 6, "bags of TestNothingGrows")
)

// longEnough is the number of tasks from which memory and disk say something: caches are full, and collections took place.
const longEnough = 5_000

// sample is what a process takes after a round.
type sample struct {
	anon, rss  uint64 // its own memory, and that with the pages of files, in bytes
	files      int    // open files, without the tables of databases: a chain's disk grows, and with it their number, up to 500 a database
	goroutines int    // 0 for a node
	disk       uint64 // bytes in its folder
}

// take reads what a process takes. Its folder holds everything that it keeps.
func take(t *testing.T, pid int, folder string) sample {
	t.Helper()
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	require.NoError(t, err)
	s := sample{anon: memory.Of(t, pid, "RssAnon"), rss: memory.Of(t, pid, "VmRSS")}
	for _, file := range open {
		if of, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%s", pid, file.Name())); err == nil && filepath.Ext(of) != ".ldb" {
			s.files++
		}
	}
	err = filepath.WalkDir(folder, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return nil // it may have been deleted meanwhile
		}
		if info, err := e.Info(); err == nil {
			s.disk += uint64(info.Size())
		}
		return nil
	})
	require.NoError(t, err)
	return s
}

// TestNothingGrows runs many small tasks, bag after bag, and demands that neither a worker nor a node takes more and more: open files and
// goroutines always, and memory, and a worker's disk, when there are enough tasks. Workers keep what is final for a minute. An ordinary run
// is a smoke test; make long-run has ten thousand tasks. Tasks wait long for a slot, because a bag has more tasks than there are slots.
func TestNothingGrows(t *testing.T) {
	t.Setenv("CREDENCE_WORKER_RETENTION", "1m")
	// A node's memory grows until its caches are full, and then by what it lets become garbage. With small ones that is soon, and the rest shows.
	t.Setenv("CREDENCED_IAVL_CACHE_SIZE", "2000")
	t.Setenv("GOGC", "100")
	within := 6*time.Minute + time.Duration(*soakTasks)*500*time.Millisecond
	n := start(t, within, devnet.Options{Workers: soakWorkers, Slots: *soakSlots, EditGenesis: windows(400, 200, 4000)})
	app := n.publish("count", echoAfter(1000), appPrice)
	size := uint64(*soakTasks / *soakRounds)
	require.Positive(t, size)
	var b strings.Builder
	fmt.Fprintf(&b, "commit %s, %d processors; %d tasks of two of three workers in bags of %d, one node and the workers on one machine\n\n", *soakCommit, runtime.NumCPU(), size*uint64(*soakRounds), size)
	b.WriteString("| tasks | seconds | process | own memory, MB | with files, MB | open files | goroutines | disk, MB |\n|---|---|---|---|---|---|---|---|\n")
	samples, began, last := map[string][]sample{}, time.Now(), ""
	for round := range *soakRounds {
		j := job(app, 2, 2)
		j.Size_ = size
		deal := n.submit(j)
		last = deal.Id
		n.until(fmt.Sprintf("the end of the %d tasks of round %d", size, round+1), func() bool {
			deal = n.deal(deal.Id)
			return deal.Ended == size
		})
		require.Equal(t, size, deal.Accepted, "tasks that were accepted; the first was %s", story(n.tasks(deal.Id)[0]))
		n.blocks(2)
		note := func(name string, s sample) {
			samples[name] = append(samples[name], s)
			fmt.Fprintf(&b, "| %d | %.0f | %s | %.1f | %.1f | %d | %d | %.1f |\n", uint64(round+1)*size, time.Since(began).Seconds(), name,
				float64(s.anon)/1e6, float64(s.rss)/1e6, s.files, s.goroutines, float64(s.disk)/1e6)
		}
		node := n.Validator(0)
		note("node", take(t, node.PID(), n.Info.Validators[0].Home))
		for _, w := range n.Info.Workers {
			s := take(t, n.Worker(w.Organisation).PID(), w.Home)
			s.goroutines = int(n.metrics(w.Organisation)["go_goroutines"])
			note(w.Organisation, s)
		}
	}
	t.Log("\n" + b.String())
	for _, task := range n.tasks(last) { // of the others some may be pruned
		require.Equal(t, taskstypes.ENDING_ACCEPTED, task.Ending)
		require.False(t, task.ByCourt, story(task))
	}
	var right uint64
	for _, w := range n.Info.Workers {
		record := n.worker(w.Organisation).Record
		right += record.Right
		require.Zero(t, record.Silent+record.Unrevealed+record.Wrong+record.Abstained+record.Slashed, w.Organisation)
	}
	require.GreaterOrEqual(t, right, 2*size*uint64(*soakRounds), "right answers; a few tasks have a third seat")
	for name, all := range samples {
		early, late := mostOf(all[:len(all)/2]), mostOf(all[len(all)/2:])
		require.LessOrEqual(t, late.files, early.files+20, "open files of %s", name)
		require.LessOrEqual(t, late.goroutines, early.goroutines+40, "goroutines of %s", name)
		if *soakTasks < longEnough {
			continue
		}
		require.LessOrEqual(t, float64(late.anon), 1.25*float64(early.anon)+16e6, "own memory of %s, in bytes", name)
		if name != "node" {
			require.LessOrEqual(t, float64(late.disk), 1.25*float64(early.disk)+16e6, "disk of %s, in bytes", name)
		}
	}
	if *soakOut != "" {
		require.NoError(t, os.WriteFile(*soakOut, []byte(b.String()), 0o644))
	}
}

// mostOf returns the most of each figure.
func mostOf(all []sample) (most sample) {
	for _, s := range all {
		most.anon, most.rss, most.disk = max(most.anon, s.anon), max(most.rss, s.rss), max(most.disk, s.disk)
		most.files, most.goroutines = max(most.files, s.files), max(most.goroutines, s.goroutines)
	}
	return most
}
