package types

import (
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
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

// AnswersGas is the gas limit of a transaction that holds n answers without evidence and without files, and nothing else; see GasOfAnswers.
func AnswersGas(n int) uint64 { return AnswersBaseGas + uint64(n)*AnswerGas }

const (
	// CheckGas is what checking the evidence of one reveal costs in gas: a Groth16 proof on the slowest machine that a node may
	// run on, one without assembly and of 32 bits. There it takes some 20 ms, where the check of a signature, which is 1,000
	// gas, takes half a millisecond.
	CheckGas uint64 = 40_000
	// WordGas is what checking the word of an enclave costs in gas: one signature of P-256 on such a machine.
	WordGas uint64 = 4_000
	// evidenceByteGas is what a byte of evidence costs in gas as part of a transaction, twice the rate of a new chain.
	evidenceByteGas = 20
)

// EvidenceGas is what the evidence of an answer costs in gas when it is taken, whatever there is to be checked.
func EvidenceGas(msg sdk.Msg) uint64 {
	m, is := msg.(*MsgReveal)
	switch {
	case !is || len(m.Evidence) == 0:
		return 0
	case len(m.Evidence) == poco.AttestationSize: // shorter than any proof, which is refused by its size
		return WordGas
	}
	return CheckGas
}

// GasOfAnswers is the gas limit of a transaction that holds these answers and nothing else. A transaction that asks for more is
// an ordinary one: it waits in line and pays a fee.
func GasOfAnswers(msgs ...sdk.Msg) uint64 {
	gas := AnswersGas(len(msgs))
	for _, msg := range msgs {
		if m, is := msg.(*MsgReveal); is {
			gas += EvidenceGas(m) + evidenceByteGas*uint64(len(m.Evidence))
		}
		gas += onchainByteGas * onchainBytes(msg)
	}
	return gas
}

// GasOfHandlers is what the handlers of these answers use of it.
func GasOfHandlers(msgs []sdk.Msg) (gas uint64) {
	for _, msg := range msgs {
		if _, is := StepOf(msg); is {
			gas += AnswerGas + EvidenceGas(msg) + OnchainGas*onchainBytes(msg)
		}
	}
	return gas
}

// CheckEvidenceSize refuses answers whose evidence is longer than any that is taken. It is asked before any signature is looked at.
func CheckEvidenceSize(msgs []sdk.Msg) error {
	for _, msg := range msgs {
		if m, is := msg.(*MsgReveal); is && len(m.Evidence) > poco.MaxEvidence {
			return ErrEvidence.Wrapf("evidence: got %d bytes, expected at most %d", len(m.Evidence), poco.MaxEvidence)
		}
	}
	return nil
}

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
	return steps, all && len(steps) <= MaxAnswers && gas <= GasOfAnswers(msgs...)
}
