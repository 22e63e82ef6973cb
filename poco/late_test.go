package poco

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// How a seat opens what it has committed.
const (
	inTime = iota
	tooLate
	never
)

// lateTask is a task whose seats commit to outcomes and open them in these ways, and whose court then answers: one list for each of its
// sessions, in which an empty outcome is silence.
type lateTask struct {
	terms    Terms
	outcomes []Outcome
	ways     []int
	courts   [][]Outcome
	shut     bool   // the task's turn in the ledgers is shut, so that the court judges where all agree
	score    uint64 // confirmations on the record of each seat
	floor    uint64 // the stake that the plan needs
}

// play plays the task to its end. What is opened after the court has begun to reveal is refused.
func (l lateTask) play(t require.TestingT) *play {
	p := newPlay(t, l.terms)
	p.recalls = len(l.courts) - 1
	p.first = func() (Seat, bool) { return Seat{Who: "w1", Org: "o1", Score: l.score}, true }
	p.second = func(Seat) (Plan, []Seat, bool) {
		return Plan{Replicas: 3, StakeFloor: l.floor}, []Seat{{Who: "x1", Org: "p1", Score: l.score}, {Who: "x2", Org: "p2", Score: l.score}}, true
	}
	if l.shut {
		p.gate = func() Gate { return GateShut }
	}
	p.toReveal(l.outcomes[0], l.outcomes[1:]...)
	seats := slices.Clone(p.task.Seats)
	open := func(way int, exp error) {
		for i, s := range seats {
			if l.ways[i] == way {
				require.ErrorIs(t, p.reveal(BenchWorkers, s.Who), exp)
			}
		}
	}
	open(inTime, nil)
	if p.task.Phase == PhaseReveal {
		p.due(p.task.Deadline)
	}
	if p.task.Phase != PhaseCourtCommit {
		return p
	}
	open(tooLate, nil)
	for _, answers := range l.courts {
		p.sayInCourt(answers, func() { open(never, ErrWindowClosed) })
	}
	return p
}

// sayInCourt plays a session of the court. It calls a function when the court has begun to reveal, or has ended its session in silence.
func (p *play) sayInCourt(answers []Outcome, revealing func()) {
	if p.task.Phase != PhaseCourtCommit {
		return
	}
	for i, s := range p.task.Court {
		if wasDrawn(s) && answers[i].Kind != KindUnspecified {
			require.NoError(p.t, p.commit(BenchCourt, s.Who, answers[i]))
		}
	}
	p.due(p.task.Deadline)
	if p.task.Phase != PhaseDone {
		revealing()
	}
	if p.task.Phase == PhaseCourtReveal {
		p.due(max(p.height, p.task.From))
		p.revealAll(BenchCourt)
	}
}

// playLate plays a task whose court agrees.
func playLate(t require.TestingT, terms Terms, outcomes []Outcome, ways []int, court Outcome) *play {
	return lateTask{terms: terms, outcomes: outcomes, ways: ways, courts: [][]Outcome{{court, court, court, court}}}.play(t)
}

func (p *play) endOf(who string) SeatEnd {
	i := slices.IndexFunc(p.end.Seats, func(e SeatEnd) bool { return e.Who == who })
	require.GreaterOrEqual(p.t, i, 0)
	return p.end.Seats[i]
}

// paidTo is what somebody has of a settlement, stake that it loses taken off.
func (p *play) paidTo(who string) (sum int64) {
	for _, pays := range [][]Pay{p.end.FromEscrow, p.end.FromStake} {
		for _, pay := range pays {
			if pay.To == who {
				sum += int64(pay.Amount)
			}
		}
	}
	for _, e := range p.end.Seats {
		if e.Who == who {
			sum -= int64(e.Slash)
		}
	}
	return sum
}

// A late opening keeps the stake but for the court that it caused. It is not paid, and has a missed reveal on record.
func TestALateOpeningPaysTheCourt(t *testing.T) {
	terms := testTerms()
	p := playLate(t, terms, []Outcome{truth, truth, truth}, []int{inTime, tooLate, inTime}, truth)
	require.Equal(t, EndAccepted, p.task.Ending)
	require.True(t, p.task.ByCourt, "nothing calls a court back")
	late := p.endOf("x1")
	require.Equal(t, FaultLate, late.Fault)
	require.Equal(t, 4*terms.CourtFee, late.Slash)
	require.True(t, late.Right)
	require.False(t, late.Confirmed)
	require.Equal(t, -int64(4*terms.CourtFee), p.paidTo("x1"))
	require.Equal(t, int64(terms.Reward()), p.paidTo("x2"))
	seat := findByName(p.task.Seats, "x1")
	require.Equal(t, Outage{Committed: seat.Committed, Missed: seat.Missed}, late.Outage)
	require.Positive(t, late.Outage.Committed)
	require.Less(t, late.Outage.Committed, late.Outage.Missed)
}

