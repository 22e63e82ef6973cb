package poco

import (
	"errors"
	"fmt"
	"slices"
)

// Refusals of an event. The chain maps them to its registered errors; wrapped errors say the rest.
var (
	ErrWrongPhase     = errors.New("not in this phase")
	ErrWindowClosed   = errors.New("the window has closed")
	ErrTooEarly       = errors.New("the reveal phase has not opened")
	ErrNotDrawn       = errors.New("not drawn for this task")
	ErrAlready        = errors.New("already done")
	ErrCommitment     = errors.New("the reveal does not match the commitment")
	ErrWrongAttempt   = errors.New("another attempt is running")
	ErrInvalidOutcome = errors.New("invalid outcome")
	ErrEvidence       = errors.New("the evidence does not show the answer")
)

// Apply is the transition function: it returns the state after an event, and the effects for the caller to carry out. The caller takes
// the new state, carries out the effects, feeds the events that answer them, and stores the task last. On error the state is the old
// one and there are no effects. Committed, Declined, Revealed and Challenged come from messages, and may be refused with one of
// this package's errors. An error on any other event is a defect of the caller.
func (t Task) Apply(ev Event) (Task, []Effect, error) {
	next := t
	next.Seats = slices.Clone(t.Seats)
	next.Court = slices.Clone(t.Court)
	effects, err := next.applyEvent(ev)
	if err != nil {
		return t, nil, err
	}
	return next, effects, nil
}

// Advance is Apply on the task itself, which saves copying. It is for callers that keep no older state, such as the laboratory. To
// such a caller an error is a defect, after which the task must not be used.
func (t *Task) Advance(ev Event) ([]Effect, error) { return t.applyEvent(ev) }

func (t *Task) applyEvent(ev Event) ([]Effect, error) {
	if t.Phase == PhaseDone {
		return nil, fmt.Errorf("%w: the task has ended (%s)", ErrWrongPhase, t.Ending)
	}
	switch e := ev.(type) {
	case Due:
		return t.passDeadline(e.Height)
	case FirstDrawn:
		return t.firstDrawn(e)
	case PlanMade:
		return t.planMade(e)
	case SecondDrawn:
		return t.secondDrawn(e)
	case MoreDrawn:
		return t.moreDrawn(e)
	case DrawFailed:
		return t.drawFailed(e.Height)
	case DrawRefused:
		return t.drawRefused(e.Height)
	case Committed:
		return nil, t.applyCommit(e)
	case Declined:
		return nil, t.applyDecline(e)
	case Revealed:
		return nil, t.applyReveal(e)
	case EvidenceStopped:
		return t.applyStop()
	case TurnCame:
		return t.turnCame(e)
	case CourtOpened:
		return nil, t.courtOpened(e)
	case CourtUnpaid:
		return t.courtUnpaid()
	case CourtGivenUp:
		return t.courtGivenUp(e.Height)
	case Challenged:
		return nil, t.applyChallenge(e)
	case AuditDrawn:
		return t.auditDrawn(e)
	case Prolonged:
		return nil, t.prolong(e)
	case Cancelled:
		if err := t.requirePhase(PhaseOpen); err != nil {
			return nil, err
		}
		t.Cancelled, t.Deadline = true, e.Height // the next Due ends the task
		return nil, nil
	case Broke:
		return t.endTask(EndBroken), nil
	}
	return nil, fmt.Errorf("unknown event %T", ev)
}

func (t *Task) requirePhase(phases ...Phase) error {
	if slices.Contains(phases, t.Phase) {
		return nil
	}
	return fmt.Errorf("%w: the task is in phase %s, expected %v", ErrWrongPhase, t.Phase, phases)
}

