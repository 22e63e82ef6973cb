//go:build linux

package acceptance

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/internal/devnet"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/testutil/tool"
)

// engineVar names the container engines that must work here, as for the tests of the runtime. The first of them is used. Without this
// variable, the first engine that works is used.
const engineVar = "CREDENCE_TEST_OCI"

// socketVar is the variable with the socket of a Docker Engine.
const socketVar = "CREDENCE_TEST_DOCKER_SOCKET"

// testEngine returns the engine that runs containers here. Without one it skips the test and says so in the log.
func testEngine(t *testing.T) runtime.OCI {
	t.Helper()
	if testing.Short() {
		t.Skip("starts processes")
	}
	if named := os.Getenv(engineVar); named != "" {
		name, _, _ := strings.Cut(named, ",")
		c := runtime.OCI{Engine: name}
		if name == runtime.EngineDocker {
			c.Path = os.Getenv(socketVar)
		}
		return c
	}
	if os.Geteuid() != 0 {
		t.Skipf("NOT TESTED: containers need root, and this is user %d", os.Geteuid())
	}
	return runtime.OCI{Engine: filepath.Base(tool.Find(t, "runc", "crun"))}
}

// packImage packs a static Linux program of this module into an image archive, as the example's pack does.
func packImage(t *testing.T, name, path string) string {
	t.Helper()
	dir := t.TempDir()
	program, archive := filepath.Join(dir, name), filepath.Join(dir, name+".tar")
	build := exec.Command("go", "build", "-ldflags=-s -w -buildid=", "-o", program, path)
	build.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+goruntime.GOARCH, "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	out, err = exec.Command("go", "run", "github.com/credence-chain/credence/examples/wordfreq-container/pack", program, archive).CombinedOutput()
	require.NoError(t, err, string(out))
	return archive
}

// containers is a devnet whose workers run containers, and a requester with a probe.
type containers struct {
	*network
	runner client.Runner
	probe  string
	liar   string
}

// run has a container run under a policy and returns its report and the folder of its result.
func (c *containers) run(policy string, malleate func(*client.Job), args ...string) (*client.TaskReport, string) {
	c.t.Helper()
	job := client.Job{App: c.probe, Args: args, Trust: 1000, Policy: policy, Bag: 1, Out: filepath.Join(c.t.TempDir(), "out")}
	if malleate != nil {
		malleate(&job)
	}
	if policy == "single" {
		job.Pools = []string{devnet.ContainerPoolName}
	}
	report, err := c.runner.Run(c.ctx, job, nil)
	require.NotNil(c.t, report, "%v", err)
	require.Len(c.t, report.Tasks, 1, "%v", err)
	require.Equal(c.t, report.Locked, report.Paid+report.Refunded, "no money is lost")
	task := report.Tasks[0]
	c.t.Logf("%s %v: %s %s %d, agreed %v, faults %v, paid %d, refunded %d", policy, args, task.Ending, task.Reason, task.ExitCode, task.Agreed, task.Faults, report.Paid, report.Refunded)
	return task, job.Out
}

// agreed checks that all honest organisations found the same answer.
func (c *containers) agreed(task *client.TaskReport) {
	c.t.Helper()
	require.Equal(c.t, "ACCEPTED", task.Ending)
	require.False(c.t, task.ByCourt)
	require.ElementsMatch(c.t, []string{"amber", "birch", "cedar"}, task.Agreed, "all but the liar")
	require.Empty(c.t, task.Faults)
}

// all asks all four organisations. One of them lies.
func all(job *client.Job) { job.MinReplicas = 4 }

// TestContainers runs containers on workers of four organisations, one of which lies. It covers quorums and single workers, results and
// failures of every kind, and a worker that is killed while its container runs.
func TestContainers(t *testing.T) {
	engine := testEngine(t)
	if engine.Engine != runtime.EngineDocker { // a Docker Engine reads the vendors' files itself, and only newer ones do
		engine.GPUs = describeCard(t)
	}
	n := start(t, 15*time.Minute, devnet.Options{Workers: 4, ContainerWorkers: 4, Saboteurs: 1, OCI: engine})
	c := &containers{network: n, probe: packImage(t, "probe", "github.com/credence-chain/credence/executor/runtime/conformance/probe"), liar: n.Info.Saboteurs[0]}
	c.runner = client.Runner{Conn: n.conn, Stores: []string{n.Info.Store}, Requester: n.key("requester"), Provider: n.key("provider")}
	require.Equal(t, "delta", c.liar)

	for _, part := range []struct {
		name string
		play func(*testing.T)
	}{
		{"an app of iExec's", c.iExec}, {"single", c.single}, {"the network", c.networkDenied}, {"failures", c.failures},
		{"devices", c.devices}, {"no quorum", c.noQuorum}, {"killed", c.killed},
	} {
		t.Run(part.name, func(t *testing.T) {
			c.t = t
			part.play(t)
		})
	}
	c.t = t
	c.nothingLeft()
}