// Nobody waits for a seat that does not reveal, and nothing that it does later moves the court.
func TestNobodyWaitsForALateOpening(t *testing.T) {
	p := newPlay(t, testTerms())
	p.toReveal(truth, truth, truth)
	require.NoError(t, p.reveal(BenchWorkers, "w1"))
	p.due(p.task.Deadline)
	require.Equal(t, PhaseCourtCommit, p.task.Phase, "the court is called as if nobody could be late")
	before := p.task
	require.NoError(t, p.reveal(BenchWorkers, "x1"))
	require.Equal(t, before.Phase, p.task.Phase)
	require.Equal(t, before.Deadline, p.task.Deadline)
	require.ErrorIs(t, p.reveal(BenchWorkers, "x1"), ErrAlready)
	require.ErrorIs(t, p.reveal(BenchWorkers, "w1"), ErrAlready)

	// The court begins to reveal: from then on it could be seen what it found.
	for _, s := range p.task.Court {
		require.NoError(t, p.commit(BenchCourt, s.Who, truth))
	}
	p.height = p.task.Deadline
	require.ErrorIs(t, p.reveal(BenchWorkers, "x2"), ErrWindowClosed, "in the block in which the court's window ends it is too late")
	p.due(p.task.Deadline)
	require.Equal(t, PhaseCourtReveal, p.task.Phase)
	require.ErrorIs(t, p.reveal(BenchWorkers, "x2"), ErrWindowClosed)
	p.due(max(p.height, p.task.From))
	p.revealAll(BenchCourt)
	require.Equal(t, FaultUnrevealed, p.endOf("x2").Fault)
	require.Equal(t, testTerms().Stake, p.endOf("x2").Slash)
	require.Equal(t, FaultLate, p.endOf("x1").Fault)
}

// While the task waits in the court's line no deadline runs, and late openings are taken. A court that is called again has shown what some
// of its seats found, and none are taken.
func TestLateOpeningsInTheLine(t *testing.T) {
	missed := Seat{Who: "w", State: SeatCommitted, Committed: 3, Missed: 9}
	missed.Commitment = Commitment(BenchWorkers, "test", [32]byte{}, 1, "w", truth, tableSalt)
	task := Task{Terms: testTerms(), Phase: PhaseCourtWait, Attempt: 1, Seated: true, Seats: []Seat{{Who: "v", State: SeatRevealed, Outcome: truth}, missed}}
	open := Revealed{Height: 40, Bench: BenchWorkers, Who: "w", Attempt: 1, Outcome: truth, Salt: tableSalt}
	after, _, err := task.Apply(open)
	require.NoError(t, err)
	require.Zero(t, after.Deadline)
	require.True(t, isLate(after.Seats[1]))
	require.False(t, after.CourtNeedsEscrow(), "its own fault called the court, and it pays for it")

	task.Recalls = 1
	_, _, err = task.Apply(open)
	require.ErrorIs(t, err, ErrWindowClosed)
	task.Recalls, open.Outcome = 0, lie
	_, _, err = task.Apply(open)
	require.ErrorIs(t, err, ErrCommitment, "it opens what it has locked, and nothing else")
}

// Late openings are taken from the call of the court until it reveals, in its first session, and of no task whose answer is under audit.
func TestTakesLate(t *testing.T) {
	for phase := PhaseOpen; phase <= PhaseAudit; phase++ {
		waits := phase == PhaseCourtWait || phase == PhaseCourtCommit
		task := Task{Phase: phase}
		require.Equal(t, waits, task.TakesLate(), phase)
		again := Task{Phase: phase, Recalls: 1}
		require.False(t, again.TakesLate(), phase)
		audited := Task{Phase: phase, Ending: EndAccepted, Audit: Audit{End: 9}}
		require.False(t, audited.TakesLate(), phase)
	}
}

