// Package memory reads what a process takes of the machine's memory.
package memory

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Of returns a number of bytes in a process's /proc/PID/status: "VmRSS" is what it has, "VmHWM" the most that it had, and "RssAnon" its own
// without the pages of files.
func Of(t testing.TB, pid int, field string) uint64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		var kilobytes uint64
		if _, err := fmt.Sscanf(line, field+": %d kB", &kilobytes); err == nil {
			return kilobytes << 10
		}
	}
	require.Fail(t, "no such field", "%s in %s", field, text)
	return 0
}
