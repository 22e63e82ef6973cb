package poco

import (
	"errors"
	"fmt"
)

// What workers and court seats send: commitments, declined seats, reveals.

// findSeat finds the seat of a user's event and checks what all such events share.
func (t *Task) findSeat(bench Bench, who string, attempt uint32, height int64) (*Seat, error) {
	seats := t.Seats
	if bench == BenchCourt {
		seats = t.Court
	}
	s := findByName(seats, who)
	switch {
	case attempt != t.AttemptOn(bench):
		return nil, fmt.Errorf("%w: got attempt %d, expected %d", ErrWrongAttempt, attempt, t.AttemptOn(bench))
	case s == nil:
		return nil, fmt.Errorf("%w: %s", ErrNotDrawn, who)
	case height >= t.Deadline:
		return nil, fmt.Errorf("%w: at height %d, it was open below %d", ErrWindowClosed, height, t.Deadline)
	}
	return s, nil
}

func (t *Task) applyCommit(e Committed) error {
	s := findByName(t.Seats, e.Who)
	if e.Bench == BenchCourt {
		s = findByName(t.Court, e.Who)
	}
	if s != nil && e.Attempt == t.AttemptOn(e.Bench) && (s.State == SeatCommitted || s.State == SeatRevealed) {
		return fmt.Errorf("%w: %s has committed in attempt %d", ErrAlready, e.Who, e.Attempt)
	}
	phases := []Phase{PhaseFirst, PhaseSecond}
	if e.Bench == BenchCourt {
		phases = []Phase{PhaseCourtCommit}
	}
	s, err := t.findSeat(e.Bench, e.Who, e.Attempt, e.Height)
	if err == nil || errors.Is(err, ErrWindowClosed) {
		if perr := t.requirePhase(phases...); perr != nil {
			return perr
		}
	}
	if err != nil {
		return err
	}
	if s.State != SeatDrawn {
		return fmt.Errorf("%w: %s gave its seat back", ErrAlready, e.Who)
	}
	s.State, s.Commitment, s.Committed = SeatCommitted, e.Commitment, e.Height
	switch t.Phase {
	case PhaseFirst:
		t.Took = e.Height - (t.Deadline - t.Terms.CommitBlocks)
		t.Phase, t.Deadline = PhaseLocked, e.Height+PlanDelay
		t.WaitEnd = e.Height + t.Terms.WaitBlocks
	case PhaseSecond:
		t.closeCommits(e.Height)
	case PhaseCourtCommit:
		if countSeats(t.Court, wasDrawn) == 0 {
			t.Deadline = e.Height // nobody is awaited: the block hook opens the reveals, and frees the seats for another court
		}
	}
	return nil
}

// closeCommits opens the reveal phase, from the next block on, once no commitment is awaited.
func (t *Task) closeCommits(height int64) {
	if countSeats(t.Seats, wasDrawn) == 0 {
		t.openReveal(height + 1)
	}
}

func (t *Task) applyDecline(e Declined) error {
	s, err := t.findSeat(BenchWorkers, e.Who, e.Attempt, e.Height)
	if err != nil {
		return err
	}
	if err := t.requirePhase(PhaseFirst, PhaseSecond); err != nil {
		return err
	}
	if s.State != SeatDrawn {
		return fmt.Errorf("%w: %s has committed or declined", ErrAlready, e.Who)
	}
	if late := t.Terms.LastDecline(t.Deadline); t.Phase == PhaseFirst && e.Height > late {
		return fmt.Errorf("%w: a first worker may decline up to height %d; later it only costs time", ErrWindowClosed, late)
	}
	s.State = SeatSilent
	t.Declines = append(t.Declines, Decline{Who: s.Who, Org: s.Org, Attempt: e.Attempt, Reason: e.Reason, Height: e.Height})
	if t.Phase == PhaseFirst {
		t.Deadline = e.Height // another is drawn by the block hook
	} else {
		t.closeCommits(e.Height)
	}
	return nil
}

func (t *Task) applyReveal(e Revealed) error {
	s, err := t.findSeat(e.Bench, e.Who, e.Attempt, e.Height)
	if err != nil && !errors.Is(err, ErrWindowClosed) {
		return err
	}
	if s == nil {
		s = findByName(t.Seats, e.Who)
		if e.Bench == BenchCourt {
			s = findByName(t.Court, e.Who)
		}
	}
	want := PhaseReveal
	if e.Bench == BenchCourt {
		want = PhaseCourtReveal
	}
	late := e.Bench == BenchWorkers && s.State == SeatCommitted && s.Missed != 0 && t.TakesLate()
	switch {
	case s.State == SeatRevealed:
		return fmt.Errorf("%w: %s has revealed", ErrAlready, e.Who)
	case late && (t.Phase == PhaseCourtWait || e.Height < t.Deadline): // no deadline runs while the task waits for the court
	case t.Phase > want:
		return fmt.Errorf("%w: the task is in phase %s", ErrWindowClosed, t.Phase)
	case s.Missed != 0:
		return fmt.Errorf("%w: reveals of %s's wave were taken below height %d", ErrWindowClosed, e.Who, s.Missed)
	case t.Phase < want || e.Height < t.From:
		return fmt.Errorf("%w: the task is in phase %s", ErrTooEarly, t.Phase)
	case err != nil:
		return err
	case s.State != SeatCommitted:
		return fmt.Errorf("%w: %s has committed nothing", ErrNotDrawn, e.Who)
	}
	if err := e.Outcome.Validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalidOutcome, err)
	}
	if err := CheckSalt(e.Salt); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalidOutcome, err)
	}
	if got := Commitment(e.Bench, t.Terms.ChainID, t.ID, e.Attempt, e.Who, e.Outcome, e.Salt); got != s.Commitment {
		return fmt.Errorf("%w: the revealed outcome and salt hash to %x, committed was %x", ErrCommitment, got, s.Commitment)
	}
	if err := t.checkEvidence(e); err != nil {
		return err
	}
	s.State, s.Outcome = SeatRevealed, e.Outcome
	if late {
		return nil // the court goes on, and the record needs the heights
	}
	s.Committed = 0
	seats := t.Seats
	if e.Bench == BenchCourt {
		seats = t.Court
	}
	if countSeats(seats, hasCommitted) == 0 {
		t.Deadline = e.Height // nobody is awaited: judged at the end of this block
	}
	return nil
}
