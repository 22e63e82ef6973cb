package types

import (
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
)

const (
	// AnswerGas is the gas of a commit, a reveal or a decline, whatever it reads and writes: one task with its deal. A task with
	// two dozen seats costs the chain more than one with two. But the requester paid for such a task, and a worker that runs out
	// of gas loses its stake. So the price is the same for all.
	AnswerGas uint64 = 100_000
	// AnswersBaseGas is the most gas that the transaction around answers needs: for its bytes, its signatures (also those of a
	// group of accounts) and its account.
	AnswersBaseGas uint64 = 150_000
	// MaxAnswers is how many answers one transaction may hold.
	MaxAnswers = 16
)

// AnswersGas returns the gas limit of a transaction that holds n answers, without evidence and files, and nothing else; see
// GasOfAnswers.
func AnswersGas(n int) uint64 { return AnswersBaseGas + uint64(n)*AnswerGas }

const (
	// CheckGas is the gas of checking the evidence of one reveal: a Groth16 proof on the slowest machine that a node may run on,
	// without assembly and of 32 bits. The check takes some 20 ms there. The check of a signature, which costs 1,000 gas, takes
	// half a millisecond.
	CheckGas uint64 = 40_000
	// WordGas is the gas of checking the signature of an enclave: one signature of P-256 on such a machine.
	WordGas uint64 = 4_000
	// evidenceByteGas is the gas of a byte of evidence as part of a transaction, twice the rate of a new chain.
	evidenceByteGas = 20
)

// EvidenceGas returns the gas of an answer's evidence, whether or not there is anything to check.
func EvidenceGas(msg sdk.Msg) uint64 {
	m, is := msg.(*MsgReveal)
	switch {
	case !is || len(m.Evidence) == 0:
		return 0
	case len(m.Evidence) == poco.AttestationSize: // this is shorter than any proof; a shorter proof is refused by its size
		return WordGas
	}
	return CheckGas
}

// GasOfAnswers returns the gas limit of a transaction that holds these answers and nothing else. A transaction that asks for more
// is an ordinary one: it gets no preference and pays a fee.
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

// GasOfHandlers returns the part of GasOfAnswers that the handlers of these answers use.
func GasOfHandlers(msgs []sdk.Msg) (gas uint64) {
	for _, msg := range msgs {
		if _, is := StepOf(msg); is {
			gas += AnswerGas + EvidenceGas(msg) + OnchainGas*onchainBytes(msg)
		}
	}
	return gas
}

// CheckEvidenceSize refuses answers whose evidence is longer than any that is accepted. It is asked before any signature is
// checked.
func CheckEvidenceSize(msgs []sdk.Msg) error {
	for _, msg := range msgs {
		if m, is := msg.(*MsgReveal); is && len(m.Evidence) > poco.MaxEvidence {
			return ErrEvidence.Wrapf("evidence: got %d bytes, expected at most %d", len(m.Evidence), poco.MaxEvidence)
		}
	}
	return nil
}

// Step is an act that a seat owes once: its commitment (or, instead of it, its decline), and then its reveal.
type Step struct {
	Task    string
	Attempt uint32
	Bench   Bench
	Who     string
	// Reveal says that the step is the reveal.
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

// StepOf returns the step of a message, and false for a message that is not an answer to a task.
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

// StepsOf returns the steps of messages, and whether all of them are answers.
func StepsOf(msgs []sdk.Msg) (steps []Step, all bool) {
	for _, m := range msgs {
		if s, is := StepOf(m); is {
			steps = append(steps, s)
		}
	}
	return steps, len(steps) > 0 && len(steps) == len(msgs)
}

// AssignedAnswers says whether messages and a gas limit are those of a transaction that a seat sends: it holds only answers, at
// most MaxAnswers, and asks for no more gas than they need. Once the state says that its answers are due, such a transaction goes
// into a block before others, and need not pay the node's least fee.
func AssignedAnswers(msgs []sdk.Msg, gas uint64) (steps []Step, is bool) {
	steps, all := StepsOf(msgs)
	return steps, all && len(steps) <= MaxAnswers && gas <= GasOfAnswers(msgs...)
}