// What a seat can choose after it has seen the others' answers is when to open its own, or not to. It never gains by opening late or not
// at all, and no other replica gains or loses by when it opens. This holds also where the court is divided, silent or called again, where the
// task's turn is shut, and where the first fault of a long record costs a part of the stake.
func TestLateOpeningIsNoOption(t *testing.T) {
	met := map[string]int{}
	checkUntil(t, func(t *rapid.T) {
		l := lateTask{terms: testTerms()}
		l.terms.Stake = rapid.SampledFrom([]uint64{40, 41, 100, 1_000}).Draw(t, "stake")
		outcome := rapid.SampledFrom([]Outcome{truth, lie, failing, noInput, abstain})
		who := rapid.IntRange(0, 2).Draw(t, "who")
		if rapid.Bool().Draw(t, "one lies") {
			l.outcomes = []Outcome{truth, truth, truth}
			l.outcomes[who] = lie
		} else {
			l.outcomes = []Outcome{outcome.Draw(t, "first"), outcome.Draw(t, "second"), outcome.Draw(t, "third")}
		}
		way := rapid.SampledFrom([]int{inTime, inTime, tooLate, never})
		l.ways = []int{way.Draw(t, "way 1"), way.Draw(t, "way 2"), way.Draw(t, "way 3")}
		l.shut = rapid.Bool().Draw(t, "shut")
		l.score = rapid.SampledFrom([]uint64{LongRecord - 1, LongRecord}).Draw(t, "score")
		l.floor = rapid.Uint64Range(0, l.terms.Stake).Draw(t, "floor")
		l.courts = drawCourts(t)
		var ends [3]*play
		for w := inTime; w <= never; w++ {
			l.ways = slices.Clone(l.ways)
			l.ways[who] = w
			ends[w] = l.play(t)
			ends[w].checkEnd()
		}
		name := ends[inTime].task.Seats[who].Who
		courtCost := int64(min(l.terms.Stake, 4*l.terms.CourtFee))
		// In time is best for the seat itself, and late is no worse than never.
		require.GreaterOrEqual(t, ends[inTime].paidTo(name), ends[tooLate].paidTo(name))
		require.GreaterOrEqual(t, ends[tooLate].paidTo(name), ends[never].paidTo(name))
		require.Equal(t, -int64(l.terms.Stake), ends[never].paidTo(name))
		// Late costs a court at least, whatever is opened: no court is called for nothing.
		require.LessOrEqual(t, ends[tooLate].paidTo(name), -courtCost)
		// A lie that is found costs the same when it is opened in time or late, and the whole stake without a long record.
		early, late := ends[inTime].endOf(name), ends[tooLate].endOf(name)
		if late.Fault == FaultWrong {
			if early.Fault == FaultWrong {
				require.Equal(t, early.Slash, late.Slash)
			}
			if l.score < LongRecord {
				require.Equal(t, l.terms.Stake, late.Slash)
			} else if late.Slash < l.terms.Stake {
				met["a part of the stake"]++
			}
		}
		// Where the same answer is accepted, no other replica has more than if the seat had opened in time.
		if ends[inTime].end.Ending == EndAccepted && ends[tooLate].end.Ending == EndAccepted && ends[inTime].end.Verdict == ends[tooLate].end.Verdict {
			for i, s := range ends[inTime].task.Seats {
				if i != who {
					require.LessOrEqual(t, ends[tooLate].paidTo(s.Who), ends[inTime].paidTo(s.Who), "%s", s.Who)
				}
			}
		}
		// The ledgers are charged for a lie of the first worker, opened late or not, and never for the accepted answer.
		task := ends[tooLate].task
		if len(ends[tooLate].resolved) > 0 {
			first := task.Seats[0]
			vindicated := first.State == SeatRevealed && (!first.Outcome.Kind.IsAnswer() || task.Ending == EndAccepted && first.Outcome == task.Verdict)
			require.Equal(t, vindicated, ends[tooLate].resolved[0].Vindicated)
		}
		met[task.Ending.String()]++
		if task.Recalls > 0 && task.Ending != EndCourtSilent {
			met["called again"]++
		}
		if l.shut && ends[inTime].task.ByCourt && !slices.ContainsFunc(l.outcomes, func(o Outcome) bool { return o != l.outcomes[0] }) {
			met["shut"]++
		}
	}, func() bool {
		for _, e := range []Ending{EndAccepted, EndInputUnavailable, EndAbstained, EndVoid, EndCourtSilent} {
			if met[e.String()] == 0 {
				return false
			}
		}
		return met["a part of the stake"] > 0 && met["called again"] > 0 && met["shut"] > 0
	})
	t.Log(met)
}

// drawCourts draws what a court says: one thing, several things that may leave it divided, or nothing from some seats, which are then called
// again.
func drawCourts(t *rapid.T) (sessions [][]Outcome) {
	outcome := rapid.SampledFrom([]Outcome{truth, truth, failing, noInput, abstain})
	one := outcome.Draw(t, "court")
	how := rapid.SampledFrom([]string{"agreed", "divided", "silent"}).Draw(t, "how")
	for range 2 {
		answers := []Outcome{one, one, one, one}
		for i := range answers {
			if how == "divided" {
				answers[i] = outcome.Draw(t, "seat")
			} else if how == "silent" && rapid.Bool().Draw(t, "silent") {
				answers[i] = Outcome{}
			}
		}
		sessions = append(sessions, answers)
	}
	return sessions
}