// iExec runs an unchanged app that is written to iExec's contract. Its result is the file that its computed.json names, or the bytes for a
// callback.
func (c *containers) iExec(t *testing.T) {
	word := packImage(t, "wordfreq", "github.com/credence-chain/credence/examples/wordfreq-container")
	text := filepath.Join(t.TempDir(), "text.txt")
	require.NoError(t, os.WriteFile(text, []byte("The cat, the dog."), 0o600))
	ask := func(job *client.Job) {
		all(job)
		job.App, job.Inputs = word, []client.InputFile{{Name: "text.txt", Path: text}}
	}
	task, out := c.run("quorum", ask)
	c.agreed(task)
	table, err := os.ReadFile(filepath.Join(out, "words.txt"))
	require.NoError(t, err)
	require.Equal(t, "4 words\n     2 the\n     1 cat\n     1 dog\n", string(table))
	require.NoFileExists(t, filepath.Join(out, "log.txt"), "it differs from run to run, and does not count")
	for _, p := range task.Payments {
		if p.Party == "WORKER" {
			require.NotEqual(t, c.Info.ContainerWorker(c.liar).Owner, p.To, "who is outvoted is not paid")
		}
	}
	task, out = c.run("quorum", ask, "callback")
	c.agreed(task)
	computed, err := os.ReadFile(filepath.Join(out, "computed.json"))
	require.NoError(t, err)
	require.JSONEq(t, fmt.Sprintf(`{"callback-data": "0x%064x"}`, 4), string(computed))
}

// single accepts the answer of the one drawn worker, even of a liar, because the policy promises no more.
func (c *containers) single(t *testing.T) {
	task, out := c.run("single", nil, "print", "hello")
	require.Equal(t, "ACCEPTED", task.Ending)
	require.Len(t, task.Agreed, 1)
	printed, err := os.ReadFile(filepath.Join(out, contract.DefaultStdout))
	require.NoError(t, err)
	require.Equal(t, task.Agreed[0] == c.liar, string(printed) != "hello")
}

func (c *containers) networkDenied(t *testing.T) {
	task, out := c.run("quorum", all, "network")
	c.agreed(task)
	word, err := os.ReadFile(filepath.Join(out, "refused"))
	require.NoError(t, err)
	require.Equal(t, "refused", string(word))
}

// describeCard writes the file of a vendor about a device, where all programs of this machine look for such files. The device is that of loop
// devices' control, which no container has otherwise.
func describeCard(t *testing.T) []string {
	t.Helper()
	const folder = "/var/run/cdi"
	require.NoError(t, os.MkdirAll(folder, 0o755))
	class := fmt.Sprintf("card%d", os.Getpid())
	path := filepath.Join(folder, "credence.test-"+class+".json")
	text := fmt.Sprintf(`{"cdiVersion": "0.6.0", "kind": "credence.test/%s", "devices": [{"name": "0", "containerEdits": {"deviceNodes":
		[{"path": "/dev/card0", "type": "c", "major": 10, "minor": 237, "fileMode": 438, "permissions": "rw"}]}}]}`, class)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	t.Cleanup(func() { _ = os.Remove(path) })
	return []string{"credence.test/" + class + "=0"}
}

// devices are in a container whose job asks for one, and in no other. A job that asks for more than the pool promises costs nothing.
func (c *containers) devices(t *testing.T) {
	if len(c.Info.Containers.GPUs) == 0 {
		t.Skip("NOT TESTED: devices, which this engine gives in its own way")
	}
	found := func(gpus uint32) string {
		task, out := c.run("quorum", func(job *client.Job) {
			all(job)
			job.Resources.Gpus = gpus
		}, "devices")
		c.agreed(task)
		text, err := os.ReadFile(filepath.Join(out, "devices"))
		require.NoError(t, err)
		return string(text)
	}
	bare := found(0)
	require.NotContains(t, bare, "card")
	require.Equal(t, "card0 "+bare, found(1))

	job := client.Job{App: c.probe, Args: []string{"devices"}, Trust: 1000, Policy: "quorum", MinReplicas: 4, Bag: 1, Out: filepath.Join(t.TempDir(), "out")}
	job.Resources.Gpus = 2
	report, err := c.runner.Run(c.ctx, job, nil)
	require.ErrorContains(t, err, "gpus")
	require.Nil(t, report)
}

