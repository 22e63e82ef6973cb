package poco

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEndings plays one task into each ending of the outcome table in docs/protocol.md.
func TestEndings(t *testing.T) {
	for _, c := range []struct {
		name    string
		terms   func(*Terms)
		play    func(*play)
		ending  Ending
		byCourt bool
		verdict Outcome
		vindict bool // the first worker is vindicated
		faults  []Fault
	}{
		{"all agree", nil, func(p *play) {
			p.toReveal(truth, truth, truth)
			p.revealAll(BenchWorkers)
		}, EndAccepted, false, truth, true, []Fault{FaultNone, FaultNone, FaultNone}},
		{"the app fails for all", nil, func(p *play) {
			p.toReveal(failing, failing, failing)
			p.revealAll(BenchWorkers)
		}, EndAccepted, false, failing, true, []Fault{FaultNone, FaultNone, FaultNone}},
		{"all replicas lie alike: the case the bound is about", nil, func(p *play) {
			p.toReveal(lie, lie, lie)
			p.revealAll(BenchWorkers)
		}, EndAccepted, false, lie, true, []Fault{FaultNone, FaultNone, FaultNone}},
		{"the first lies", nil, func(p *play) {
			p.toReveal(lie, truth, truth)
			p.revealAll(BenchWorkers)
			p.courtSays(truth, truth, truth, truth)
		}, EndAccepted, true, truth, false, []Fault{FaultWrong, FaultNone, FaultNone}},
		{"the second lies", nil, func(p *play) {
			p.toReveal(truth, lie, truth)
			p.revealAll(BenchWorkers)
			p.courtSays(truth, truth, truth, truth)
		}, EndAccepted, true, truth, true, []Fault{FaultNone, FaultWrong, FaultNone}},
		{"same digest, other fuel: a lie too", nil, func(p *play) {
			p.toReveal(truth, Outcome{Kind: KindResult, Digest: truth.Digest, Fuel: 8}, truth)
			p.revealAll(BenchWorkers)
			p.courtSays(truth, truth, truth, truth)
		}, EndAccepted, true, truth, true, []Fault{FaultNone, FaultWrong, FaultNone}},
		{"the majority lies, the court does not", nil, func(p *play) {
			p.toReveal(truth, lie, lie)
			p.revealAll(BenchWorkers)
			p.courtSays(truth, truth, truth, lie)
		}, EndAccepted, true, truth, true, []Fault{FaultNone, FaultWrong, FaultWrong}},
		{"one is silent in wave 2", nil, func(p *play) {
			p.toReveal(truth, truth)
			p.revealAll(BenchWorkers)
			p.courtSays(truth, truth, truth, truth)
		}, EndAccepted, true, truth, true, []Fault{FaultNone, FaultNone, FaultSilent}},
		{"one declines in wave 2: as silence", nil, func(p *play) {
			p.due(1)
			require.NoError(p.t, p.commit(BenchWorkers, "w1", truth))
			p.due(p.task.Deadline)
			require.NoError(p.t, p.commit(BenchWorkers, "x1", truth))
			require.NoError(p.t, p.user(Declined{p.height, "x2", 1, DeclineOther}))
			p.due(p.task.From)
			p.revealAll(BenchWorkers)
			p.courtSays(truth, truth, truth, truth)
		}, EndAccepted, true, truth, true, []Fault{FaultNone, FaultNone, FaultSilent}},
		{"the first does not reveal", nil, func(p *play) {
			p.toReveal(truth, truth, truth)
			require.NoError(p.t, p.reveal(BenchWorkers, "x1"))
			require.NoError(p.t, p.reveal(BenchWorkers, "x2"))
			p.due(p.task.Deadline)
			p.courtSays(truth, truth, truth, truth)
		}, EndAccepted, true, truth, false, []Fault{FaultUnrevealed, FaultNone, FaultNone}},
		{"one abstains, the court answers", nil, func(p *play) {
			p.toReveal(truth, abstain, truth)
			p.revealAll(BenchWorkers)
			p.courtSays(truth, truth, truth, truth)
		}, EndAccepted, true, truth, true, []Fault{FaultNone, FaultAbstained, FaultNone}},
		{"all abstain", nil, func(p *play) {
			p.toReveal(abstain, abstain, abstain)
			p.revealAll(BenchWorkers)
		}, EndAbstained, false, Outcome{}, true, []Fault{FaultNone, FaultNone, FaultNone}},
		{"the input is gone for all", nil, func(p *play) {
			p.toReveal(noInput, noInput, noInput)
			p.revealAll(BenchWorkers)
		}, EndInputUnavailable, false, Outcome{}, true, []Fault{FaultNone, FaultNone, FaultNone}},
		{"the court finds the input gone", nil, func(p *play) {
			p.toReveal(truth, noInput, truth)
			p.revealAll(BenchWorkers)
			p.courtSays(noInput, noInput, noInput, noInput)
		}, EndInputUnavailable, true, noInput, false, []Fault{FaultUnserved, FaultNone, FaultUnserved}},
		{"the court abstains", nil, func(p *play) {
			p.toReveal(truth, lie, truth)
			p.revealAll(BenchWorkers)
			p.courtSays(abstain, abstain, abstain, abstain)
		}, EndAbstained, true, abstain, false, []Fault{FaultNone, FaultNone, FaultNone}},
		{"exactly two thirds are not enough", nil, func(p *play) {
			p.court = func() []Seat {
				return []Seat{{Who: "v1", Power: 1}, {Who: "v2", Power: 1}, {Who: "v3", Power: 1}}
			}
			p.toReveal(truth, lie, truth)
			p.revealAll(BenchWorkers)
			p.courtSays(truth, truth, lie)
		}, EndVoid, false, Outcome{}, false, []Fault{FaultNone, FaultNone, FaultNone}},
		{"void, and one who did not reveal", nil, func(p *play) {
			p.toReveal(truth, lie, truth)
			require.NoError(p.t, p.reveal(BenchWorkers, "w1"))
			require.NoError(p.t, p.reveal(BenchWorkers, "x1"))
			p.due(p.task.Deadline)
			p.courtSays(truth, truth, lie, lie)
		}, EndVoid, false, Outcome{}, false, []Fault{FaultNone, FaultNone, FaultUnrevealed}},
		{"a silent third would make a verdict", nil, func(p *play) {
			p.court = func() []Seat {
				return []Seat{{Who: "v1", Power: 1}, {Who: "v2", Power: 1}, {Who: "v3", Power: 1}}
			}
			p.toReveal(truth, lie, truth)
			p.revealAll(BenchWorkers)
			p.courtSays(truth, truth, Outcome{})
		}, EndCourtSilent, false, Outcome{}, false, []Fault{FaultNone, FaultNone, FaultNone}},
		{"no silent seat could make a verdict", nil, func(p *play) {
			p.court = func() []Seat {
				return []Seat{{Who: "v1", Power: 1}, {Who: "v2", Power: 1}, {Who: "v3", Power: 1}, {Who: "v4", Power: 1}, {Who: "v5", Power: 1}}
			}
			p.toReveal(truth, lie, truth)
			p.revealAll(BenchWorkers)
			p.courtSays(truth, truth, lie, lie)
		}, EndVoid, false, Outcome{}, false, []Fault{FaultNone, FaultNone, FaultNone}},
		{"more than a third of the court is silent", nil, func(p *play) {
			p.toReveal(truth, lie, truth)
			p.revealAll(BenchWorkers)
			p.courtSays(truth, truth)
		}, EndCourtSilent, false, Outcome{}, false, []Fault{FaultNone, FaultNone, FaultNone}},
		{"the whole court is silent", nil, func(p *play) {
			p.toReveal(truth, lie, truth)
			p.revealAll(BenchWorkers)
			p.courtSays()
		}, EndCourtSilent, false, Outcome{}, false, []Fault{FaultNone, FaultNone, FaultNone}},
		{"no court sits", nil, func(p *play) {
			p.court = func() []Seat { return nil }
			p.toReveal(truth, lie, truth)
			p.revealAll(BenchWorkers)
			p.courtSays()
		}, EndCourtSilent, false, Outcome{}, false, []Fault{FaultNone, FaultNone, FaultNone}},
		{"the turn is shut", nil, func(p *play) {
			p.gate = func() Gate { return GateShut }
			p.toReveal(truth, truth, truth)
			p.revealAll(BenchWorkers)
			p.courtSays(truth, truth, truth, truth)
		}, EndAccepted, true, truth, true, []Fault{FaultNone, FaultNone, FaultNone}},
		{"the turn waits, then opens", nil, func(p *play) {
			p.gate = func() Gate { return GateWait }
			p.toReveal(truth, truth, truth)
			p.revealAll(BenchWorkers)
			require.Equal(p.t, PhaseTurn, p.task.Phase)
			p.due(p.height + 1_000) // no deadline passes while it waits
			require.Equal(p.t, PhaseTurn, p.task.Phase)
			p.opened = true
			p.hook(TurnCame{p.height, GateOpen})
		}, EndAccepted, false, truth, true, []Fault{FaultNone, FaultNone, FaultNone}},
		{"the plan is the court", nil, func(p *play) {
			p.second = func(Seat) (Plan, []Seat, bool) { return Plan{Court: true, Bound: BoundSpent}, nil, true }
			p.toReveal(truth)
			p.revealAll(BenchWorkers)
			p.courtSays(truth, truth, truth, truth)
		}, EndAccepted, true, truth, true, []Fault{FaultNone}},
		{"policy court", func(t *Terms) { t.Policy = PolicyCourt }, func(p *play) {
			p.due(1)
			p.courtSays(truth, truth, truth, truth)
		}, EndAccepted, true, truth, false, nil},
		{"cancelled before the draw", nil, func(p *play) {
			require.NoError(p.t, p.user(Cancelled{1}))
			p.due(1)
		}, EndCancelled, false, Outcome{}, false, nil},
		{"nobody is eligible", nil, func(p *play) {
			p.first = func() (Seat, bool) { return Seat{}, false }
			for p.task.Phase != PhaseDone {
				p.due(p.task.Deadline)
			}
			require.EqualValues(p.t, 13, p.height, "the wait, not longer")
		}, EndTooFew, false, Outcome{}, false, nil},
		{"too few for wave 2: the court", nil, func(p *play) {
			p.second = func(Seat) (Plan, []Seat, bool) { return Plan{}, nil, false }
			p.due(1)
			require.NoError(p.t, p.commit(BenchWorkers, "w1", truth))
			for p.task.Phase == PhaseLocked {
				p.due(p.task.Deadline)
			}
			require.Equal(p.t, BoundFew, p.task.Plan.Bound)
			p.revealAll(BenchWorkers)
			p.courtSays(truth, truth, truth, truth)
		}, EndAccepted, true, truth, true, []Fault{FaultNone}},
		{"three first workers are silent", nil, func(p *play) {
			p.due(1)
			for p.task.Phase != PhaseDone {
				p.due(p.task.Deadline)
			}
			require.EqualValues(p.t, 3, p.task.Attempt)
		}, EndNoWorker, false, Outcome{}, false, nil},
		{"a first worker declines, the next answers", nil, func(p *play) {
			p.due(1)
			require.NoError(p.t, p.user(Declined{p.height, "w1", 1, DeclineOther}))
			p.due(p.task.Deadline) // the wait ends
			p.due(p.task.Deadline) // another first worker is drawn
			require.Equal(p.t, "w2", p.task.Seats[0].Who)
			p.toReveal(truth, truth, truth)
			p.revealAll(BenchWorkers)
		}, EndAccepted, false, truth, true, []Fault{FaultNone, FaultNone, FaultNone}},
		{"the chain breaks", nil, func(p *play) {
			p.toReveal(truth, lie, truth)
			p.hook(Broke{p.height})
		}, EndBroken, false, Outcome{}, false, []Fault{FaultNone, FaultNone, FaultNone}},
	} {
		t.Run(c.name, func(t *testing.T) {
			terms := testTerms()
			if c.terms != nil {
				c.terms(&terms)
			}
			p := newPlay(t, terms)
			c.play(p)
			p.checkEnd()
			require.Equal(t, c.ending, p.end.Ending)
			require.Equal(t, c.byCourt, p.end.ByCourt)
			require.Equal(t, c.verdict, p.end.Verdict)
			// A void flags the app only where the court's seats contradict each other.
			require.Equal(t, c.ending == EndVoid && c.name != "a silent third would make a verdict", p.end.FlagApp)
			for _, r := range p.resolved {
				require.Equal(t, Resolve{Vindicated: c.vindict, Counted: c.ending == EndAccepted}, r)
			}
			var faults []Fault
			for _, s := range p.end.Seats {
				faults = append(faults, s.Fault)
			}
			require.Equal(t, c.faults, faults)
		})
	}
}