// passDeadline acts on a passed deadline.
func (t *Task) passDeadline(height int64) ([]Effect, error) {
	switch t.Phase {
	case PhaseOpen:
		if t.Cancelled {
			return t.endTask(EndCancelled), nil
		}
		return []Effect{Draw{Wave: 1}}, nil
	case PhaseLocked:
		if !t.Planned {
			return []Effect{AskPlan{}}, nil
		}
		return []Effect{t.drawNext()}, nil
	case PhaseFirst:
		fault := FaultSilent
		if t.Seats[0].State == SeatSilent {
			fault = FaultNone // it declined in time
		}
		return t.loseFirst(height, fault), nil
	case PhaseSecond:
		markSilent(t.Seats)
		t.openReveal(height)
		return nil, nil
	case PhaseReveal:
		t.closeReveals()
		return t.judgeReveals(height), nil
	case PhaseCourtWait:
		return t.callCourt(), nil
	case PhaseCourtCommit:
		return t.closeCourtCommits(height), nil
	case PhaseCourtReveal:
		return t.tallyCourt(height), nil
	case PhaseAudit:
		return t.auditDue(), nil
	}
	return nil, fmt.Errorf("%w: nothing is due in phase %s", ErrWrongPhase, t.Phase)
}

// hasCommitted says whether a reveal is awaited of a seat.
func hasCommitted(s Seat) bool { return s.State == SeatCommitted && s.Missed == 0 }

func wasDrawn(s Seat) bool { return s.State == SeatDrawn }

// markSilent marks every seat that has not committed.
func markSilent(seats []Seat) {
	for i := range seats {
		if seats[i].State == SeatDrawn {
			seats[i].State = SeatSilent
		}
	}
}

// openReveal starts the reveal phase for the seats that have committed. Reveals are taken from the given height on.
func (t *Task) openReveal(from int64) {
	t.Phase, t.From, t.Deadline = PhaseReveal, from, from+t.Terms.RevealBlocks
	if countSeats(t.Seats, hasCommitted) == 0 {
		t.Deadline = from // a later wave of which nobody answered: it is judged at once
	}
}

// closeReveals notes which seats committed and did not reveal.
func (t *Task) closeReveals() {
	t.RevealEnd = t.Deadline
	for i := range t.Seats {
		if hasCommitted(t.Seats[i]) {
			t.Seats[i].Missed = t.Deadline
		}
	}
}

func (t *Task) firstDrawn(e FirstDrawn) ([]Effect, error) {
	if err := t.requirePhase(PhaseOpen); err != nil {
		return nil, err
	}
	e.Seat.Wave, e.Seat.State = 1, SeatDrawn
	t.Seats = []Seat{e.Seat}
	t.Phase, t.Deadline = PhaseFirst, e.Height+t.Terms.CommitBlocks
	return []Effect{Lock{e.Seat.Who, t.Terms.Stake}}, nil
}

// loseFirst frees the first worker and opens the task for another draw, or ends it after the last attempt.
func (t *Task) loseFirst(height int64, f Fault) []Effect {
	gone := Release{Who: t.Seats[0].Who, Amount: t.Terms.Stake, Fault: f}
	t.Seats = nil
	if t.Attempt >= t.Terms.MaxAttempts {
		return append([]Effect{gone}, t.endTask(EndNoWorker)...)
	}
	t.Attempt++
	t.Phase, t.Deadline, t.WaitEnd = PhaseOpen, height+1, height+t.Terms.WaitBlocks
	return []Effect{gone}
}

// planMade fixes how the task is checked. A plan of the court needs no draw; any other waits for its seed.
func (t *Task) planMade(e PlanMade) ([]Effect, error) {
	if err := t.requirePhase(PhaseLocked); err != nil {
		return nil, err
	}
	if t.Planned {
		return nil, fmt.Errorf("%w: the task has a plan", ErrAlready)
	}
	t.Plan, t.Planned, t.Delay = e.Plan, true, e.Remaining+PlanDelay
	if e.Plan.Court {
		return t.secondDrawn(SecondDrawn{Height: e.Height, Plan: e.Plan})
	}
	if e.Remaining <= 0 {
		return []Effect{Draw{Wave: 2}}, nil
	}
	t.Deadline = e.Height + e.Remaining
	return nil, nil
}

