package bench_test

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/testutil"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// pruneSoon has tasks pruned a few blocks after their end.
func pruneSoon() testutil.Option {
	return testutil.WithParams(func(p *taskstypes.Params) { p.PruneBlocks, p.PrunesPerBlock = pruneBlocks, 10_000 }, nil, nil)
}

// pruneBlocks is how many blocks a finished task of these benchmarks stays whole.
const pruneBlocks = 5

// finish runs bags of a hundred tasks to their ends, and makes blocks until all of them are pruned.
func finish(t testing.TB, c *testutil.Compute, bags int) {
	for range bags {
		life(t, c, 2, perTx, &meter{}, &meter{})
		c.Blocks = nil
	}
	c.NextN(pruneBlocks + 3)
}

// BenchmarkDisk measures the bytes that a finished and pruned task leaves on disk: in the application's database, compacted, with all versions
// of the state, less what as many empty blocks leave. One run is a bag of a hundred tasks.
func BenchmarkDisk(b *testing.B) {
	dir := b.TempDir()
	db, err := dbm.NewGoLevelDB("application", dir, nil)
	require.NoError(b, err)
	defer db.Close()
	c := compute(b, 1, nil, pruneSoon(), testutil.WithDB(db))
	finish(b, c, 1) // what is made only once, such as the ledgers, is not counted
	before, start := diskBytes(b, db, dir), c.Height()
	finish(b, c, b.N)
	after, blocks := diskBytes(b, db, dir), c.Height()-start
	c.NextN(int(blocks))
	idle := diskBytes(b, db, dir) - after
	b.ReportMetric(float64(after-before-idle)/float64(b.N*perBlock), "disk-B/task")
	b.ReportMetric(float64(idle)/float64(blocks), "disk-B/empty-block")
	b.ReportMetric(0, "ns/op")
}

// diskBytes compacts a database and counts the bytes of its files, once the old ones are deleted, which happens in the background.
func diskBytes(t testing.TB, db *dbm.GoLevelDB, dir string) int64 {
	require.NoError(t, db.ForceCompact(nil, nil))
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
// it. The tasks wait for a worker. -bench.open says how many there are at most.
func BenchmarkGenesis(b *testing.B) {
	open := 0
	c := idle(b, nil)
	for _, n := range []int{1_000, 10_000, 100_000} {
		if n > *mostOpen {
			break
		}
		b.Run(fmt.Sprintf("open=%d", n), func(b *testing.B) {
			openTasks(c, n-open)
			open = n
			next := measureGenesis(b, c, n)
			require.Len(b, next.OpenTasks(), n)
		})
	}
}

// measureGenesis exports a chain with n tasks and imports it, and returns the last import.
func measureGenesis(b *testing.B, c *testutil.Compute, n int) (next *testutil.Compute) {
	var whole, export meter
	size := 0
	for range b.N {
		start := processorTime(b)
		exported := c.Export()
		export.cpu += processorTime(b) - start
		next = c.ResumeFrom(exported)
		next.Next()
		whole.cpu += processorTime(b) - start
		size = len(exported.AppState)
	}
	each := func(m meter) float64 { return m.cpu.Seconds() / float64(b.N) }
	b.ReportMetric(each(export), "export-cpu-s")
	b.ReportMetric(each(whole)-each(export), "import-cpu-s")
	b.ReportMetric(float64(size)/float64(n), "genesis-B/task")
	b.ReportMetric(each(whole)*1e6/sendCost(b), "sends/op")
	b.ReportMetric(0, "ns/op")
	return next
}
