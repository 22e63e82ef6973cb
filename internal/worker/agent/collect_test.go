package agent

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/internal/worker/metrics"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/result"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// testTask is a task in the world of a collection.
type testTask struct {
	key    journal.Key
	as     chain.Assignment
	reads  [][]byte
	result []byte // the only file of its result; nil without an answer
	// held are the blobs that the worker has had for the task, and owes until it is final.
	held []artifact.Digest
	over bool // the journal's record has come to its end
}

// testDisk is a worker's disk, with the chain that says which tasks are final.
type testDisk struct {
	t interface {
		require.TestingT
		Helper()
	}
	dir       string
	quota     int64
	store     *artifact.Dir
	journal   *journal.Journal
	collector *Collector
	now       time.Time

	mu     sync.Mutex
	tasks  map[string]*testTask
	outage bool
	made   byte
	height int64
}

const (
	testRetention = 48 * time.Hour
	testLogQuota  = 3_000
	testModules   = 5_000
)

func (w *testDisk) open() {
	var err error
	w.store, err = artifact.OpenDir(filepath.Join(w.dir, "artifacts"), w.quota)
	require.NoError(w.t, err)
	w.journal, err = journal.Open(filepath.Join(w.dir, "journal.db"))
	require.NoError(w.t, err)
	for _, folder := range []string{"logs", "modules"} {
		require.NoError(w.t, os.MkdirAll(filepath.Join(w.dir, folder), 0o700))
	}
	w.collector = NewCollector(CollectConfig{
		Store: w.store, Journal: w.journal, Source: w, Metrics: metrics.New(prometheus.NewRegistry()), Pins: &Pins{},
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Retention: testRetention,
		LogFolder: filepath.Join(w.dir, "logs"), LogQuota: testLogQuota,
		ModuleFolders: []string{filepath.Join(w.dir, "modules")}, ModuleQuota: testModules,
		now: func() time.Time { return w.now },
	})
}

func (w *testDisk) Assignments(context.Context) (chain.Snapshot, error) {
	return chain.Snapshot{}, nil
}

func (w *testDisk) Follow(context.Context, int64, func(context.Context, chain.Tick) error) error {
	return nil
}

// Task implements chain.Source.
func (w *testDisk) Task(_ context.Context, id string) (chain.Assignment, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.outage {
		return chain.Assignment{}, errors.New("connection refused")
	}
	if t := w.tasks[id]; t != nil {
		return t.as, nil
	}
	return chain.Assignment{}, chain.ErrUnknownTask
}

// newTask makes a task that reads these blobs, of which the first is its module.
func (w *testDisk) newTask(reads ...[]byte) *testTask {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := sha256.Sum256([]byte(fmt.Sprint("task", len(w.tasks))))
	t := &testTask{key: journal.Key{Bench: poco.BenchWorkers, Task: id, Attempt: 1}, reads: reads}
	t.as.Task = taskstypes.Task{Id: taskstypes.IDText(id), Phase: taskstypes.PHASE_FIRST}
	t.as.Deal.Digest = artifact.Sum(reads[0]).String()
	for i, blob := range reads[1:] {
		t.as.Deal.Inputs = append(t.as.Deal.Inputs, &dealstypes.Input{Name: fmt.Sprint(i), Digest: artifact.Sum(blob).String(), Size_: uint64(len(blob))})
	}
	w.tasks[t.as.Task.Id] = t
	return t
}

func (w *testDisk) move(t *testTask, state journal.State, change func(*journal.Record)) {
	_, err := w.journal.Update(t.key, 5, func(r *journal.Record) error {
		r.State = state
		if change != nil {
			change(r)
		}
		return nil
	})
	require.NoError(w.t, err)
}

