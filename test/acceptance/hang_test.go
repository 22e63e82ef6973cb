package acceptance

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/devnet"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// A worker's node hangs between the worker's commit and its reveal. The worker changes to another of its nodes, reveals in time and loses
// nothing.
func TestWorkerLeavesANodeThatHangs(t *testing.T) {
	n := start(t, 10*time.Minute, devnet.Options{Validators: 4, Workers: 4, EditGenesis: windows(200, 120, 60)})
	conn, err := client.Dial(n.ctx, n.Info.GRPC, n.Info.ChainID)
	require.NoError(t, err)
	defer conn.Close()
	n.conn = conn // because the first node may be the one that hangs
	app := n.publish("echo", echo(), appPrice)
	before := n.open()

	var deal, victim, node string
	n.until("a worker has committed and not revealed when its node hangs", func() bool {
		deal = n.submit(job(app, lyingTrust, 3)).Id
		task := n.reaches(deal, "commit 1", func(t taskstypes.Task) bool { return t.Phase >= taskstypes.PHASE_LOCKED })
		victim = task.Seats[0].Organisation
		node = n.nodeOf(victim)
		n.hang(node)
		ours := seatOf(n.task(deal), func(s taskstypes.Seat) bool { return s.Organisation == victim })
		if ours != nil && ours.State == taskstypes.SEAT_STATE_COMMITTED {
			return true
		}
		n.resume(node)
		n.ended(deal)
		return false // the worker was quicker than the test
	})
	t.Logf("%s has committed, and its node %s hangs", victim, node)
	begin := time.Now()
	n.reaches(deal, "the victim's reveal", func(t taskstypes.Task) bool {
		return seatOf(t, func(s taskstypes.Seat) bool {
			return s.Organisation == victim && s.State == taskstypes.SEAT_STATE_REVEALED
		}) != nil || t.Phase == taskstypes.PHASE_DONE
	})
	t.Logf("revealed after %s", time.Since(begin).Round(100*time.Millisecond))
	require.NotEqual(t, node, n.nodeOf(victim))
	require.Contains(t, n.log(victim), "msg=\"node left\" role=worker")
	n.ended(deal)

	// The first node still hangs. The next task is not affected.
	n.ended(n.submit(job(app, lyingTrust, 3)).Id)
	n.resume(node)

	var pieces []piece
	for _, deal := range n.deals() {
		task := n.ended(deal.Id)
		t.Log(story(task))
		require.Equal(t, taskstypes.ENDING_ACCEPTED, task.Ending)
		require.False(t, task.ByCourt)
		require.Equal(t, n.truth(task, deal), *task.Verdict)
		for _, end := range task.Settlement.Seats {
			require.Equal(t, "NONE", end.Fault, end.Organisation)
			require.Zero(t, end.Slash, end.Organisation)
		}
		pieces = append(pieces, piece{task, deal})
	}
	for _, w := range n.Info.Workers {
		require.False(t, n.worker(w.Organisation).Jailed, w.Organisation)
		require.EqualValues(t, devnet.Bond, n.worker(w.Organisation).Bonded, w.Organisation)
	}
	n.audit(before, pieces)
}

// hang stops the validator behind a gRPC endpoint. The validator keeps its connections and does not answer.
func (n *network) hang(endpoint string) { n.signal(endpoint, syscall.SIGSTOP) }

// resume lets the validator go on.
func (n *network) resume(endpoint string) { n.signal(endpoint, syscall.SIGCONT) }

func (n *network) signal(endpoint string, s syscall.Signal) {
	n.t.Helper()
	for i, e := range n.Info.GRPC {
		if e == endpoint {
			require.NoError(n.t, syscall.Kill(-n.Validator(i).PID(), s))
			return
		}
	}
	require.FailNow(n.t, "no validator serves "+endpoint)
}

// log returns the log of an organisation's worker.
func (n *network) log(organisation string) string {
	n.t.Helper()
	data, err := os.ReadFile(n.Worker(organisation).LogFile)
	require.NoError(n.t, err)
	return string(data)
}

var inUse = regexp.MustCompile(`msg=working .*node=(\S+)|msg="node left" .*to=(\S+)`)

// nodeOf returns the node that a worker uses, from its log.
func (n *network) nodeOf(organisation string) string {
	n.t.Helper()
	found := inUse.FindAllStringSubmatch(n.log(organisation), -1)
	require.NotEmpty(n.t, found, organisation)
	last := found[len(found)-1]
	return last[1] + last[2]
}

// The only node of a chain hangs while a run waits for its task. The run says so in a few lines and ends correctly once the node goes on. A
// run with a short patience ends earlier and says how to go on.
func TestRunWaitsForAChainThatStandsStill(t *testing.T) {
	n := start(t, 8*time.Minute, devnet.Options{Workers: 2})
	c := &command{t: t, ctx: n.ctx, env: append(os.Environ(), devnet.EnvInfo+"="+filepath.Join(n.Info.State, devnet.InfoFile))}
	app := filepath.Join(t.TempDir(), "echo.wasm")
	require.NoError(t, os.WriteFile(app, echo(), 0o600))
	node := n.Info.GRPC[0]
	court := func(s syscall.Signal) { require.NoError(t, syscall.Kill(-n.Court(0).PID(), s)) }
	run := func(more ...string) *running {
		court(syscall.SIGSTOP) // the court could have answered before its node hangs
		r := c.start(append([]string{"run", app, "--policy", "court", "--fuel", "100M", "--progress", "plain"}, more...)...)
		r.line("matched with")
		n.hang(node)
		return r
	}
	resume := func() {
		n.resume(node)
		court(syscall.SIGCONT)
	}

	out := filepath.Join(t.TempDir(), "out")
	r := run("--out", out)
	r.line("waiting for the chain for ")
	time.Sleep(15 * time.Second)
	resume()
	require.Zero(t, r.wait(), r.all())
	require.Contains(t, r.all(), "the chain goes on at height")
	require.Contains(t, r.all(), "Verdict   1 of 1 decided by the court of validators")
	require.LessOrEqual(t, strings.Count(r.all(), "waiting for the chain"), 4, r.all())
	require.FileExists(t, filepath.Join(out, "result"))

	r = run("--out", filepath.Join(t.TempDir(), "later"), "--stall", "10s")
	var stalled *cli.Problem
	require.ErrorAs(t, cli.Explain(client.ErrStalled), &stalled)
	require.Equal(t, stalled.ExitCode(), r.wait(), r.all())
	require.NotContains(t, r.all(), "Verdict")
	require.Contains(t, r.all(), "the chain stands still, or no node answers: no new block for ")
	id := regexp.MustCompile(`Next: .*credenced task watch ([0-9a-f]{12})`).FindStringSubmatch(r.all())
	require.NotNil(t, id, r.all())
	resume()
	said, status := c.run("task", "watch", id[1], "--progress", "plain")
	require.Zero(t, status, said)
	dir := filepath.Join(t.TempDir(), "fetched")
	said, status = c.run("task", "fetch", id[1], "--out", dir)
	require.Zero(t, status, said)
	require.FileExists(t, filepath.Join(dir, "result"))
}
