package agent

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/worker/journal"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// footprint is what a worker takes of its machine for the tasks that it has had.
type footprint struct {
	heap, disk          int64 // bytes
	records             int
	goroutines, handles int
}

// measure returns the footprint after a garbage collection.
func (w *testDisk) measure() (f footprint) {
	w.t.Helper()
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	f.heap, f.goroutines = int64(memory.HeapAlloc), runtime.NumGoroutine()
	require.NoError(w.t, w.journal.Each(func(journal.Record) error { f.records++; return nil }))
	require.NoError(w.t, filepath.Walk(w.dir, func(_ string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			f.disk += info.Size()
		}
		return err
	}))
	if handles, err := os.ReadDir("/proc/self/fd"); err == nil {
		f.handles = len(handles)
	}
	return f
}

// A worker that has had 2,000 small tasks takes no more of its machine than after its first 500: the journal, the store, the heap,
// goroutines and open files stay as they are. Each day has 100 tasks of modules of their own, and one collection.
func TestManyTasksLeaveNothing(t *testing.T) {
	const aDay = 100
	w := &testDisk{t: t, dir: folderInMemory(t), now: time.Now(), tasks: map[string]*testTask{}}
	w.open()
	defer func() { w.journal.Close() }()
	number := 0
	days := func(n int) footprint {
		for range n {
			for range aDay {
				number++
				task := w.newTask(fmt.Appendf(nil, "module %d %01000d", number, 0))
				require.Zero(t, w.work(task, fmt.Appendf(nil, "answer %d %01000d", number, 0), func() {}))
				w.move(task, journal.Settled, nil)
				w.tasks[task.as.Task.Id].as.Task.Phase = taskstypes.PHASE_DONE
				task.reads, task.result, task.held = nil, nil, nil // they are the test's own memory
			}
			w.now = w.now.Add(24 * time.Hour)
			w.height += 1000
			require.NoError(t, w.collector.Collect(t.Context(), w.height))
		}
		return w.measure()
	}
	first := days(5)
	last := days(15)
	t.Logf("after 500 tasks %+v, after 2000 %+v", first, last)
	require.LessOrEqual(t, last.records, first.records)
	require.LessOrEqual(t, last.disk, first.disk+first.disk/4, "the journal's pages and the store are used again")
	require.LessOrEqual(t, last.goroutines, first.goroutines)
	require.LessOrEqual(t, last.handles, first.handles)
	require.LessOrEqual(t, last.heap, first.heap+6<<20, "the test itself keeps what the chain says of its 2,000 tasks")
}