func (t *Task) secondDrawn(e SecondDrawn) ([]Effect, error) {
	if err := t.requirePhase(PhaseLocked); err != nil {
		return nil, err
	}
	if !t.Planned || t.Seated {
		return nil, fmt.Errorf("%w: wave 2 has no plan, or has been drawn", ErrWrongPhase)
	}
	t.Plan, t.Seated = e.Plan, true
	if e.Plan.Court {
		e.Seats = nil
	}
	var effects []Effect
	if t.Terms.policyRules().Ledgers {
		effects = append(effects, EnterLedgers{Entry{
			Charge: e.Plan.Charge, Long: e.Plan.Long, Value: t.Terms.Value, Premium: t.Terms.Premium,
		}})
	}
	return append(effects, t.seatWave(2, e.Seats, e.Height)...), nil
}

func (t *Task) moreDrawn(e MoreDrawn) ([]Effect, error) {
	if err := t.requirePhase(PhaseLocked); err != nil {
		return nil, err
	}
	if !t.Seated {
		return nil, fmt.Errorf("%w: wave 2 comes first", ErrWrongPhase)
	}
	return t.seatWave(t.nextWave(), e.Seats, e.Height), nil
}

// seatWave seats a wave, whose workers then run the task. After a wave without seats, the answers that there are can be revealed.
func (t *Task) seatWave(wave uint32, seats []Seat, height int64) (effects []Effect) {
	for _, s := range seats {
		s.Wave, s.State = wave, SeatDrawn
		t.Seats = append(t.Seats, s)
		effects = append(effects, Lock{s.Who, t.Terms.Stake})
	}
	if len(seats) == 0 {
		t.openReveal(height)
	} else {
		t.Phase, t.Deadline = PhaseSecond, height+FollowingWindow(t.Terms.CommitBlocks, t.Took)
	}
	return effects
}

// drawFailed sets when the draw is tried again. At the end of the wait a task without a first worker ends. A task with a locked
// answer goes to the court, or ends if its policy has no court.
func (t *Task) drawFailed(height int64) ([]Effect, error) {
	if err := t.requirePhase(PhaseOpen, PhaseLocked); err != nil {
		return nil, err
	}
	if height < t.WaitEnd {
		next := height + t.Terms.RetryBlocks
		if t.Phase == PhaseOpen {
			// Each pause is as long as the wait so far, so that a wait of n blocks has about log2(n) tries instead of n. Once a
			// worker's answer is locked, its stake waits too and the wait ends in the court: then the draw is tried every
			// RetryBlocks.
			next += height - (t.WaitEnd - t.Terms.WaitBlocks)
		}
		t.Deadline = min(next, t.WaitEnd)
		return nil, nil
	}
	switch {
	case t.Seated:
		return t.callCourt(), nil // more replicas were asked for, and cannot be had
	case t.Phase == PhaseOpen || !t.Terms.policyRules().CourtDecides():
		return t.endTask(EndTooFew), nil
	}
	return t.planMade(PlanMade{Height: height, Plan: Plan{Risk: t.Risk}.toCourt(BoundFew)})
}

// drawRefused forgets the plan and keeps its risk. Somebody who knew the seed may have made the draw impossible because its result
// did not suit. The next seed is another chance for them, and the next plan has to count it (docs/trust.md, "The moment of the
// draw").
func (t *Task) drawRefused(height int64) ([]Effect, error) {
	if err := t.requirePhase(PhaseLocked); err != nil {
		return nil, err
	}
	if !t.Planned || t.Seated {
		return nil, fmt.Errorf("%w: wave 2 has no plan, or has been drawn", ErrWrongPhase)
	}
	t.Risk, t.Plan, t.Planned = t.Plan.X, Plan{}, false
	return t.drawFailed(height)
}