// TestRefusals gives the machine the bad input of users. Each input has its own error.
func TestRefusals(t *testing.T) {
	commitment := [32]byte{1}
	drawn := func(p *play) { p.due(1) }
	second := func(p *play) {
		p.due(1)
		require.NoError(p.t, p.commit(BenchWorkers, "w1", truth))
		p.due(p.task.Deadline)
	}
	revealing := func(p *play) { p.toReveal(truth, truth, truth) }
	court := func(p *play) {
		p.toReveal(truth, lie, truth)
		p.revealAll(BenchWorkers)
	}
	right := func(p *play, bench Bench, who string) Event {
		s := p.secrets[pledge{bench, who, 1}]
		return Revealed{Height: p.height, Bench: bench, Who: who, Attempt: 1, Outcome: s.outcome, Salt: s.salt}
	}
	for _, c := range []struct {
		name   string
		to     func(*play)
		event  func(*play) Event
		expErr error
	}{
		{"commit before anyone is drawn", func(*play) {}, func(p *play) Event { return Committed{Height: 1, Who: "w1", Attempt: 1} }, ErrNotDrawn},
		{"commit by a stranger", drawn, func(p *play) Event { return Committed{Height: 1, Who: "w9", Attempt: 1, Commitment: commitment} }, ErrNotDrawn},
		{"commit for another attempt", drawn, func(p *play) Event { return Committed{Height: 1, Who: "w1", Attempt: 2, Commitment: commitment} }, ErrWrongAttempt},
		{"commit at the deadline", drawn, func(p *play) Event { return Committed{Height: p.task.Deadline, Who: "w1", Attempt: 1} }, ErrWindowClosed},
		{"second commit of the first", second, func(p *play) Event { return Committed{Height: p.height, Who: "w1", Attempt: 1, Commitment: commitment} }, ErrAlready},
		{"second commit while locked", func(p *play) {
			drawn(p)
			require.NoError(p.t, p.commit(BenchWorkers, "w1", truth))
		}, func(p *play) Event { return Committed{Height: p.height, Who: "w1", Attempt: 1, Commitment: commitment} }, ErrAlready},
		{"commit after declining", second, func(p *play) Event {
			require.NoError(p.t, p.user(Declined{p.height, "x1", 1, DeclineOther}))
			return Committed{Height: p.height, Who: "x1", Attempt: 1, Commitment: commitment}
		}, ErrAlready},
		{"commit to the court as a worker", drawn, func(p *play) Event { return Committed{Height: 1, Bench: BenchCourt, Who: "w1", Attempt: 1} }, ErrNotDrawn},
		{"commit to the court by a worker of the task", court, func(p *play) Event {
			return Committed{Height: p.height, Bench: BenchCourt, Who: "w1", Attempt: 1}
		}, ErrNotDrawn},
		{"commit in the reveal phase", func(p *play) { p.toReveal(truth, truth) }, func(p *play) Event {
			return Committed{Height: p.height, Who: "x2", Attempt: 1}
		}, ErrWrongPhase},
		{"decline after committing", second, func(p *play) Event { return Declined{p.height, "w1", 1, DeclineOther} }, ErrAlready},
		{"decline by a stranger", drawn, func(p *play) Event { return Declined{p.height, "w9", 1, DeclineOther} }, ErrNotDrawn},
		{"decline in the reveal phase", revealing, func(p *play) Event { return Declined{p.height, "w1", 1, DeclineOther} }, ErrWrongPhase},
		{"reveal before the phase", second, func(p *play) Event { return right(p, BenchWorkers, "w1") }, ErrTooEarly},
		{"reveal in the block of the last commit", func(p *play) {
			second(p)
			require.NoError(p.t, p.commit(BenchWorkers, "x1", truth))
			require.NoError(p.t, p.commit(BenchWorkers, "x2", truth))
			require.Equal(p.t, PhaseReveal, p.task.Phase)
		}, func(p *play) Event { return right(p, BenchWorkers, "w1") }, ErrTooEarly},
		{"reveal by a stranger", revealing, func(p *play) Event { return Revealed{Height: p.height, Who: "w9", Attempt: 1} }, ErrNotDrawn},
		{"reveal by who committed nothing", func(p *play) { p.toReveal(truth, truth) }, func(p *play) Event {
			return Revealed{Height: p.height, Who: "x2", Attempt: 1, Outcome: truth, Salt: make([]byte, 32)}
		}, ErrNotDrawn},
		{"reveal twice", revealing, func(p *play) Event {
			require.NoError(p.t, p.reveal(BenchWorkers, "w1"))
			return right(p, BenchWorkers, "w1")
		}, ErrAlready},
		{"reveal at the deadline", revealing, func(p *play) Event {
			p.height = p.task.Deadline
			return right(p, BenchWorkers, "w1")
		}, ErrWindowClosed},
		{"reveal when the court reveals", func(p *play) {
			p.toReveal(truth, truth, truth)
			require.NoError(p.t, p.reveal(BenchWorkers, "x1"))
			p.due(p.task.Deadline)
			require.NoError(p.t, p.commit(BenchCourt, "v1", truth))
			p.due(p.task.Deadline)
			require.Equal(p.t, PhaseCourtReveal, p.task.Phase)
		}, func(p *play) Event { return right(p, BenchWorkers, "w1") }, ErrWindowClosed},
		{"reveal of something else", revealing, func(p *play) Event {
			ev := right(p, BenchWorkers, "w1").(Revealed)
			ev.Outcome = lie
			return ev
		}, ErrCommitment},
		{"reveal with another salt", revealing, func(p *play) Event {
			ev := right(p, BenchWorkers, "w1").(Revealed)
			ev.Salt = append([]byte{ev.Salt[0] + 1}, ev.Salt[1:]...)
			return ev
		}, ErrCommitment},
		{"reveal without a salt", revealing, func(p *play) Event {
			ev := right(p, BenchWorkers, "w1").(Revealed)
			ev.Salt = nil
			return ev
		}, ErrInvalidOutcome},
		{"reveal of no kind", revealing, func(p *play) Event {
			ev := right(p, BenchWorkers, "w1").(Revealed)
			ev.Outcome = Outcome{}
			return ev
		}, ErrInvalidOutcome},
		{"reveal for another attempt", revealing, func(p *play) Event {
			ev := right(p, BenchWorkers, "w1").(Revealed)
			ev.Attempt = 2
			return ev
		}, ErrWrongAttempt},
		{"court reveals before its phase", court, func(p *play) Event {
			require.NoError(p.t, p.commit(BenchCourt, "v1", truth))
			return right(p, BenchCourt, "v1")
		}, ErrTooEarly},
		{"court commits twice", court, func(p *play) Event {
			require.NoError(p.t, p.commit(BenchCourt, "v1", truth))
			return Committed{Height: p.height, Bench: BenchCourt, Who: "v1", Attempt: 1, Commitment: commitment}
		}, ErrAlready},
		{"court declines", court, func(p *play) Event { return Declined{p.height, "v1", 1, DeclineOther} }, ErrNotDrawn},
		{"cancel once drawn", drawn, func(p *play) Event { return Cancelled{p.height} }, ErrWrongPhase},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPlay(t, testTerms())
			c.to(p)
			err := p.user(c.event(p))
			require.ErrorIs(t, err, c.expErr)
		})
	}
}

