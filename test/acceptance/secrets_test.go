package acceptance

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/devnet"
	"github.com/credence-chain/credence/internal/release"
	"github.com/credence-chain/credence/secret"
	"github.com/credence-chain/credence/testutil/port"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// owner is the owner of a secret: the folder of its agent, and the agent while it runs.
type owner struct {
	*network
	home, url, listen string
	agent             *exec.Cmd
}

// credenced runs a command of the agent and returns its output.
func (o *owner) credenced(args ...string) string {
	o.t.Helper()
	out, err := exec.CommandContext(o.ctx, filepath.Join(binaries, "credenced"), append([]string{"agent"}, args...)...).CombinedOutput()
	require.NoError(o.t, err, "%s", out)
	return strings.TrimSpace(string(out))
}

func newOwner(t *testing.T, n *network) *owner {
	t.Helper()
	o := &owner{network: n, home: filepath.Join(t.TempDir(), "agent"), listen: port.FreeAddress(t)}
	o.url = "http://" + o.listen
	o.credenced("key", "--home", o.home)
	return o
}

func (o *owner) startAgent() {
	o.agent = exec.Command(filepath.Join(binaries, "credenced"), "agent", "start", "--home", o.home, "--url", o.url, "--listen", o.listen, "--node", o.Info.GRPC[0])
	require.NoError(o.t, o.agent.Start())
	o.t.Cleanup(o.killAgent)
	o.until("the agent listens", func() bool {
		conn, err := net.Dial("tcp", o.listen)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
}

func (o *owner) killAgent() {
	if o.agent != nil {
		_ = o.agent.Process.Kill()
		_ = o.agent.Wait()
		o.agent = nil
	}
}

// given counts the releases in the agent's log.
func (o *owner) given() int {
	data, err := os.ReadFile(filepath.Join(o.home, "releases.log"))
	if !errors.Is(err, fs.ErrNotExist) {
		require.NoError(o.t, err)
	}
	return bytes.Count(data, []byte(`"given":true`))
}

// TestSecrets: a sealed input is read only by the workers that the chain draws, and the answer is sealed for the requester. In a second
// task the agent is killed when the first worker has the key. The others get the key from that worker.
func TestSecrets(t *testing.T) {
	const plain = "what only drawn workers read"
	n := start(t, 5*time.Minute, devnet.Options{EditGenesis: windows(200, 30, 6)})
	o := newOwner(t, n)
	app := n.publish("copy", copying(), appPrice)
	dir := t.TempDir()
	file, sealed := filepath.Join(dir, "plain"), filepath.Join(dir, "sealed")
	require.NoError(t, os.WriteFile(file, []byte(plain), 0o600))
	digest := o.credenced("seal", file, "--home", o.home, "--url", o.url, "--app", app, "--requester", n.key("requester").Address(), "--pool", "any", "--out", sealed)
	data, err := os.ReadFile(sealed)
	require.NoError(t, err)
	require.Equal(t, digest, n.upload(data))
	mine := filepath.Join(dir, "mine")
	recipient := o.credenced("key", mine)
	j := func() markettypes.Job {
		j := job(app, looseTrust, 3)
		j.Inputs = []*dealstypes.Input{{Name: "secret.txt", Digest: digest, Size_: uint64(len(data)), Locators: []string{n.Info.Store}}}
		j.Execution = &dealstypes.Execution{Stdin: "secret.txt", Recipient: recipient}
		return j
	}

	o.startAgent()
	deal := n.submit(j())
	running := n.reaches(deal.Id, "has a worker", func(task taskstypes.Task) bool { return len(task.Seats) > 0 })
	stranger, drawn := o.refused(running, digest)
	task := n.ended(deal.Id)
	require.Equal(t, taskstypes.ENDING_ACCEPTED, task.Ending, story(task))
	if !holdsSeat(task, stranger) {
		require.Equal(t, release.NotDrawn, drawn)
	}
	require.Equal(t, len(task.Seats), o.given(), "each who was drawn, once")
	require.Equal(t, plain, o.open(task, mine))

	before, held := o.given(), n.heldKeys()
	killed := make(chan struct{})
	go func() {
		defer close(killed)
		for len(n.heldKeys()) == len(held) && n.ctx.Err() == nil { // not before: the log of releases has the line before the worker has the key
			time.Sleep(5 * time.Millisecond)
		}
		o.killAgent()
	}()
	task = n.ended(n.submit(j()).Id)
	<-killed
	require.Equal(t, taskstypes.ENDING_ACCEPTED, task.Ending, story(task))
	for _, end := range task.Settlement.Seats {
		require.True(t, end.Right, end.Organisation)
		require.Zero(t, end.Slash)
	}
	require.Less(t, o.given()-before, len(task.Seats), "some had the key from another worker")
	require.Equal(t, plain, o.open(task, mine))
	n.requireNowhere(plain)
}

// refused asks the agent as a worker that was not drawn. It returns that worker and the reason for the refusal.
func (o *owner) refused(task taskstypes.Task, digest string) (string, release.Reason) {
	o.t.Helper()
	for _, w := range o.Info.Workers {
		if !holdsSeat(task, w.Address) {
			return w.Address, o.ask(task, w.Address, digest)
		}
	}
	require.FailNow(o.t, "every worker holds a seat")
	return "", ""
}

// ask asks the agent with the key of a worker, as the operator of that worker can, and returns the reason for the refusal.
func (o *owner) ask(task taskstypes.Task, who, digest string) release.Reason {
	o.t.Helper()
	blob, err := artifact.ParseDigest(digest)
	require.NoError(o.t, err)
	i := slices.IndexFunc(o.Info.Workers, func(w devnet.WorkerInfo) bool { return w.Address == who })
	require.GreaterOrEqual(o.t, i, 0)
	key, err := client.LoadKey(o.Info.Workers[i].KeyFile)
	require.NoError(o.t, err)
	identity, err := age.GenerateX25519Identity()
	require.NoError(o.t, err)
	_, err = release.Asker{Key: key, Recipient: identity.Recipient()}.Ask(o.ctx, o.url, release.Request{
		ChainID: o.Info.ChainID, Task: task.Id, Bench: release.BenchWorkers, Attempt: task.Attempt, Blob: blob,
	})
	var refusal *release.Refusal
	if errors.As(err, &refusal) {
		return refusal.Reason
	}
	return ""
}

func holdsSeat(task taskstypes.Task, who string) bool {
	for _, s := range task.Seats {
		if s.Who == who {
			return true
		}
	}
	return false
}

// open fetches the answer of a task and opens it.
func (o *owner) open(task taskstypes.Task, identity string) string {
	o.t.Helper()
	dir := o.t.TempDir()
	report, err := client.FetchTask(context.Background(), o.conn, task.Id, nil, filepath.Join(dir, "sealed"))
	require.NoError(o.t, err)
	require.Equal(o.t, []string{secret.AnswerFile}, report.Files)
	o.credenced("open", filepath.Join(dir, "sealed"), "--identity", identity, "--out", filepath.Join(dir, "open"))
	text, err := os.ReadFile(filepath.Join(dir, "open", "stdout"))
	require.NoError(o.t, err)
	return string(text)
}

// heldKeys returns the files of the keys that workers keep.
func (n *network) heldKeys() (files []string) {
	for _, w := range n.Info.Workers {
		of, err := filepath.Glob(filepath.Join(w.Home, "keys", "*.key.age"))
		require.NoError(n.t, err)
		files = append(files, of...)
	}
	return files
}

// requireNowhere demands that a text is in no file that workers keep.
func (n *network) requireNowhere(plain string) {
	n.t.Helper()
	looked := 0
	for _, w := range n.Info.Workers {
		require.NoError(n.t, filepath.WalkDir(w.Home, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return nil // it was deleted meanwhile
			}
			data, err := os.ReadFile(path)
			if err == nil {
				looked++
				require.NotContains(n.t, string(data), plain, path)
			}
			return nil
		}))
	}
	require.Greater(n.t, looked, len(n.Info.Workers))
}

// copying assembles a program that prints its input.
func copying() []byte {
	const read, write = 0, 1
	trap := []byte{0x04, 0x40, 0x00, 0x0b} // unreachable, if the call failed
	return assemble(1, "", []string{"fd_read", "fd_write"},
		i32(32), i32(4096), store(0), i32(32), i32(16384), store(4), // a buffer
		i32(0), i32(32), i32(1), i32(20), call(read), trap,
		i32(32), i32(20), load(0), store(4), // the number of bytes that were read
		i32(1), i32(32), i32(1), i32(20), call(write), trap)
}
