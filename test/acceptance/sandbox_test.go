package acceptance

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestSandboxIsTheSmallProgram: where the programs lie beside each other, as they are installed, an app runs in credence-sandbox, and not
// in a copy of the node or of the worker.
func TestSandboxIsTheSmallProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	home := t.TempDir()
	app := filepath.Join(home, "slow.wasm")
	require.NoError(t, os.WriteFile(app, echoAfter(1<<31-1), 0o600))
	c := &command{t: t, ctx: t.Context(), env: append(os.Environ(), "HOME="+home)}
	job := c.start("run", app, "--local", "--fuel", "100G")
	defer func() { _ = job.cmd.Process.Kill() }()
	want := filepath.Join(binaries, "credence-sandbox")
	deadline := time.Now().Add(time.Minute)
	for {
		var seen []string
		lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", job.cmd.Process.Pid))
		require.NoError(t, err)
		for _, list := range lists {
			pids, _ := os.ReadFile(list)
			for _, pid := range bytes.Fields(pids) {
				file, _ := os.Readlink(fmt.Sprintf("/proc/%s/exe", pid))
				args, _ := os.ReadFile(fmt.Sprintf("/proc/%s/cmdline", pid))
				if string(args) == "credence-wasm-child\x00" && file == want {
					return
				}
				seen = append(seen, file)
			}
		}
		require.True(t, time.Now().Before(deadline), "children: %q; expected %s; the command says: %s", seen, want, job.all())
		time.Sleep(5 * time.Millisecond)
	}
}