// TestACopyIsWorthless: a worker copies another worker's commitment. It can never open the copy, whatever it learns later.
func TestACopyIsWorthless(t *testing.T) {
	p := newPlay(t, testTerms())
	p.due(1)
	require.NoError(t, p.commit(BenchWorkers, "w1", truth))
	p.due(p.task.Deadline)
	copied := p.task.Seats[0].Commitment
	require.NoError(t, p.user(Committed{Height: p.height, Who: "x1", Attempt: 1, Commitment: copied}))
	require.NoError(t, p.commit(BenchWorkers, "x2", truth))
	p.due(p.task.From)
	require.NoError(t, p.reveal(BenchWorkers, "w1"))
	s := p.secrets[pledge{BenchWorkers, "w1", 1}]
	err := p.user(Revealed{Height: p.height, Who: "x1", Attempt: 1, Outcome: s.outcome, Salt: s.salt})
	require.ErrorIs(t, err, ErrCommitment)
}

func TestApplyDoesNotTouchTheOldState(t *testing.T) {
	p := newPlay(t, testTerms())
	p.toReveal(truth, truth, truth)
	before := p.task
	seats := append([]Seat(nil), before.Seats...)
	require.NoError(t, p.reveal(BenchWorkers, "w1"))
	require.Equal(t, seats, before.Seats, "the seats of the old state changed")
}

