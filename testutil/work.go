package testutil

import (
	"fmt"
	"slices"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/result"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// This file makes the answers of a Compute's workers and court seats: they commit, and reveal what they have committed.

func swornKey(task, who string, attempt uint32, bench taskstypes.Bench) string {
	return fmt.Sprint(task, "/", who, "/", attempt, "/", bench)
}

// CommitMsg makes a commitment to an outcome. The Compute remembers the outcome for RevealMsg.
func (c *Compute) CommitMsg(t taskstypes.Task, who string, bench taskstypes.Bench, o poco.Outcome) *taskstypes.MsgCommit {
	c.T.Helper()
	id, err := taskstypes.ParseID(t.Id)
	require.NoError(c.T, err)
	b, err := bench.ToPoco()
	require.NoError(c.T, err)
	salt := poco.Salt([]byte("secret of "+who), b, c.chainID, id, t.AttemptOn(bench))
	commitment := poco.Commitment(b, c.chainID, id, t.AttemptOn(bench), who, o, salt)
	c.sworn[swornKey(t.Id, who, t.AttemptOn(bench), bench)] = o
	return &taskstypes.MsgCommit{Who: who, Task: t.Id, Attempt: t.AttemptOn(bench), Bench: bench, Commitment: commitment[:]}
}

// RevealMsg opens the commitment that CommitMsg made.
func (c *Compute) RevealMsg(t taskstypes.Task, who string, bench taskstypes.Bench) *taskstypes.MsgReveal {
	c.T.Helper()
	id, err := taskstypes.ParseID(t.Id)
	require.NoError(c.T, err)
	b, err := bench.ToPoco()
	require.NoError(c.T, err)
	outcome := taskstypes.OutcomeFromPoco(c.sworn[swornKey(t.Id, who, t.AttemptOn(bench), bench)])
	return &taskstypes.MsgReveal{
		Who: who, Task: t.Id, Attempt: t.AttemptOn(bench), Bench: bench, Salt: poco.Salt([]byte("secret of "+who), b, c.chainID, id, t.AttemptOn(bench)),
		Outcome: outcome, Onchain: c.files[outcome.Digest],
	}
}

// FileOutcome returns the outcome of a program that left one file. From then on every reveal of this outcome brings the file onto the
// chain.
func (c *Compute) FileOutcome(path, content string) poco.Outcome {
	c.T.Helper()
	return c.onchainOutcome(0, content, result.File{Path: path, Content: artifact.Bytes(content)})
}

// ExitOutcome returns the outcome of a program that ended with an exit status and left nothing. From then on every reveal of this outcome
// brings the exit status onto the chain.
func (c *Compute) ExitOutcome(exit uint32) poco.Outcome {
	c.T.Helper()
	return c.onchainOutcome(exit, "")
}

func (c *Compute) onchainOutcome(exit uint32, content string, files ...result.File) poco.Outcome {
	c.T.Helper()
	m, err := result.Build(result.KindResult, "", exit, files)
	require.NoError(c.T, err)
	o := poco.Outcome{Kind: poco.KindResult, Digest: m.Digest(), Fuel: 12_345}
	if c.files == nil {
		c.files = map[string]*taskstypes.OnchainFile{}
	}
	c.files[taskstypes.DigestText(o.Digest)] = &taskstypes.OnchainFile{Manifest: m.Bytes(), Content: []byte(content)}
	return o
}

// Answer chooses the outcome to which a seat commits. It returns false for a seat that commits nothing.
type Answer func(t taskstypes.Task, seat taskstypes.Seat, bench taskstypes.Bench) (poco.Outcome, bool)

// Honest answers the truth for every seat.
func Honest(taskstypes.Task, taskstypes.Seat, taskstypes.Bench) (poco.Outcome, bool) {
	return Truth, true
}

// Owed is an answer that a seat owes now.
type Owed struct {
	Who string
	Msg sdk.Msg
}

// AnswersOwed returns the messages that the seats of a task owe in its phase: the commitments that answer chooses, and every reveal.
func (c *Compute) AnswersOwed(t taskstypes.Task, answer Answer) (out []Owed) {
	c.T.Helper()
	for _, side := range []struct {
		bench          taskstypes.Bench
		seats          []taskstypes.Seat
		commit, reveal []taskstypes.Phase
	}{
		{taskstypes.BENCH_WORKERS, t.Seats, []taskstypes.Phase{taskstypes.PHASE_FIRST, taskstypes.PHASE_SECOND}, []taskstypes.Phase{taskstypes.PHASE_REVEAL}},
		{taskstypes.BENCH_COURT, t.Court, []taskstypes.Phase{taskstypes.PHASE_COURT_COMMIT}, []taskstypes.Phase{taskstypes.PHASE_COURT_REVEAL}},
	} {
		for _, s := range side.seats {
			switch {
			case s.State == taskstypes.SEAT_STATE_DRAWN && slices.Contains(side.commit, t.Phase):
				if o, ok := answer(t, s, side.bench); ok {
					out = append(out, Owed{s.Who, c.CommitMsg(t, s.Who, side.bench, o)})
				}
			case s.State == taskstypes.SEAT_STATE_COMMITTED && slices.Contains(side.reveal, t.Phase):
				out = append(out, Owed{s.Who, c.RevealMsg(t, s.Who, side.bench)})
			}
		}
	}
	return out
}

// QueueWork queues the messages that the seats of a task owe in its phase.
func (c *Compute) QueueWork(id string, answer Answer) {
	c.T.Helper()
	for _, owed := range c.AnswersOwed(c.Task(id), answer) {
		c.Queue(c.Key(owed.Who), owed.Msg)
	}
}

// Run makes blocks in which every seat of these tasks answers as answer chooses, until all tasks have ended.
func (c *Compute) Run(answer Answer, ids ...string) {
	c.T.Helper()
	for range 2_000 {
		left := 0
		for _, id := range ids {
			if !c.HasTask(id) {
				left++
				continue
			}
			if t := c.Task(id); t.Phase != taskstypes.PHASE_DONE {
				left++
				c.QueueWork(id, answer)
			}
		}
		if left == 0 {
			return
		}
		c.Next()
	}
	require.Fail(c.T, "tasks did not end", "%v", ids)
}
