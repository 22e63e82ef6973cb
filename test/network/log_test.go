package network_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A node with a log file writes its whole log there, the engine's lines included. It writes no log elsewhere.
func TestLogFile(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	binary := build(t)
	n := files(t, 1)[0]
	path := filepath.Join(n.Home, "logs", "node.log")
	start(t, binary, n, "--log-file", path, "--log-file-size", "1", "--log-file-keep", "2")
	waitForHeight(t, n, 2)
	require.Eventually(t, func() bool {
		text, err := os.ReadFile(path)
		return err == nil && regexp.MustCompile("(?s)module=server.*committed state.*module=state").Match(text)
	}, time.Minute, 100*time.Millisecond)
	elsewhere, err := os.ReadFile(filepath.Join(n.Home, "log"))
	require.NoError(t, err)
	require.NotContains(t, string(elsewhere), "committed state")
}
