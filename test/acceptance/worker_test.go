package acceptance

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/devnet"
	"github.com/credence-chain/credence/testutil/memory"
	"github.com/credence-chain/credence/testutil/port"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// idleMemory is the memory of its own that a worker which waits may have, in bytes. Pages of the program's file are not in it.
const idleMemory = 32 << 20

// The life of a worker by its operator's commands: an old worker is drained, a new one of the same organisation is made, registered and
// started, works, tells what it did, is drained while it has a task, and gives its stake back.
func TestWorkerCommands(t *testing.T) {
	n := start(t, 10*time.Minute, devnet.Options{Workers: 3})
	app := n.publish("echo", echo(), appPrice)
	owner := n.Info.Account("amber-owner")
	run := func(home string, args ...string) string {
		t.Helper()
		args = append(args, "--home", home, "--node", n.Info.GRPC[0])
		out, err := exec.CommandContext(n.ctx, filepath.Join(binaries, "credence-worker"), args...).CombinedOutput()
		require.NoError(t, err, "%v: %s", args, out)
		return string(out)
	}
	byOwner := func(home string, args ...string) string {
		t.Helper()
		return run(home, append(args, "--owner-key-file", owner.KeyFile)...)
	}

	idle := n.Worker("birch")
	n.until("a worker that waits is small", func() bool { return memory.Of(t, idle.PID(), "RssAnon") <= idleMemory })
	t.Logf("a worker that waits: VmRSS %d KiB, RssAnon %d KiB", memory.Of(t, idle.PID(), "VmRSS")>>10, memory.Of(t, idle.PID(), "RssAnon")>>10)

	old := n.Info.Worker("amber")
	n.Worker("amber").Expect()
	out := byOwner(old.Home, "drain", "--key-file", old.KeyFile)
	require.Contains(t, out, "paused: the chain does not draw it any more\n")
	require.Contains(t, out, "\nended\n")
	require.True(t, n.worker("amber").Paused)
	n.until("the old worker's process is gone", func() bool { return n.Worker("amber").PID() == 0 })

	home, url := filepath.Join(t.TempDir(), "worker"), port.FreeAddress(t)
	out = run(home, "init", "--slots", "2", "--listen", url)
	require.Contains(t, out, "credence-worker register http://YOUR_HOST:7100 STAKE --owner-key-file FILE --home "+home)
	require.Contains(t, run(home, "init"), "there already: cred1")
	out = byOwner(home, "register", "http://"+url, "500CRED")
	require.Regexp(t, `^registered: worker cred1\w+ of amber, pools \[public\], 2 slots, 500 CRED of stake\n$`, out)
	require.Contains(t, byOwner(home, "stake", "20CRED"), "stake: 520 CRED bonded, 0 CRED of it locked; 0 CRED on the way back\n")
	require.Contains(t, run(home, "status"), "no worker runs with this home; start it with: credence-worker start\n")

	n.run("amber-2", "credence-worker", "start", "--home", home, "--node", n.Info.GRPC[0])
	var s struct {
		Address string `json:"address"`
		Running bool   `json:"running"`
		Ready   bool   `json:"ready"`
		Settled int    `json:"settled"`
		Earned  uint64 `json:"earned"`
		Chain   struct {
			Worker workerstypes.Worker `json:"worker"`
		} `json:"chain"`
	}
	status := func() bool {
		require.NoError(t, json.Unmarshal([]byte(run(home, "status", "--output", "json")), &s))
		return s.Ready
	}
	n.until("the new worker is ready", status)
	require.True(t, s.Running)

	works := func(task taskstypes.Task) bool {
		return seatOf(task, func(seat taskstypes.Seat) bool { return seat.Who == s.Address }) != nil
	}
	deal := n.submit(job(app, lyingTrust, 3))
	task := n.ended(deal.Id)
	require.Equal(t, taskstypes.ENDING_ACCEPTED, task.Ending, story(task))
	require.True(t, works(task), story(task))
	n.until("the journal has the end", func() bool { status(); return s.Settled == 1 })
	require.EqualValues(t, devnet.Price, s.Earned)
	require.EqualValues(t, 1, s.Chain.Worker.Record.Right)
	require.Regexp(t, `(?m)^`+task.Id[:12]+` +1 +`+deal.App+` +settled +RESULT +NONE +`+cli.FormatCRED(devnet.Price)+` +0 CRED `, run(home, "tasks"))
	require.Contains(t, run(home, "logs", task.Id[:8]), "workers/"+task.Id+"/1: settled\n")
	require.Contains(t, run(home, "status"), "state     ready: it can be drawn\n")

	// A worker that has a task ends it first, without a fault.
	second := n.submit(job(app, lyingTrust, 3))
	n.reaches(second.Id, "a seat of the new worker", works)
	require.Contains(t, byOwner(home, "drain"), "\nended\n")
	task = n.ended(second.Id)
	require.Equal(t, taskstypes.ENDING_ACCEPTED, task.Ending, story(task))
	for _, end := range task.Settlement.Seats {
		require.Equal(t, "NONE", end.Fault, story(task))
	}
	require.Regexp(t, `(?m)^`+task.Id[:12]+` .* settled +RESULT +NONE `, run(home, "tasks", "--limit", "1"))
	require.Contains(t, run(home, "status"), "no worker runs with this home")

	require.Regexp(t, `^520 CRED are paid to `+owner.Address+` at height \d+\nstake: 0 CRED bonded, 0 CRED of it locked; 520 CRED on the way back\n$`, byOwner(home, "unstake", "all"))
	before := n.balance(s.Address)
	require.Contains(t, byOwner(home, "withdraw", s.Address, "3CRED"), "sent 3 CRED to "+s.Address+"; ")
	require.Equal(t, before+3_000_000, n.balance(s.Address))
}
