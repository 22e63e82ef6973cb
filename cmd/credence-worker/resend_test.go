package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/gogoproto/proto"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/nodetest"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/worker/agent"
	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/poco"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// The ids of both tasks begin with a1, and the journal has both.
var (
	someTask  = [32]byte{0xa1, 0xb2}
	otherTask = [32]byte{0xa1, 0xb3}
)

// rescued is a worker's folder with a key, a secret, and a journal of two tasks whose commits were sent.
type rescued struct {
	home       string
	key        client.Key
	record     journal.Record
	commitment [32]byte
}

func newRescued(t *testing.T) rescued {
	t.Helper()
	r := rescued{home: t.TempDir()}
	var err error
	r.key, err = client.LoadOrGenerateKey(filepath.Join(r.home, "key"))
	require.NoError(t, err)
	secret, err := agent.LoadSecret(filepath.Join(r.home, "secret"))
	require.NoError(t, err)
	j, err := journal.Open(filepath.Join(r.home, "journal.db"))
	require.NoError(t, err)
	defer func() { require.NoError(t, j.Close()) }()
	for _, task := range [][32]byte{otherTask, someTask} {
		r.record, err = j.Update(journal.Key{Bench: poco.BenchWorkers, Task: task, Attempt: 2}, 7, func(r *journal.Record) error {
			r.State, r.Outcome = journal.CommitSent, &journal.Outcome{Kind: "ABSTAIN"}
			return nil
		})
		require.NoError(t, err)
	}
	_, r.commitment, err = agent.MakePromise(r.record, secret, nodetest.ChainID, r.key.Address())
	require.NoError(t, err)
	return r
}

// nodeWith returns a node that knows the task with this seat of the worker, and takes answers.
func (r rescued) nodeWith(t *testing.T, phase taskstypes.Phase, seat taskstypes.Seat) (*nodetest.Node, *nodetest.Transactions) {
	t.Helper()
	n := nodetest.NewNode(t)
	seat.Who = r.key.Address()
	nodetest.Answer(n, "/credence.tasks.v1.Query/Task", func(q *taskstypes.QueryTaskRequest) (*taskstypes.QueryTaskResponse, error) {
		require.Equal(t, taskstypes.IDText(someTask), q.Id, "the whole id is asked for")
		return &taskstypes.QueryTaskResponse{Task: taskstypes.Task{Id: q.Id, Attempt: 2, Phase: phase, Seats: []taskstypes.Seat{seat}}}, nil
	})
	return n, nodetest.TakeTransactions(t, n, func(msg sdk.Msg) proto.Message {
		if _, is := msg.(*taskstypes.MsgReveal); is {
			return &taskstypes.MsgRevealResponse{}
		}
		return &taskstypes.MsgCommitResponse{}
	})
}

// Resend sends the message that the chain waits for as the journal has it. This is the commit, or the reveal that opens the commitment
// on the chain.
func TestResend(t *testing.T) {
	r := newRescued(t)
	n, taken := r.nodeWith(t, taskstypes.PHASE_FIRST, taskstypes.Seat{State: taskstypes.SEAT_STATE_DRAWN})
	out, err := command("resend", "A1B2", "--home", r.home, "--node", n.Endpoint)
	require.NoError(t, err)
	commit := taken.Only(t).(*taskstypes.MsgCommit)
	require.Equal(t, r.commitment[:], commit.Commitment)
	require.Equal(t, r.key.Address(), commit.Who)
	require.EqualValues(t, 2, commit.Attempt)
	require.Contains(t, out, "commit of ")
	require.Contains(t, out, "transaction "+taken.All()[0].Hash+"\n")
	require.Contains(t, out, "included at height 101\n")

	n, taken = r.nodeWith(t, taskstypes.PHASE_REVEAL, taskstypes.Seat{State: taskstypes.SEAT_STATE_COMMITTED, Commitment: r.commitment[:]})
	out, err = command("resend", taskstypes.IDText(someTask), "--home", r.home, "--node", n.Endpoint, "--chain-id", nodetest.ChainID)
	require.NoError(t, err)
	reveal := taken.Only(t).(*taskstypes.MsgReveal)
	require.Equal(t, r.key.Address(), reveal.Who)
	require.NotEmpty(t, reveal.Salt)
	require.Contains(t, out, "reveal of ")
}

