package poco

import "fmt"

// Evidence comes with a reveal and shows that the program made this answer of these inputs. A policy says which kind it asks for
// (Rules.Evidence). Evidence is checked against the chain's state: the keys of verifiers, and the program that an app's version
// names. So the caller that applies a reveal passes a function that checks the evidence. The protocol decides what the evidence has
// to show: the Statement. The bytes of evidence are not kept and identify nothing, because every proof has variants that hold too.

// MaxEvidence bounds the bytes of evidence that come with one reveal. The largest kind is a proof together with its public values.
const MaxEvidence = 1 << 10

// EvidenceVerifier returns an error that says why evidence does not show a statement, or nil if it does. The statement comes
// without App and Inputs, which the verifier knows from the task's deal. It is a pure function of the state and its arguments.
type EvidenceVerifier func(s Statement, evidence []byte) error

// checkEvidence checks the bytes that came with a reveal: evidence of the policy's kind with an answer of a worker, and no bytes
// otherwise. Sizes are checked first, so that nothing is computed for bytes that are too long or that nobody asked for.
func (t *Task) checkEvidence(e Revealed) error {
	kind := t.Terms.policyRules().Evidence
	switch size := len(e.Evidence); {
	case e.Bench == BenchCourt && size > 0:
		return fmt.Errorf("%w: got %d bytes, expected none of a court seat", ErrEvidence, size)
	case kind == EvidenceNone && size > 0:
		return fmt.Errorf("%w: got %d bytes, expected none under the policy %q", ErrEvidence, size, t.Terms.Policy)
	case !e.Outcome.Kind.IsAnswer() && size > 0:
		return fmt.Errorf("%w: got %d bytes, expected none with %s: it is no answer", ErrEvidence, size, e.Outcome.Kind)
	case size > MaxEvidence:
		return fmt.Errorf("%w: got %d bytes, expected at most %d", ErrEvidence, size, MaxEvidence)
	case e.Bench == BenchCourt || kind == EvidenceNone || !e.Outcome.Kind.IsAnswer():
		return nil
	case size == 0:
		return fmt.Errorf("%w: got none, expected %s of the answer under the policy %q", ErrEvidence, kind, t.Terms.Policy)
	case kind == EvidenceAttestation && size != AttestationSize:
		return fmt.Errorf("%w: got %d bytes, expected %d: the key of a session and its signature", ErrEvidence, size, AttestationSize)
	case e.Verify == nil:
		return fmt.Errorf("%w: nobody here verifies %s", ErrEvidence, kind)
	}
	s := Statement{ChainID: t.Terms.ChainID, Task: t.ID, Attempt: e.Attempt, Who: e.Who, Kind: kind, Outcome: e.Outcome}
	if err := e.Verify(s, e.Evidence); err != nil {
		return fmt.Errorf("%w: %w", ErrEvidence, err)
	}
	return nil
}

// applyStop ends a task whose evidence cannot be checked any more, because the program or verifier behind it was stopped. The stop
// overrides the pinned terms, and nobody is at fault. An answer that was accepted before stays.
func (t *Task) applyStop() ([]Effect, error) {
	if t.Terms.policyRules().Evidence == EvidenceNone || t.underAudit() {
		return nil, fmt.Errorf("%w: the task waits for no evidence", ErrWrongPhase)
	}
	return t.endTask(EndEvidenceStopped), nil
}
