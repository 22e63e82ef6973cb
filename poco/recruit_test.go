package poco

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// twoFirst is a policy for tests. It asks one organisation after the other until two agree.
type twoFirst struct {
	name  string
	court CourtUse
}

func (p twoFirst) Name() string { return p.name }
func (p twoFirst) Rules() Rules { return Rules{Court: p.court, Confirms: true, Summary: "for tests"} }
func (twoFirst) Replicas(uint64, uint32) ReplicaRange {
	return ReplicaRange{Least: 1, Most: MaxReplicas}
}
func (twoFirst) Plan(PlanInput) Plan  { return Plan{Replicas: 1, Bound: BoundPolicy} }
func (twoFirst) Describe(Plan) string { return "one after the other" }
func (twoFirst) Judge(_ Terms, b []Ballot) Judgement {
	for i, x := range b {
		if x.Revealed && x.Outcome.Kind.IsAnswer() && countAgreeing(b[i:], x.Outcome) > 1 {
			return Judgement{Decision: DecideAccept, Outcome: x.Outcome}
		}
	}
	return Judgement{Decision: DecideMore, More: 1}
}

var (
	recruiting  = twoFirst{name: "two first", court: CourtNever}
	thenToCourt = twoFirst{name: "two first, or the court", court: CourtInDoubt}
	thenAudited = twoFirst{name: "two first, and the court in audits", court: CourtInAudit}
)

func init() { policies = append(policies, recruiting, thenToCourt, thenAudited) }

// recruitPlay returns a task whose plan is the first worker alone.
func recruitPlay(t *testing.T, policy Policy, attempts, seats uint32) *play {
	terms := testTerms()
	terms.Policy, terms.MaxAttempts, terms.MaxSeats = policy.Name(), attempts, seats
	p := newPlay(t, terms)
	p.second = func(Seat) (Plan, []Seat, bool) { return Plan{Replicas: 1, Bound: BoundPolicy}, nil, true }
	return p
}

// answers has the seats of the last wave commit and reveal. An empty outcome is silence.
func (p *play) answers(o Outcome) {
	last := p.task.Seats[len(p.task.Seats)-1]
	require.Equal(p.t, SeatDrawn, last.State)
	if o.Kind == KindUnspecified {
		p.due(p.task.Deadline) // the window passes, and with it the reveal, which awaits no worker
		p.due(p.task.Deadline)
		return
	}
	require.NoError(p.t, p.commit(BenchWorkers, last.Who, o))
	p.due(p.task.From)
	p.revealAll(BenchWorkers)
}

// TestMoreReplicasAreDrawn: a policy that is not satisfied has further waves drawn until it is. Each wave is drawn from a later seed.
func TestMoreReplicasAreDrawn(t *testing.T) {
	p := recruitPlay(t, recruiting, 3, 5)
	p.toReveal(truth)
	p.revealAll(BenchWorkers)
	require.Equal(t, PhaseLocked, p.task.Phase)
	require.Equal(t, p.height+2, p.task.Deadline, "as long after the reveal as wave 2 after commit 1")
	p.due(p.task.Deadline)
	require.Equal(t, PhaseSecond, p.task.Phase)
	require.Len(t, p.task.Seats, 2)
	p.answers(lie)
	p.due(p.task.Deadline)
	require.EqualValues(t, []uint32{1, 3, 4}, []uint32{p.task.Seats[0].Wave, p.task.Seats[1].Wave, p.task.Seats[2].Wave}, "wave 2 was of nobody")
	p.answers(truth)
	require.Equal(t, EndAccepted, p.task.Ending)
	require.Equal(t, truth, p.task.Verdict)
	faults := []Fault{p.end.Seats[0].Fault, p.end.Seats[1].Fault, p.end.Seats[2].Fault}
	require.Equal(t, []Fault{FaultNone, FaultNone, FaultNone}, faults, "being outvoted convicts nobody")
	require.False(t, p.end.Seats[1].Right)
	p.checkEnd()
}

// TestRecruitingEnds: recruiting ends at the last wave, at the last seat that is paid for, and where no worker can be drawn. Then the court
// decides, or the task stays undecided.
func TestRecruitingEnds(t *testing.T) {
	for _, c := range []struct {
		name            string
		attempts, seats uint32
		scarce          bool
		answers         []Outcome
		drawn           int
	}{
		{"out of attempts", 3, 5, false, []Outcome{lie, failing}, 3},
		{"out of attempts, all silent", 4, 5, false, []Outcome{{}, {}, {}}, 4},
		{"out of money", 3, 2, false, []Outcome{lie}, 2},
		{"out of organisations", 3, 5, true, nil, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, policy := range []twoFirst{recruiting, thenAudited, thenToCourt} {
				p := recruitPlay(t, policy, c.attempts, c.seats)
				p.scarce = func() bool { return c.scarce }
				p.toReveal(truth)
				p.revealAll(BenchWorkers)
				for _, o := range c.answers {
					p.due(p.task.Deadline)
					p.answers(o)
				}
				for p.task.Phase == PhaseLocked {
					p.due(p.task.Deadline) // the draw is tried again until the wait ends
				}
				require.Len(t, p.task.Seats, c.drawn)
				if policy != thenToCourt {
					require.Equal(t, EndUndecided, p.task.Ending)
					require.Empty(t, p.end.FromEscrow)
					p.checkEnd()
					continue
				}
				p.courtSays(truth, truth, truth, truth)
				require.Equal(t, EndAccepted, p.task.Ending)
				require.True(t, p.task.ByCourt)
				p.checkEnd()
			}
		})
	}
}

// TestAMissedRevealStaysMissed: a worker did not reveal with its wave. It cannot reveal with a later wave, because it could then decide
// after it has seen the others. Its outage ended when the window of its own wave did.
func TestAMissedRevealStaysMissed(t *testing.T) {
	p := recruitPlay(t, recruiting, 3, 5)
	p.toReveal(truth)
	missed := p.task.Deadline
	p.due(missed)
	require.Equal(t, PhaseLocked, p.task.Phase)
	first := p.task.Seats[0]
	require.Equal(t, missed, first.Missed)
	require.ErrorIs(t, p.reveal(BenchWorkers, first.Who), ErrWindowClosed)
	p.due(p.task.Deadline)
	require.NoError(t, p.commit(BenchWorkers, p.task.Seats[1].Who, truth))
	p.due(p.task.From)
	require.Equal(t, PhaseReveal, p.task.Phase)
	require.ErrorIs(t, p.reveal(BenchWorkers, first.Who), ErrWindowClosed)
	p.revealAll(BenchWorkers)
	p.due(p.task.Deadline)
	p.answers(truth)
	require.Equal(t, EndAccepted, p.task.Ending)
	require.Equal(t, FaultUnrevealed, p.end.Seats[0].Fault)
	require.Equal(t, Outage{Committed: first.Committed, Missed: missed}, p.end.Seats[0].Outage)
	p.checkEnd()
}
