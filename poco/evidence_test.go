package poco

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// shown is a policy for tests. It draws one worker and asks it for evidence.
type shown struct{ Single }

func (shown) Name() string { return "shown" }
func (shown) Rules() Rules {
	return Rules{Court: CourtNever, Evidence: EvidenceProof, Summary: "for tests"}
}

func init() { policies = append(policies, shown{}) }

// evidenceOf returns a stand-in for the evidence of a statement: the digest of the statement.
func evidenceOf(s Statement) []byte {
	d := s.Digest()
	if s.Kind == EvidenceAttestation {
		return bytes.Repeat(d[:], AttestationSize/len(d))
	}
	return d[:]
}

// verifyDigest accepts the digest of a statement as its proof.
func verifyDigest(s Statement, evidence []byte) error {
	if !bytes.Equal(evidenceOf(s), evidence) {
		return errors.New("this shows another statement")
	}
	return nil
}

// withEvidence adds to a reveal the evidence that the policy of the terms asks for.
func withEvidence(task Task, e Revealed) Revealed {
	e.Verify = verifyDigest
	if kind := task.Terms.policyRules().Evidence; kind != EvidenceNone && e.Bench == BenchWorkers && e.Outcome.Kind.IsAnswer() {
		e.Evidence = evidenceOf(Statement{ChainID: task.Terms.ChainID, Task: task.ID, Attempt: e.Attempt, Who: e.Who, Kind: kind, Outcome: e.Outcome})
	}
	return e
}

// toShownReveal plays a task under a policy until its worker can reveal an outcome. It returns the reveal.
func toShownReveal(t *testing.T, policy string, o Outcome) (*play, Revealed) {
	terms := testTerms()
	terms.Policy = policy
	p := newPlay(t, terms)
	p.second = func(Seat) (Plan, []Seat, bool) { return Plan{Replicas: 1, Bound: BoundPolicy}, nil, true }
	p.due(1)
	who := p.task.First().Who
	require.NoError(t, p.commit(BenchWorkers, who, o))
	for p.task.Phase != PhaseReveal {
		p.due(p.task.Deadline)
	}
	p.due(p.task.From)
	s := p.secrets[pledge{BenchWorkers, who, 1}]
	return p, withEvidence(p.task, Revealed{Height: p.height, Who: who, Attempt: 1, Outcome: o, Salt: s.salt})
}

// TestEvidenceComesWithTheAnswer: a policy that asks for evidence takes an answer only with evidence of this very answer. A refused reveal
// changes nothing, so that the right one is still taken.
func TestEvidenceComesWithTheAnswer(t *testing.T) {
	p, good := toShownReveal(t, "shown", truth)
	other := func(change func(*Statement)) []byte {
		s := Statement{ChainID: p.task.Terms.ChainID, Task: p.task.ID, Attempt: 1, Who: good.Who, Kind: EvidenceProof, Outcome: truth}
		change(&s)
		d := s.Digest()
		return d[:]
	}
	require.Equal(t, good.Evidence, other(func(*Statement) {}))
	for name, evidence := range map[string][]byte{
		"none":                {},
		"too long":            make([]byte, MaxEvidence+1),
		"of another chain":    other(func(s *Statement) { s.ChainID = "other" }),
		"of another task":     other(func(s *Statement) { s.Task[0]++ }),
		"of another attempt":  other(func(s *Statement) { s.Attempt++ }),
		"of another worker":   other(func(s *Statement) { s.Who = "w9" }),
		"of another kind":     other(func(s *Statement) { s.Kind = EvidenceAttestation }),
		"of another answer":   other(func(s *Statement) { s.Outcome = lie }),
		"for a failed answer": other(func(s *Statement) { s.Outcome.Kind = KindAppFailed }),
	} {
		bad := good
		bad.Evidence = evidence
		before := p.task
		require.ErrorIs(t, p.user(bad), ErrEvidence, name)
		require.Equal(t, before, p.task, name)
	}
	deaf := good
	deaf.Verify = nil
	require.ErrorIs(t, p.user(deaf), ErrEvidence, "nobody verifies it")
	require.NoError(t, p.user(good))
	p.due(p.task.Deadline)
	require.Equal(t, EndAccepted, p.task.Ending)
}

// TestEvidenceNobodyAskedFor: evidence is refused unread where none is asked for: under another policy, with an outcome that is no answer,
// and from the court.
func TestEvidenceNobodyAskedFor(t *testing.T) {
	looked := func(Statement, []byte) error { t.Error("it was looked at"); return nil }
	for name, c := range map[string]struct {
		policy string
		answer Outcome
	}{"another policy": {PolicySingle, truth}, "no answer": {"shown", abstain}} {
		p, reveal := toShownReveal(t, c.policy, c.answer)
		require.Empty(t, reveal.Evidence)
		bad := reveal
		bad.Evidence, bad.Verify = []byte{1}, looked
		require.ErrorIs(t, p.user(bad), ErrEvidence, name)
		require.NoError(t, p.user(reveal), name)
	}
	p := newPlay(t, testTerms())
	p.toReveal(truth, lie, truth)
	p.revealAll(BenchWorkers)
	seat := p.task.Court[0].Who
	require.NoError(t, p.commit(BenchCourt, seat, truth))
	p.due(p.task.Deadline)
	s := p.secrets[pledge{BenchCourt, seat, 1}]
	bad := Revealed{Height: p.height, Bench: BenchCourt, Who: seat, Attempt: 1, Outcome: truth, Salt: s.salt, Evidence: []byte{1}, Verify: looked}
	require.ErrorIs(t, p.user(bad), ErrEvidence)
}

// TestStopBeatsTheTerms: the verifier or machine behind the evidence was stopped. A task that waits for such evidence ends whole in every
// phase. Other tasks are not affected.
func TestStopBeatsTheTerms(t *testing.T) {
	revealed, reveal := toShownReveal(t, "shown", truth)
	require.NoError(t, revealed.user(reveal))
	committed, _ := toShownReveal(t, "shown", truth)
	terms := testTerms()
	terms.Policy = "shown"
	opened, drawn := newPlay(t, terms), newPlay(t, terms)
	drawn.due(1)
	for name, p := range map[string]*play{"opened": opened, "drawn": drawn, "committed": committed, "revealed": revealed} {
		p.hook(EvidenceStopped{p.height})
		require.Equal(t, EndEvidenceStopped, p.task.Ending, name)
		p.checkEnd()
		for _, s := range p.end.Seats {
			require.Equal(t, FaultNone, s.Fault, name)
			require.Zero(t, s.Slash, name)
		}
	}
	p := newPlay(t, testTerms())
	p.due(1)
	_, _, err := p.task.Apply(EvidenceStopped{p.height})
	require.ErrorIs(t, err, ErrWrongPhase)
}