// failures are answers too: workers agree on them and are paid.
func (c *containers) failures(t *testing.T) {
	for _, tc := range []struct {
		args     []string
		malleate func(*client.Job)
		reason   runtime.Reason
		exit     uint32
	}{
		{[]string{"exit3"}, nil, runtime.Exit, 3},
		{[]string{"sleep"}, func(job *client.Job) { job.Execution.Seconds = 2 }, runtime.OutOfTime, 0},
		{[]string{"memory"}, func(job *client.Job) { job.Resources.MemoryBytes = 64 << 20 }, runtime.OutOfMemory, 0},
		{[]string{"flood"}, func(job *client.Job) { job.Resources.DiskBytes = 1 << 20 }, runtime.OutputTooLarge, 0},
	} {
		task, out := c.run("quorum", func(job *client.Job) {
			all(job)
			if tc.malleate != nil {
				tc.malleate(job)
			}
		}, tc.args...)
		c.agreed(task)
		require.Equal(t, "APP_FAILED", task.Verdict.Kind)
		require.Equal(t, string(tc.reason), task.Reason)
		require.Equal(t, tc.exit, task.ExitCode)
		require.NoDirExists(t, out)
	}
}

// noQuorum runs a program whose runs all differ. It has no result and costs its requester nothing.
func (c *containers) noQuorum(t *testing.T) {
	task, _ := c.run("quorum", all, "random")
	require.Equal(t, "UNDECIDED", task.Ending)
	require.Nil(t, task.Verdict)
	require.Empty(t, task.Payments)
	require.Empty(t, task.Faults, "nobody can say who is wrong")
}

// killed kills a worker while its container runs. The container survives. When the worker starts again, it removes the container, runs the
// task again and answers in time.
func (c *containers) killed(t *testing.T) {
	ended := make(chan *client.TaskReport, 1)
	go func() {
		defer close(ended)
		task, _ := c.run("quorum", func(job *client.Job) { all(job); job.Execution.Seconds = 60 }, "nap", "8s")
		ended <- task
	}()
	victim := "birch"
	home := c.Info.ContainerWorker(victim).Home
	var orphan container
	c.until("the victim's container runs", func() bool { // it is the first worker, or among those that follow
		for _, n := range napping(t) {
			if n.runsIn(home) {
				orphan = n
			}
		}
		return orphan.pid != 0
	})
	c.ContainerWorker(victim).Kill()
	require.True(t, alive(orphan.pid), "the container outlives its worker")
	require.NoError(t, c.ContainerWorker(victim).Start())
	c.until("the orphan is gone, and the task runs anew", func() bool {
		again := slices.IndexFunc(napping(t), func(n container) bool { return n.runsIn(home) && n.room != orphan.room })
		return !orphan.exists(t) && again >= 0
	})
	task := <-ended
	require.NotNil(t, task)
	c.agreed(task)
}

// container is a probe that naps.
type container struct {
	pid  int
	room string
}

// runsIn says whether the container belongs to a worker with this home.
func (n container) runsIn(home string) bool {
	_, err := os.Stat(filepath.Join(home, "cache", "oci", "rooms", n.room))
	return err == nil
}

func (n container) exists(t *testing.T) bool {
	return slices.ContainsFunc(napping(t), func(m container) bool { return m.room == n.room })
}

// napping lists the probes that nap on this machine, with the rooms in which they run.
func napping(t testing.TB) (all []container) {
	t.Helper()
	commands, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	for _, path := range commands {
		if data, err := os.ReadFile(path); err != nil || !bytes.HasPrefix(data, []byte("/probe\x00nap\x00")) {
			continue
		}
		n := container{}
		if _, err := fmt.Sscanf(path, "/proc/%d/cmdline", &n.pid); err != nil {
			continue
		}
		mounts, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "mountinfo"))
		if _, after, found := strings.Cut(string(mounts), "/rooms/"); found {
			n.room, _, _ = strings.Cut(after, "/")
		}
		all = append(all, n)
	}
	return all
}

// nothingLeft demands that no container and no mount of a run is left once all tasks have ended.
func (c *containers) nothingLeft() {
	c.t.Helper()
	require.Empty(c.t, napping(c.t))
	for _, w := range c.Info.Containers.Workers {
		for _, sub := range []string{"rooms", "bundles"} {
			left, err := filepath.Glob(filepath.Join(w.Home, "cache", "oci", sub, "*"))
			require.NoError(c.t, err)
			require.Empty(c.t, left)
		}
		mounts, err := os.ReadFile("/proc/self/mounts")
		require.NoError(c.t, err)
		require.NotContains(c.t, string(mounts), w.Home)
	}
}
