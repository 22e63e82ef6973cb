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

// What workers and court seats of a Compute answer: they commit, and reveal what they have committed.

func swornKey(task, who string, attempt uint32, bench taskstypes.Bench) string {
	return fmt.Sprint(task, "/", who, "/", attempt, "/", bench)
}

// CommitMsg is a commitment to an outcome, which the Compute remembers for RevealMsg.
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

// RevealMsg opens what CommitMsg committed.
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

// FileOutcome is the outcome of a program that left one file. Whoever reveals it from then on brings the file onto the chain.
func (c *Compute) FileOutcome(path, content string) poco.Outcome {
	c.T.Helper()
	m, err := result.Build(result.KindResult, "", 0, []result.File{{Path: path, Content: artifact.Bytes(content)}})
	require.NoError(c.T, err)
	o := poco.Outcome{Kind: poco.KindResult, Digest: m.Digest(), Fuel: 12_345}
	if c.files == nil {
		c.files = map[string]*taskstypes.OnchainFile{}
	}
	c.files[taskstypes.DigestText(o.Digest)] = &taskstypes.OnchainFile{Manifest: m.Bytes(), Content: []byte(content)}
	return o
}

// Answer says what a seat does: the outcome it commits to; false for nothing.
type Answer func(t taskstypes.Task, seat taskstypes.Seat, bench taskstypes.Bench) (poco.Outcome, bool)

// Honest answers the truth.
func Honest(taskstypes.Task, taskstypes.Seat, taskstypes.Bench) (poco.Outcome, bool) {
	return Truth, true
}

// Owed is an answer that a seat owes now.
type Owed struct {
	Who string
	Msg sdk.Msg
}

// AnswersOwed returns what is to be sent for a task in its phase: commitments as answer says, and every reveal.
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

// QueueWork queues what is to be done for a task in its phase.
func (c *Compute) QueueWork(id string, answer Answer) {
	c.T.Helper()
	for _, owed := range c.AnswersOwed(c.Task(id), answer) {
		c.Queue(c.Key(owed.Who), owed.Msg)
	}
}

// Run makes blocks in which every seat of these tasks does as answer says, until all have ended.
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
