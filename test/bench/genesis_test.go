package bench_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/baseapp"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	pruning "github.com/cosmos/cosmos-sdk/store/v2/pruning/types"

	"github.com/credence-chain/credence/testutil"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// pruneSoon has tasks pruned a few blocks after their end.
func pruneSoon() testutil.Option {
	return testutil.WithParams(func(p *taskstypes.Params) { p.PruneBlocks, p.PrunesPerBlock = pruneBlocks, 10_000 }, nil, nil)
}

// pruneBlocks is how many blocks a finished task of these benchmarks stays whole.
const pruneBlocks = 5

// versionBlocks is after how many blocks a node that prunes versions has done so: it keeps two, and prunes every tenth block.
const versionBlocks = 12

// finish runs bags of a hundred tasks to their ends, and makes blocks until all of them are pruned.
func finish(t testing.TB, c *testutil.Compute, bags int) {
	for range bags {
		life(t, c, 2, perTx, &meter{}, &meter{})
		c.Blocks = nil
	}
	c.NextN(pruneBlocks + 3 + versionBlocks)
}

// BenchmarkDisk measures the bytes that a finished and pruned task leaves on disk: in the application's database, compacted, less what as
// many empty blocks leave, and likewise in the engine's index of transactions and blocks, which is never pruned. One run is a bag of a
// hundred tasks. One node keeps all versions of the state, and one those of the last blocks.
func BenchmarkDisk(b *testing.B) {
	for _, keeps := range []string{pruning.PruningOptionNothing, pruning.PruningOptionEverything} {
		b.Run("pruning="+keeps, func(b *testing.B) {
			d := measureDisk(b, b.N, keeps)
			b.ReportMetric(d.state.task, "disk-B/task")
			b.ReportMetric(d.state.empty, "disk-B/empty-block")
			b.ReportMetric(d.index.task, "index-B/task")
			b.ReportMetric(d.index.empty, "index-B/empty-block")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// disk are the bytes that a node's databases keep.
type disk struct{ state, index growth }

// growth is what a database keeps of a task, and of an empty block.
type growth struct{ task, empty float64 }

func measureDisk(t testing.TB, bags int, keeps string) disk {
	dir, indexDir := t.TempDir(), t.TempDir()
	db, err := dbm.NewGoLevelDB("application", dir, nil)
	require.NoError(t, err)
	defer db.Close()
	x := newIndex(t, indexDir)
	c := compute(t, 1, nil, pruneSoon(), testutil.WithDB(db), x.option(), testutil.WithBase(baseapp.SetPruning(pruning.NewPruningOptionsFromString(keeps))))
	sizes := func() [2]int64 {
		return [2]int64{diskBytes(t, db.ForceCompact, dir), diskBytes(t, x.db.Compact, indexDir)}
	}
	finish(t, c, 1) // what is made only once, such as the ledgers, is not counted
	before, start := sizes(), c.Height()
	finish(t, c, bags)
	busy, blocks := sizes(), c.Height()-start
	c.NextN(int(blocks))
	idle := sizes()
	grown := func(i int) growth {
		empty := idle[i] - busy[i]
		return growth{float64(busy[i]-before[i]-empty) / float64(bags*perBlock), float64(empty) / float64(blocks)}
	}
	return disk{grown(0), grown(1)}
}

// TestDisk: a node that prunes the versions of its state keeps less of a finished task than one that keeps them all.
func TestDisk(t *testing.T) {
	all, last := measureDisk(t, 1, pruning.PruningOptionNothing), measureDisk(t, 1, pruning.PruningOptionEverything)
	t.Logf("bytes of a task and of an empty block: with all versions %+v, with the last ones %+v", all, last)
	require.Less(t, last.state.task, all.state.task/2)
	require.Positive(t, last.index.task)
}

// diskBytes compacts a database and counts the bytes of its files, once the old ones are deleted, which happens in the background.
func diskBytes(t testing.TB, compact func(from, to []byte) error, dir string) int64 {
	require.NoError(t, compact(nil, nil))
	for last := int64(-1); ; time.Sleep(200 * time.Millisecond) {
		bytes := int64(0)
		err := filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			info, err := entry.Info()
			if err == nil {
				bytes += info.Size()
			}
			return err
		})
		if !errors.Is(err, fs.ErrNotExist) {
			require.NoError(t, err)
			if bytes == last {
				return bytes
			}
			last = bytes
		}
	}
}

// BenchmarkGenesis measures the export of a state with many tasks, and the import of it into a new chain with the first block, which stores
// it. Both states are on disk. The tasks wait for a worker. -bench.open says how many there are at most. The peaks are of the memory of the
// process, in which both chains are.
func BenchmarkGenesis(b *testing.B) {
	open := 0
	c := idle(b, nil, testutil.WithDB(onDisk(b)), forgotten())
	for _, n := range []int{1_000, 10_000, 100_000} {
		if n > *mostOpen {
			break
		}
		b.Run(fmt.Sprintf("open=%d", n), func(b *testing.B) {
			openTasks(c, n-open)
			open = n
			c.Blocks = nil
			next := measureGenesis(b, c, n)
			require.Len(b, next.OpenTasks(), n)
		})
	}
}

// measureGenesis exports a chain with n tasks and imports it, and returns the last import.
func measureGenesis(b *testing.B, c *testutil.Compute, n int) (next *testutil.Compute) {
	var exporting, importing stage
	size := 0
	for range b.N {
		next, size = resume(b, c, &exporting, &importing)
	}
	exporting.report(b, "export")
	importing.report(b, "import")
	b.ReportMetric(float64(size)/float64(n), "genesis-B/task")
	b.ReportMetric((exporting.cpu+importing.cpu).Seconds()/float64(b.N)*1e6/sendCost(b), "sends/op")
	b.ReportMetric(0, "ns/op")
	return next
}

// resume exports a chain and imports it on another disk. It returns the import and the size of the exported state.
func resume(t testing.TB, c *testutil.Compute, exporting, importing *stage) (next *testutil.Compute, size int) {
	c.Restart()
	var exported servertypes.ExportedApp
	exporting.run(t, func() { exported = c.Export() })
	db := onDisk(t)
	importing.run(t, func() {
		next = c.ResumeFrom(exported, testutil.WithDB(db), forgotten())
		next.Next()
	})
	return next, len(exported.AppState)
}

// TestResumeOnDisk: an import has every task of the export, and both stages are measured.
func TestResumeOnDisk(t *testing.T) {
	c := idle(t, nil, testutil.WithDB(onDisk(t)))
	openTasks(c, 200)
	var exporting, importing stage
	next, size := resume(t, c, &exporting, &importing)
	require.Equal(t, c.OpenTasks(), next.OpenTasks())
	require.Len(t, next.OpenTasks(), 200)
	require.Positive(t, size)
	for _, s := range []stage{exporting, importing} {
		require.Positive(t, s.cpu)
		require.Positive(t, s.peak)
	}
}

// stage sums what a long step takes, over several runs of it.
type stage struct {
	cpu, wall time.Duration
	peak      float64 // of the memory of the process, in megabytes
}

func (s *stage) run(t testing.TB, do func()) {
	memoryMB(t)
	// This makes the kernel forget the largest memory so far.
	require.NoError(t, os.WriteFile("/proc/self/clear_refs", []byte("5"), 0))
	start, cpu := time.Now(), processorTime(t)
	do()
	s.wall += time.Since(start)
	s.cpu += processorTime(t) - cpu
	s.peak = max(s.peak, statusMB(t, "VmHWM"))
}

func (s *stage) report(b *testing.B, name string) {
	b.ReportMetric(s.cpu.Seconds()/float64(b.N), name+"-cpu-s")
	b.ReportMetric(s.wall.Seconds()/float64(b.N), name+"-s")
	b.ReportMetric(s.peak, name+"-peak-MB")
}
