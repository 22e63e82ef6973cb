package bench_test

import (
	"os"
	"runtime"
	"runtime/debug"
	"testing"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/baseapp"

	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/testutil/memory"
)

// onDisk returns a database in a folder, as nodes have it.
func onDisk(t testing.TB) dbm.DB {
	db, err := dbm.NewGoLevelDB("application", t.TempDir(), nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// forgotten has a node that starts again leave nothing of the one before in memory: the pruning of trees in the background holds their caches
// for ever.
func forgotten() testutil.Option { return testutil.WithBase(baseapp.SetIAVLSyncPruning(true)) }

// memoryMB returns what the process keeps in its heap, and the memory that it then has, in megabytes. It collects the garbage first.
func memoryMB(t testing.TB) (heap, resident float64) {
	debug.FreeOSMemory()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc) / 1e6, statusMB(t, "VmRSS")
}

// statusMB reads a figure of the kernel about this process, in megabytes.
func statusMB(t testing.TB, name string) float64 {
	return float64(memory.Of(t, os.Getpid(), name)) / 1e6
}
