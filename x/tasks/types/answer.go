package types

import (
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	// AnswerGas is what a commit, a reveal or a decline costs in gas, whatever it reads and writes: one task with its deal.
	// That of a task with two dozen seats costs more than that of one with two, but it was the requester who paid for such
	// a task, and a worker that runs out of gas loses its stake. So the price is the same for all.
	AnswerGas uint64 = 100_000
	// AnswersBaseGas is what the transaction around answers needs at most: its bytes, its signatures (of a group of accounts
	// too), its account.
	AnswersBaseGas uint64 = 150_000
	// MaxAnswers is how many answers one transaction may hold.
	MaxAnswers = 16
)

// AnswersGas is the gas limit of a transaction that holds n answers and nothing else. A transaction that asks for more is
// an ordinary one: it waits in line and pays a fee.
func AnswersGas(n int) uint64 { return AnswersBaseGas + uint64(n)*AnswerGas }

// Step is what a seat owes once: its commitment, or instead of it its declining, and then its reveal.
type Step struct {
	Task    string
	Attempt uint32
	Bench   Bench
	Who     string
	// Reveal is the second of the two.
	Reveal bool
}

// String names the step in errors.
func (s Step) String() string {
	what := "the commitment"
	if s.Reveal {
		what = "the reveal"
	}
	return fmt.Sprintf("%s of %s for task %s, attempt %d, bench %s", what, s.Who, s.Task, s.Attempt, s.Bench)
}

// StepOf tells which step a message is; false for a message that is no answer to a task.
func StepOf(msg sdk.Msg) (Step, bool) {
	switch m := msg.(type) {
	case *MsgCommit:
		return Step{Task: m.Task, Attempt: m.Attempt, Bench: m.Bench, Who: m.Who}, true
	case *MsgReveal:
		return Step{Task: m.Task, Attempt: m.Attempt, Bench: m.Bench, Who: m.Who, Reveal: true}, true
	case *MsgDecline:
		return Step{Task: m.Task, Attempt: m.Attempt, Bench: BENCH_WORKERS, Who: m.Who}, true
	}
	return Step{}, false
}

// StepsOf tells which steps messages are, and whether all of them are answers.
func StepsOf(msgs []sdk.Msg) (steps []Step, all bool) {
	for _, m := range msgs {
		if s, is := StepOf(m); is {
			steps = append(steps, s)
		}
	}
	return steps, len(steps) > 0 && len(steps) == len(msgs)
}

// AssignedAnswers says whether a transaction of these messages and this gas limit is one that a seat sends: answers and
// nothing else, no more of them than one transaction may hold, for no more gas than they need. Such a transaction goes
// into a block before others, and is free of the node's least fee, once the state says that its answers are due.
func AssignedAnswers(msgs []sdk.Msg, gas uint64) (steps []Step, is bool) {
	steps, all := StepsOf(msgs)
	return steps, all && len(steps) <= MaxAnswers && gas <= AnswersGas(len(steps))
}