// work does with a task what workOn does: it fetches, runs and stores. between is called between any two steps. It returns the bytes that
// did not fit into the store, or 0.
func (w *testDisk) work(t *testTask, answer []byte, between func()) (missing int64) {
	ctx := context.Background()
	reads := namedBlobs(t.as)
	pinned := w.collector.Pins.newPin(reads...)
	defer pinned.release()
	between()
	w.move(t, journal.Assigned, func(r *journal.Record) { r.Reads = digestTexts(reads) })
	for _, blob := range t.reads {
		between()
		d := artifact.Sum(blob)
		if has, err := w.store.Has(ctx, d); err != nil || !has {
			if _, err := w.store.PutAs(ctx, d, bytes.NewReader(blob), int64(len(blob))); err != nil {
				require.ErrorIs(w.t, err, artifact.ErrQuota)
				w.move(t, journal.Abandoned, nil)
				t.over = true
				return int64(len(blob))
			}
		}
		t.held = append(t.held, d)
	}
	w.move(t, journal.Running, nil)
	between()
	for _, d := range t.held {
		has, err := w.store.Has(ctx, d)
		require.NoError(w.t, err)
		require.True(w.t, has, "a file of a task that runs was deleted")
	}
	files := []result.File{{Path: "out", Content: artifact.Bytes(answer)}}
	m, err := result.Build(result.KindResult, "", 0, files)
	require.NoError(w.t, err)
	pinned.add(blobsOfResult(m)...)
	if err := result.Store(ctx, m, files, w.store); err != nil {
		require.ErrorIs(w.t, err, artifact.ErrQuota)
		w.move(t, journal.Abandoned, nil)
		t.over = true
		return int64(len(answer) + len(m.Bytes()))
	}
	between()
	w.move(t, journal.Done, func(r *journal.Record) {
		r.Outcome = recordOf(poco.Outcome{Kind: poco.KindResult, Digest: m.Digest()})
		r.Stored = r.Outcome.Digest
	})
	t.result = answer
	t.held = append(t.held, blobsOfResult(m)...)
	between()
	return 0
}

// requireOwed fails if a blob is gone that a task needs which is not final.
func (w *testDisk) requireOwed() {
	w.t.Helper()
	for id, t := range w.tasks {
		if t.as.Task.Final() {
			continue
		}
		for _, d := range t.held {
			has, err := w.store.Has(context.Background(), d)
			require.NoError(w.t, err)
			require.True(w.t, has, "blob %s of task %s is gone, in phase %s", d, id, t.as.Task.Phase)
		}
	}
}

// owed returns the bytes of the blobs that a collection must leave: those of tasks that are not final or, if the chain can't be asked, of
// all whose end was not noted before.
func (w *testDisk) owed() (bytes int64) {
	list := map[artifact.Digest]bool{}
	held, err := w.journal.Held()
	require.NoError(w.t, err)
	for _, r := range held {
		t := w.tasks[taskstypes.IDText(r.Key.Task)]
		if t.as.Task.Final() && t.over && !w.outage {
			continue
		}
		for _, d := range t.held {
			list[d] = true
		}
	}
	for d := range list {
		size, err := w.store.Size(d)
		require.NoError(w.t, err)
		bytes += size
	}
	return bytes
}

func (w *testDisk) blob(size int) []byte {
	w.made++
	out := bytes.Repeat([]byte{w.made}, size)
	copy(out, fmt.Sprint(len(w.tasks), w.now.UnixNano()))
	return out
}

func folderBytes(t require.TestingT, folder string) (sum int64) {
	list, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, e := range list {
		info, err := e.Info()
		require.NoError(t, err)
		sum += info.Size()
	}
	return sum
}

