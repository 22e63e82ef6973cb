package acceptance

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/devnet"
)

// The test runs the commands as a newcomer types them: a devnet, a run, Ctrl-C while it runs, following it and fetching its result. Ctrl-C
// of the devnet leaves no process behind.
func TestCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	state := filepath.Join(t.TempDir(), "net")
	c := &command{t: t, ctx: ctx, env: append(os.Environ(), devnet.EnvInfo+"="+filepath.Join(state, devnet.InfoFile))}
	out, status := c.run("run", "app.wasm")
	require.Equal(t, cli.ExitNetwork, status, out)
	require.Contains(t, out, "Next: start one in another terminal with `credenced devnet`")

	net := c.start("devnet", "--state", state, "--saboteurs", "3", "--output", "json")
	begin := time.Now()
	var info devnet.Info
	require.NoError(t, json.Unmarshal([]byte(net.line(`"chain_id"`)), &info))
	t.Logf("ready after %s", time.Since(begin).Round(100*time.Millisecond))
	require.Len(t, info.Workers, 7)
	net.line("WARNING: 3 of 7 organisations lie together, and q covers 2")
	pids := []int{info.PID}
	for _, v := range info.Validators {
		pids = append(pids, v.PID, v.CourtPID)
	}
	for _, w := range info.Workers {
		pids = append(pids, w.PID)
	}
	for _, pid := range pids {
		require.True(t, alive(pid), pid)
	}
	again, status := c.run("devnet", "--state", state)
	require.NotZero(t, status)
	require.Contains(t, again, "a devnet is running in this folder already")

	// The full court decides, so that even three liars change nothing.
	app := filepath.Join(t.TempDir(), "echo.wasm")
	require.NoError(t, os.WriteFile(app, echo(), 0o600))
	dir := filepath.Join(t.TempDir(), "first")
	out, status = c.run("run", app, "--policy", "court", "--trust", "99.99%", "--out", dir, "--fuel", "100M")
	require.Zero(t, status, out)
	data, err := os.ReadFile(filepath.Join(dir, "result"))
	require.NoError(t, err)
	require.Contains(t, string(data), "CREDENCE_TASK_INDEX=0\x00")
	require.Contains(t, out, "Verdict   1 of 1 decided by the court of validators")

	// Ctrl-C leaves the task running.
	job := c.start("run", app, "--policy", "court", "--out", filepath.Join(t.TempDir(), "second"), "--fuel", "100M", "--progress", "plain")
	job.line("matched with")
	job.interrupt()
	require.Equal(t, cli.ExitInterrupted, job.wait())
	id := regexp.MustCompile(`credenced task watch ([0-9a-f]{12})`).FindStringSubmatch(job.all())
	require.NotNil(t, id, job.all())
	require.Contains(t, job.all(), "submitted: request "+id[1], "one id a request")
	out, status = c.run("task", "list")
	require.Zero(t, status, out)
	require.Contains(t, out, id[1]+" ")
	out, status = c.run("task", "watch", id[1])
	require.Zero(t, status, out)
	dir = filepath.Join(t.TempDir(), "fetched")
	out, status = c.run("task", "fetch", id[1], "--out", dir)
	require.Zero(t, status, out)
	require.FileExists(t, filepath.Join(dir, "result"))
	proof := c.receipt(id[1])

	c.failures(&info)

	begin = time.Now()
	net.interrupt()
	require.Zero(t, net.wait(), net.all())
	t.Logf("stopped after %s", time.Since(begin).Round(100*time.Millisecond))
	for _, pid := range pids {
		require.False(t, alive(pid), "process %d is left", pid)
	}
	c.proves(proof, dir)
	out, status = c.run("run", app)
	require.Equal(t, cli.ExitNetwork, status, out)
	require.Contains(t, out, "is not running")
	require.Contains(t, out, "Next: ")
}

// proof is a receipt with the trusted data of its chain.
type proof struct{ file, chain, set, block string }

// receipt makes the receipt of a task, and asks the node for its validators and its block.
func (c *command) receipt(id string) (p proof) {
	t := c.t
	t.Helper()
	trust := func() (said struct{ Chain, Set, Block string }) {
		out, status := c.run("receipt", "trust", "--output", "json")
		require.Zero(t, status, out)
		require.NoError(t, json.Unmarshal([]byte(out), &said), out)
		return said
	}
	before := trust()
	height, _, _ := strings.Cut(before.Block, ":")
	p = proof{file: filepath.Join(t.TempDir(), "receipt.json"), chain: before.Chain, set: before.Set, block: before.Block}
	out, status := c.run("task", "receipt", id, "--out", p.file, "--since", height)
	require.Zero(t, status, out)
	require.Contains(t, out, "proves the answer of task")
	require.NotContains(t, out, "no manifest")
	return p
}

// proves verifies a receipt while no process runs any more, and a folder against the receipt.
func (c *command) proves(p proof, dir string) {
	t := c.t
	t.Helper()
	for _, trust := range []string{p.set, p.block} {
		out, status := c.run("receipt", "verify", p.file, "--trust", trust, "--chain-id", p.chain, "--files", dir)
		require.Zero(t, status, out)
		require.Contains(t, out, "Proven: the chain "+p.chain+" accepted this answer, and it is final.")
		require.Contains(t, out, "what is in "+dir+" is the answer, to the last byte: 1 file")
		require.Contains(t, out, "the court of the validators decided it")
	}
	out, status := c.run("receipt", "verify", p.file, "--trust", strings.Repeat("ab", 32))
	require.Equal(t, cli.ExitUnproven, status, out)
	require.Contains(t, out, "not proven (untrusted)")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "result"), []byte("another"), 0o600))
	out, status = c.run("receipt", "verify", p.file, "--trust", p.set, "--files", dir)
	require.Equal(t, cli.ExitUnproven, status, out)
	require.Contains(t, out, "not proven (files)")
}