// A reveal that would open nothing is not sent. Neither is a message that the chain does not wait for.
func TestResendRefuses(t *testing.T) {
	drawn := taskstypes.Seat{State: taskstypes.SEAT_STATE_DRAWN}
	for _, tc := range []struct {
		name  string
		spoil func(t *testing.T, r rescued)
		args  []string
		phase taskstypes.Phase
		seat  taskstypes.Seat
		says  []string
		exit  int
	}{
		{"no id", nil, []string{"xyz"}, 0, drawn, []string{`"xyz" is no id of a task: expected 64 hexadecimal digits, or at least the first 4 of them`, "credence-worker journal show"}, cli.ExitUsage},
		{"the beginning of two", nil, []string{"a1b"}, 0, drawn, []string{"is no id"}, cli.ExitUsage},
		{"of no task", nil, []string{"ffff"}, 0, drawn, []string{"the journal has no task that begins with ffff", "credence-worker journal show"}, cli.ExitFailed},
		{"another chain", nil, []string{"a1b2", "--chain-id", "another-1"}, taskstypes.PHASE_FIRST, drawn, []string{nodetest.ChainID}, cli.ExitFailed},
		{"no node", nil, []string{"a1b2", "--node", "127.0.0.1:1"}, taskstypes.PHASE_FIRST, drawn, []string{"127.0.0.1:1"}, cli.ExitNetwork},
		{"the chain has the reveal", nil, []string{"a1b2"}, taskstypes.PHASE_REVEAL, taskstypes.Seat{State: taskstypes.SEAT_STATE_REVEALED}, []string{"the chain holds the reveal already"}, cli.ExitFailed},
		{"another secret's commitment", nil, []string{"a1b2"}, taskstypes.PHASE_REVEAL, taskstypes.Seat{State: taskstypes.SEAT_STATE_COMMITTED, Commitment: make([]byte, 32)}, []string{"was the secret replaced?"}, cli.ExitFailed},
		{"no secret", func(t *testing.T, r rescued) { require.NoError(t, os.Remove(filepath.Join(r.home, "secret"))) }, []string{"a1b2"}, taskstypes.PHASE_FIRST, drawn, []string{"secret: missing", "restore the file from a backup"}, cli.ExitFailed},
		{"no key", func(t *testing.T, r rescued) { require.NoError(t, os.Remove(filepath.Join(r.home, "key"))) }, []string{"a1b2"}, taskstypes.PHASE_FIRST, drawn, []string{"key"}, cli.ExitFailed},
		{"no journal", func(t *testing.T, r rescued) { require.NoError(t, os.Remove(filepath.Join(r.home, "journal.db"))) }, []string{"a1b2"}, taskstypes.PHASE_FIRST, drawn, []string{"has this worker been started"}, cli.ExitFailed},
		{"as a court", nil, []string{"a1b2", "--role", "court"}, taskstypes.PHASE_COURT_REVEAL, drawn, []string{"the journal has nothing of attempt"}, cli.ExitFailed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRescued(t)
			if tc.spoil != nil {
				tc.spoil(t, r)
			}
			n, taken := r.nodeWith(t, tc.phase, tc.seat)
			args := append([]string{"resend"}, tc.args...)
			if !strings.Contains(strings.Join(tc.args, " "), "--node") {
				args = append(args, "--node", n.Endpoint)
			}
			_, err := command(append(args, "--home", r.home)...)
			for _, says := range tc.says {
				require.ErrorContains(t, err, says)
			}
			require.Equal(t, tc.exit, cli.ExitStatus(err), err)
			require.Empty(t, taken.All())
			if tc.name == "no secret" {
				require.NoFileExists(t, filepath.Join(r.home, "secret"), "none is made up")
			}
		})
	}
}

// If several tasks have ids with this beginning, the error lists all of them.
func TestOnlyTask(t *testing.T) {
	records := []journal.Record{{Key: journal.Key{Task: someTask, Attempt: 1}}, {Key: journal.Key{Task: someTask, Attempt: 2}}}
	id, err := onlyTask(records, "a1b2")
	require.NoError(t, err)
	require.Equal(t, taskstypes.IDText(someTask), id)
	_, err = onlyTask(append(records, journal.Record{Key: journal.Key{Task: otherTask}}), "a1")
	require.ErrorContains(t, err, "a1 is the beginning of several tasks:\n  "+taskstypes.IDText(someTask)+"\n  "+taskstypes.IDText(otherTask))
	require.ErrorContains(t, err, "give more of its digits")
	require.Equal(t, cli.ExitUsage, cli.ExitStatus(err))
}
