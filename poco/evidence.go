package poco

import "fmt"

// Evidence comes with a reveal, and shows that the answer is what the program makes of the inputs. A policy says which kind it
// asks for (Rules.Evidence). What evidence is checked against is state: the keys of verifiers, the program that an app's version
// names. So whoever applies a reveal hands in a function that checks it. The protocol decides what it has to show: the
// Statement. The bytes of evidence identify nothing and are not kept, since of every proof there are others that hold too.

// MaxEvidence bounds the bytes of evidence that come with one reveal. The largest that is taken is a proof with what it
// declares.
const MaxEvidence = 1 << 10

// EvidenceVerifier says why evidence does not show a statement; nil when it does. The statement comes without App and Inputs,
// which the verifier knows of the task's deal. It is a pure function of the state and its arguments.
type EvidenceVerifier func(s Statement, evidence []byte) error

// checkEvidence checks what came with a reveal: evidence of the policy's kind for an answer of a worker, and none otherwise.
// The sizes come first: nothing is computed for bytes that nobody asked for.
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

// applyStop ends a task whose evidence nobody takes any more: what it would be checked against was stopped. It beats the
// terms that were pinned, and nobody is at fault. An answer that was accepted before stays.
func (t *Task) applyStop() ([]Effect, error) {
	if t.Terms.policyRules().Evidence == EvidenceNone || t.underAudit() {
		return nil, fmt.Errorf("%w: the task waits for no evidence", ErrWrongPhase)
	}
	return t.endTask(EndEvidenceStopped), nil
}
