package cmd

import (
	"math"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

// readCollector returns what is set, and changes nothing.
func readCollector() (percent int, limit int64) {
	percent = debug.SetGCPercent(100)
	debug.SetGCPercent(percent)
	return percent, debug.SetMemoryLimit(-1)
}

// TestCollector: a node lets its heap grow, bounds it by the machine, and leaves what the operator has set.
func TestCollector(t *testing.T) {
	percent, limit := readCollector()
	t.Cleanup(func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	})
	debug.SetGCPercent(70)
	debug.SetMemoryLimit(math.MaxInt64)
	t.Setenv("GOGC", "70")
	t.Setenv("GOMEMLIMIT", "9TiB")
	require.NoError(t, tuneCollector())
	percent, limit = readCollector()
	require.Equal(t, 70, percent)
	require.Equal(t, int64(math.MaxInt64), limit)

	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	require.NoError(t, tuneCollector())
	percent, limit = readCollector()
	require.Equal(t, gcPercent, percent)
	require.Less(t, limit, int64(1)<<50)
}