// failures runs commands that fail: one whose program fails, and transactions that the chain refuses.
func (c *command) failures(info *devnet.Info) {
	t := c.t
	t.Helper()
	app := filepath.Join(t.TempDir(), "fails.wasm")
	require.NoError(t, os.WriteFile(app, failing(3), 0o600))
	out, status := c.run("run", app, "--policy", "court", "--trust", "99.99%", "--fuel", "100M")
	require.Equal(t, cli.ExitAppFailed, status, out)
	require.Contains(t, out, "failed with exit status 3")
	id := regexp.MustCompile(`request ([0-9a-f]{12})`).FindStringSubmatch(out)
	require.NotNil(t, id, out)
	for command, want := range map[string]int{"watch": cli.ExitAppFailed, "fetch": cli.ExitAppFailed, "show": cli.ExitDone} {
		args := []string{"task", command, id[1]}
		if command == "fetch" {
			args = append(args, "--out", filepath.Join(t.TempDir(), "none"))
		}
		out, status = c.run(args...)
		require.Equal(t, want, status, "%s: %s", command, out)
		require.Contains(t, out, "failed with exit status 3", command)
	}

	secret, err := os.ReadFile(info.Account("requester").KeyFile)
	require.NoError(t, err)
	home := t.TempDir()
	keys := []string{"--home", home, "--keyring-backend", "test"}
	out, status = c.run(append([]string{"keys", "import-hex", "me", strings.TrimSpace(string(secret))}, keys...)...)
	require.Zero(t, status, out)
	send := func(amount string, more ...string) (string, int) {
		args := append([]string{"tx", "bank", "send", "me", info.Account("provider").Address, amount, "--yes", "--chain-id", info.ChainID,
			"--node", strings.Replace(info.RPC, "http:", "tcp:", 1), "--gas", "200000"}, keys...)
		return c.run(append(args, more...)...)
	}
	out, status = send("1ucred")
	require.Zero(t, status, out)
	require.Contains(t, out, "done at height")
	out, status = send("9999999999999999999ucred")
	require.Equal(t, cli.ExitUnfunded, status, out)
	require.Contains(t, out, "insufficient funds")
	out, status = send("1ucred", "--gas", "1000")
	require.Equal(t, cli.ExitRefused, status, out)
	require.Contains(t, out, "out of gas")
	out, status = send("1ucred", "--no-wait")
	require.Zero(t, status, out)
	require.Contains(t, out, "sent: transaction ")
}

func alive(pid int) bool { return pid > 0 && syscall.Kill(pid, 0) == nil }

// command runs credenced.
type command struct {
	t   testing.TB
	ctx context.Context
	env []string
}

func (c *command) make(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(c.ctx, filepath.Join(binaries, "credenced"), args...)
	cmd.Dir, cmd.Env = c.t.TempDir(), c.env
	return cmd
}

// run waits for the end of a command and returns its output and its exit status.
func (c *command) run(args ...string) (string, int) {
	c.t.Helper()
	cmd := c.make(args...)
	out, err := cmd.CombinedOutput()
	require.NotNil(c.t, cmd.ProcessState, "%v", err)
	return string(out), cmd.ProcessState.ExitCode()
}

// running is a command that runs.
type running struct {
	*command
	cmd   *exec.Cmd
	lines chan string

	mu   sync.Mutex
	said bytes.Buffer
}

// start starts a command. If it still runs at the end of the test, it is told to stop.
func (c *command) start(args ...string) *running {
	c.t.Helper()
	r := &running{command: c, cmd: c.make(args...), lines: make(chan string, 1000)}
	read, write, err := os.Pipe()
	require.NoError(c.t, err)
	r.cmd.Stdout, r.cmd.Stderr = write, write
	require.NoError(c.t, r.cmd.Start())
	write.Close()
	go func() {
		defer close(r.lines)
		for s := bufio.NewScanner(read); s.Scan(); {
			r.mu.Lock()
			r.said.WriteString(s.Text() + "\n")
			r.mu.Unlock()
			r.lines <- s.Text()
		}
	}()
	c.t.Cleanup(func() {
		if r.cmd.ProcessState == nil {
			r.interrupt()
			r.wait()
		}
	})
	return r
}

// line waits for a line that holds the words.
func (r *running) line(words string) string {
	r.t.Helper()
	for {
		select {
		case line, open := <-r.lines:
			require.True(r.t, open, "it ended without %q:\n%s", words, r.all())
			if strings.Contains(line, words) {
				return line
			}
		case <-r.ctx.Done():
			require.FailNow(r.t, "too late", "no %q in:\n%s", words, r.all())
		}
	}
}

func (r *running) interrupt() { _ = r.cmd.Process.Signal(syscall.SIGINT) }

// wait returns the exit status.
func (r *running) wait() int {
	_ = r.cmd.Wait()
	for range r.lines { // until all of its output was read
	}
	return r.cmd.ProcessState.ExitCode()
}

func (r *running) all() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.said.String()
}