// folderInMemory returns a folder that is gone after the test. It lies in memory where the system has such a place, because the journal and
// the store sync each change.
func folderInMemory(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "credence-collect-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// TestCollection plays random lives of a worker: tasks that share files, outages of the chain, collections between any two steps,
// restarts, and a store that is full. The laws: the quotas hold; nothing is deleted that a task needs which is not final; a blob is
// refused only where needed ones fill the store; and what nothing needs is gone after the retention.
func TestCollection(t *testing.T) {
	top := folderInMemory(t)
	runs := 0
	rapid.Check(t, func(t *rapid.T) {
		runs++
		w := &testDisk{t: t, dir: filepath.Join(top, fmt.Sprint(runs)), quota: 20_000, now: time.Now(), tasks: map[string]*testTask{}}
		w.open()
		defer func() { w.journal.Close() }()
		ctx := context.Background()
		var shared [][]byte
		for i := range 5 {
			shared = append(shared, bytes.Repeat([]byte{byte(200 + i)}, 500+700*i))
		}
		pick := func(filter func(*testTask) bool) *testTask {
			var list []*testTask
			for i := range len(w.tasks) {
				id := sha256.Sum256([]byte(fmt.Sprint("task", i)))
				if t := w.tasks[taskstypes.IDText(id)]; filter(t) {
					list = append(list, t)
				}
			}
			if len(list) == 0 {
				return nil
			}
			return list[rapid.IntRange(0, len(list)-1).Draw(t, "task")]
		}
		pickShared := func() []byte { return shared[rapid.IntRange(0, len(shared)-1).Draw(t, "shared")] }
		collect := func() {
			w.height += 1000 // so that it may ask again
			require.NoError(t, w.collector.Collect(ctx, w.height))
		}
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) {
				require.LessOrEqual(t, w.store.Used(), w.quota)
				w.requireOwed()
			},
			"work": func(t *rapid.T) {
				reads := [][]byte{pickShared(), pickShared(), w.blob(rapid.IntRange(1, 2500).Draw(t, "own input"))}
				task := w.newTask(reads...)
				missing := w.work(task, w.blob(rapid.IntRange(1, 2500).Draw(t, "result")), func() {
					if rapid.IntRange(0, 3).Draw(t, "meanwhile") == 0 {
						collect()
					}
				})
				if missing > 0 && !w.outage {
					require.Greater(t, w.owed()+missing, w.quota-4000, "the store refused a blob while it held what nothing needs")
				}
				require.NoError(t, os.WriteFile(filepath.Join(w.dir, "logs", fmt.Sprint(len(w.tasks), ".stdout")), make([]byte, 700), 0o600))
				require.NoError(t, os.WriteFile(filepath.Join(w.dir, "modules", fmt.Sprint(len(w.tasks))), make([]byte, 1100), 0o600))
			},
			"the answer is under audit": func(*rapid.T) {
				if t := pick(func(t *testTask) bool { return t.result != nil && !t.over }); t != nil {
					w.move(t, journal.Revealed, nil)
					w.move(t, journal.Settled, nil)
					t.over = true
					t.as.Task.Phase, t.as.Task.Audit = taskstypes.PHASE_AUDIT, &taskstypes.Audit{End: 100}
				}
			},
			"a task is final": func(*rapid.T) {
				if t := pick(func(t *testTask) bool { return t.over && !t.as.Task.Final() }); t != nil {
					t.as.Task.Phase = taskstypes.PHASE_DONE
				}
			},
			"time passes":       func(t *rapid.T) { w.now = w.now.Add(time.Duration(rapid.IntRange(1, 30).Draw(t, "hours")) * time.Hour) },
			"outage":            func(t *rapid.T) { w.outage = !w.outage },
			"the store is full": func(*rapid.T) { w.collector.makeRoom() },
			"restart": func(*rapid.T) {
				w.journal.Close()
				w.open()
			},
			"collect": func(t *rapid.T) {
				collect()
				require.LessOrEqual(t, folderBytes(t, filepath.Join(w.dir, "logs")), int64(testLogQuota))
				require.LessOrEqual(t, folderBytes(t, filepath.Join(w.dir, "modules")), int64(testModules))
				if w.outage {
					return
				}
				require.LessOrEqual(t, w.store.Used(), max(highWater(w.quota), w.owed()))
				w.now = w.now.Add(testRetention + time.Hour)
				collect()
				require.LessOrEqual(t, w.store.Used(), w.owed(), "what nothing needs outlived the retention")
				require.Zero(t, folderBytes(t, filepath.Join(w.dir, "logs")))
				require.NoError(t, w.journal.Each(func(r journal.Record) error {
					task := w.tasks[taskstypes.IDText(r.Key.Task)]
					require.False(t, task.over && task.as.Task.Final(), "a record outlived the retention")
					return nil
				}))
			},
		})
	})
}

// TestCollectionMeanwhile: collections that run at any moment of the work, by other threads, delete nothing of it.
func TestCollectionMeanwhile(t *testing.T) {
	w := &testDisk{t: t, dir: t.TempDir(), quota: 60_000, now: time.Now(), tasks: map[string]*testTask{}}
	w.open()
	defer func() { w.journal.Close() }()
	shared := [][]byte{make([]byte, 900), make([]byte, 800)}
	ctx, cancel := context.WithCancel(t.Context())
	var collecting, working sync.WaitGroup
	for _, collect := range []func(){func() { _ = w.collector.Collect(ctx, 1<<40) }, w.collector.makeRoom} {
		collecting.Add(1)
		go func() {
			defer collecting.Done()
			for ctx.Err() == nil {
				collect()
			}
		}()
	}
	for i := range 4 {
		working.Add(1)
		go func() {
			defer working.Done()
			for j := range 25 {
				task := w.newTask(shared[j%2], shared[(i+j)%2], bytes.Repeat([]byte{byte(i), byte(j)}, 300))
				if w.work(task, bytes.Repeat([]byte{byte(j), byte(i), 7}, 300), func() { time.Sleep(time.Duration(rand.IntN(800)) * time.Microsecond) }) > 0 {
					t.Error("the store was full")
				}
				for _, d := range task.held {
					if has, err := w.store.Has(ctx, d); err != nil || !has {
						t.Errorf("blob %s is gone, %v", d, err)
					}
				}
				w.move(task, journal.Settled, nil)
				w.mu.Lock()
				task.as.Task.Phase = taskstypes.PHASE_DONE
				w.mu.Unlock()
			}
		}()
	}
	working.Wait()
	cancel()
	collecting.Wait()
}

