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

// playLate plays a task whose seats commit to outcomes and open them in these ways, and returns it at its end.
func playLate(t require.TestingT, terms Terms, outcomes []Outcome, ways []int, court Outcome) *play {
	p := newPlay(t, terms)
	p.toReveal(outcomes[0], outcomes[1:]...)
	seats := slices.Clone(p.task.Seats)
	reveal := func(way int) {
		for i, s := range seats {
			if ways[i] == way {
				require.NoError(t, p.reveal(BenchWorkers, s.Who))
			}
		}
	}
	reveal(inTime)
	if p.task.Phase == PhaseReveal {
		p.due(p.task.Deadline)
	}
	if p.task.Phase == PhaseCourtCommit {
		reveal(tooLate)
		p.courtSays(court, court, court, court)
	}
	return p
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

// What a seat can choose after it has seen the others' answers is when to open its own, or not to. It never gains by opening late or not
// at all, and no other replica gains or loses by when it opens.
func TestLateOpeningIsNoOption(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := testTerms()
		terms.Stake = rapid.SampledFrom([]uint64{40, 41, 100, 1_000}).Draw(t, "stake")
		outcome := rapid.SampledFrom([]Outcome{truth, lie, failing, noInput, abstain})
		outcomes := []Outcome{outcome.Draw(t, "first"), outcome.Draw(t, "second"), outcome.Draw(t, "third")}
		way := rapid.IntRange(inTime, never)
		ways := []int{way.Draw(t, "way 1"), way.Draw(t, "way 2"), way.Draw(t, "way 3")}
		who := rapid.IntRange(0, 2).Draw(t, "who")
		court := rapid.SampledFrom([]Outcome{truth, failing, noInput, abstain}).Draw(t, "court")
		var ends [3]*play
		for w := inTime; w <= never; w++ {
			ways[who] = w
			ends[w] = playLate(t, terms, outcomes, slices.Clone(ways), court)
		}
		name := ends[inTime].task.Seats[who].Who
		courtCost := int64(min(terms.Stake, 4*terms.CourtFee))
		// In time is best for the seat itself, and late is no worse than never.
		require.GreaterOrEqual(t, ends[inTime].paidTo(name), ends[tooLate].paidTo(name))
		require.GreaterOrEqual(t, ends[tooLate].paidTo(name), ends[never].paidTo(name))
		require.Equal(t, -int64(terms.Stake), ends[never].paidTo(name))
		// Late costs a court at least, whatever is opened: no court is called for nothing.
		require.LessOrEqual(t, ends[tooLate].paidTo(name), -courtCost)
		// A lie that is found costs the same when it is opened in time, late, or never.
		if ends[tooLate].endOf(name).Fault == FaultWrong {
			require.Equal(t, -int64(terms.Stake), ends[tooLate].paidTo(name))
		}
		// Where the same answer is accepted, no other replica has more than if the seat had opened in time.
		early, late := ends[inTime].end, ends[tooLate].end
		if early.Ending == EndAccepted && late.Ending == EndAccepted && early.Verdict == late.Verdict {
			for i, s := range ends[inTime].task.Seats {
				if i != who {
					require.LessOrEqual(t, ends[tooLate].paidTo(s.Who), ends[inTime].paidTo(s.Who), "%s", s.Who)
				}
			}
		}
		// The ledgers are charged for a lie of the first worker, opened late or not, and never for the accepted answer.
		if len(ends[tooLate].resolved) > 0 {
			first := ends[tooLate].task.Seats[0]
			vindicated := first.State == SeatRevealed && (!first.Outcome.Kind.IsAnswer() || ends[tooLate].task.Ending == EndAccepted && first.Outcome == ends[tooLate].task.Verdict)
			require.Equal(t, vindicated, ends[tooLate].resolved[0].Vindicated)
		}
	})
}
