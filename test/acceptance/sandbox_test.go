package acceptance

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const commLength = 15 // bytes that Linux keeps of a program's name

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
	seen := map[string]bool{} // what children were, and how they were called
	for {
		lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", job.cmd.Process.Pid))
		require.NoError(t, err)
		for _, list := range lists {
			pids, _ := os.ReadFile(list)
			for _, pid := range bytes.Fields(pids) {
				file, err := os.Readlink(fmt.Sprintf("/proc/%s/exe", pid))
				if errors.Is(err, os.ErrPermission) { // the child is in a namespace of its own, which only root sees into; its name is open to all
					name, _ := os.ReadFile(fmt.Sprintf("/proc/%s/comm", pid))
					if file = string(bytes.TrimSpace(name)); file == filepath.Base(want)[:commLength] {
						file = want
					}
				}
				args, _ := os.ReadFile(fmt.Sprintf("/proc/%s/cmdline", pid))
				if string(args) == "credence-wasm-child\x00" && file == want {
					return
				}
				seen[fmt.Sprintf("%s as %q", file, args)] = true
			}
		}
		require.True(t, time.Now().Before(deadline), "children: %v; expected %s; the command says: %s", seen, want, job.all())
		time.Sleep(5 * time.Millisecond)
	}
}