// TestAWorkerAtItsQuota: a worker whose store is full of what nothing needs answers its tasks. Without a collector it gives them up.
func TestAWorkerAtItsQuota(t *testing.T) {
	for _, collects := range []bool{true, false} {
		h := newHouse(t, asSecond)
		const quota = 5_000
		var err error
		h.store, err = artifact.OpenDir(filepath.Join(h.dir, "artifacts"), quota)
		require.NoError(t, err)
		h.fetcher.Store = h.store
		for i := range quota/100 + 1 {
			if _, err := artifact.PutBytes(t.Context(), h.store, bytes.Repeat([]byte{byte(i)}, 100)); err != nil {
				require.ErrorIs(t, err, artifact.ErrQuota)
			}
		}
		_, err = artifact.PutBytes(t.Context(), h.store, make([]byte, quota-h.store.Used()))
		require.NoError(t, err)
		require.EqualValues(t, quota, h.store.Used())
		h.collects = collects
		l := h.start("")
		settled := h.settlement()
		if collects {
			h.requireRight(settled)
			require.Equal(t, journal.Settled, h.state(l, 1).State)
			require.Less(t, h.store.Used(), int64(quota))
		} else {
			require.Equal(t, "ABSTAIN", h.state(l, 1).Outcome.Kind)
		}
		l.end()
	}
}

// TestRecordsOfOlderWorkers: what an older worker's task reads is not in its journal. The chain says it, and until it does, no blob is
// deleted.
func TestRecordsOfOlderWorkers(t *testing.T) {
	w := &testDisk{t: t, dir: t.TempDir(), quota: 10_000, now: time.Now(), tasks: map[string]*testTask{}}
	w.open()
	defer func() { w.journal.Close() }()
	module, other := make([]byte, 3000), bytes.Repeat([]byte{1}, 6500)
	task := w.newTask(module)
	for _, blob := range [][]byte{module, other} {
		_, err := artifact.PutBytes(t.Context(), w.store, blob)
		require.NoError(t, err)
	}
	w.move(task, journal.Assigned, nil)
	w.move(task, journal.Fetched, nil)
	task.held = []artifact.Digest{artifact.Sum(module)}
	for _, outage := range []bool{true, false} {
		w.outage = outage
		w.now = w.now.Add(testRetention + time.Hour)
		require.NoError(t, w.collector.Collect(t.Context(), 100))
		w.requireOwed()
		has, err := w.store.Has(t.Context(), artifact.Sum(other))
		require.NoError(t, err)
		require.Equal(t, outage, has)
	}
}

// TestUnknownTasks: a task that the chain does not know may be one that the node does not know yet. Its bytes are kept longer than any
// audit lasts, and not for ever.
func TestUnknownTasks(t *testing.T) {
	w := &testDisk{t: t, dir: t.TempDir(), quota: 10_000, now: time.Now(), tasks: map[string]*testTask{}}
	w.open()
	defer func() { w.journal.Close() }()
	task := w.newTask(make([]byte, 3000))
	require.Zero(t, w.work(task, []byte("answer"), func() {}))
	w.move(task, journal.Settled, nil)
	delete(w.tasks, task.as.Task.Id)
	for _, tc := range []struct {
		days int
		kept bool
	}{{1, true}, {58, true}, {3, true}, {3, false}} { // once its end was noted, the retention begins
		w.now = w.now.Add(time.Duration(tc.days) * 24 * time.Hour)
		require.NoError(t, w.collector.Collect(t.Context(), w.now.Unix()))
		has, err := w.store.Has(t.Context(), task.held[0])
		require.NoError(t, err)
		require.Equal(t, tc.kept, has, "after %d more days", tc.days)
	}
}

// TestUnfinishedModules: what a child is writing into the cache is left alone, and so are the modules that were used last.
func TestUnfinishedModules(t *testing.T) {
	w := &testDisk{t: t, dir: t.TempDir(), quota: 10_000, now: time.Now(), tasks: map[string]*testTask{}}
	w.open()
	defer func() { w.journal.Close() }()
	for i, name := range []string{"oldest", "older.tmp", "middle", "new.tmp", "newest"} {
		path := filepath.Join(w.dir, "modules", name)
		require.NoError(t, os.WriteFile(path, make([]byte, 2000), 0o600))
		used := w.now.Add(time.Duration(i-4) * 40 * time.Minute)
		require.NoError(t, os.Chtimes(path, used, used))
	}
	require.NoError(t, w.collector.Collect(t.Context(), 1))
	left, err := os.ReadDir(filepath.Join(w.dir, "modules"))
	require.NoError(t, err)
	var names []string
	for _, e := range left {
		names = append(names, e.Name())
	}
	require.Equal(t, []string{"new.tmp", "newest"}, names)
}