func TestUnknownEvent(t *testing.T) {
	task, err := NewTask([32]byte{}, testTerms(), 1)
	require.NoError(t, err)
	_, _, err = task.Apply(nil)
	require.ErrorContains(t, err, "unknown event")
}

// TestHowOftenADrawIsTried: the pauses between the tries to draw a first worker grow, so that many waiting tasks cost few tries. Later
// waves are tried at an even pace. The last try, at the end of the wait, decides.
func TestHowOftenADrawIsTried(t *testing.T) {
	for _, c := range []struct {
		name        string
		wait, retry int64
		locked      bool
		looks       []int64 // blocks from the begin of the wait to each try
		ending      Ending
	}{
		{"a first worker", 60, 5, false, []int64{0, 5, 15, 35, 60}, EndTooFew},
		{"a first worker, to the block", 35, 5, false, []int64{0, 5, 15, 35}, EndTooFew},
		{"a first worker, long", 1_000, 1, false, []int64{0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 1_000}, EndTooFew},
		{"a retry beyond the wait", 3, 10, false, []int64{0, 3}, EndTooFew},
		{"wave 2", 20, 5, true, []int64{2, 7, 12, 17, 20}, EndAccepted},
	} {
		t.Run(c.name, func(t *testing.T) {
			terms := testTerms()
			terms.WaitBlocks, terms.RetryBlocks = c.wait, c.retry
			p := newPlay(t, terms)
			var looks []int64
			began := p.height
			look := func() {
				looks = append(looks, p.height-began)
			}
			p.second = func(Seat) (Plan, []Seat, bool) { look(); return Plan{}, nil, false }
			if c.locked {
				p.due(p.height)
				require.NoError(t, p.commit(BenchWorkers, "w1", truth))
			} else {
				p.first = func() (Seat, bool) { look(); return Seat{}, false }
			}
			for p.task.Phase == PhaseOpen || p.task.Phase == PhaseLocked {
				p.due(p.task.Deadline)
			}
			if c.locked {
				require.NoError(t, p.reveal(BenchWorkers, "w1"))
				p.due(p.height)
				p.courtSays(truth, truth, truth, truth)
			}
			require.Equal(t, c.looks, looks)
			require.Equal(t, c.ending, p.task.Ending)
		})
	}
}

// TestEachAttemptHasItsOwnTries: a new attempt begins a new wait and a new series of tries.
func TestEachAttemptHasItsOwnTries(t *testing.T) {
	terms := testTerms()
	terms.WaitBlocks, terms.RetryBlocks = 60, 5
	p := newPlay(t, terms)
	p.due(1)
	p.first = func() (Seat, bool) { return Seat{}, false }
	p.due(p.task.Deadline) // the first worker is silent
	lost := p.height
	require.Equal(t, lost+1, p.task.Deadline)
	for _, want := range []int64{7, 19, 43, 60} {
		p.due(p.task.Deadline)
		require.Equal(t, lost+want, p.task.Deadline)
	}
	p.due(p.task.Deadline)
	require.Equal(t, EndTooFew, p.task.Ending)
}
