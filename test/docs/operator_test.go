package docs

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/testutil/tool"
)

// TestOperator runs the operators' guide from bare machines on. The addresses 127.0.0.2 to 127.0.0.7 are the machines. Processes that a
// page starts in the background end with the test.
func TestOperator(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	tool.Find(t, "curl")
	tool.Find(t, "openssl")
	const page = "operator.md"
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", page))
	require.NoError(t, err)
	blocks, err := blocksOf(page, string(text))
	require.NoError(t, err)
	dir := t.TempDir()
	env := append(environment(t), "HOME="+filepath.Join(dir, "home"))
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	defer cancel()
	// However the shell ends, the processes that it left running end too.
	stop := block{page: page, code: "trap - EXIT; kill $(jobs -p); wait"}
	first := block{page: page, code: "trap 'kill $(jobs -p) 2> /dev/null; wait' EXIT"}
	said, took, failed := runAll(ctx, append(append([]block{first}, blocks...), stop), env, dir)
	t.Logf("%d blocks, begun at these seconds: %s", len(blocks), took)
	if failed != nil {
		for _, log := range []string{"amber.log", "full.log", "store.log", "light.log", "amber-worker.log", "birch-worker.log"} {
			if data, err := os.ReadFile(filepath.Join(dir, log)); err == nil {
				t.Logf("%s ends with:\n%s", log, data[max(0, len(data)-1500):])
			}
		}
		last := len(said) - 1
		at := first
		if last >= 1 && last <= len(blocks) {
			at = blocks[last-1]
		}
		require.NoError(t, failed, "%s:\n%s\n--- it said:\n%s", at, at.code, said[max(0, last)])
	}
	for i, b := range blocks {
		require.Empty(t, b.lacks(said[i+1]), "%s does not show this line; it said:\n%s", b, said[i+1])
	}
}
