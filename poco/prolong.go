package poco

import "fmt"

// A window is for answers that find a block. A block that answers have filled had no room for another one, so that no window counts
// it (protocol section 1). When a deadline comes and somebody is awaited still, the chain says how many such blocks the window had,
// and the deadline moves by as many. An honest seat that sends its answer in time is late in no crowd then.

// Awaits says whether an answer is awaited that the task's deadline cuts off.
func (t *Task) Awaits() bool {
	switch t.Phase {
	case PhaseFirst, PhaseSecond:
		return countSeats(t.Seats, wasDrawn) > 0
	case PhaseReveal:
		return countSeats(t.Seats, hasCommitted) > 0
	case PhaseCourtCommit:
		return countSeats(t.Court, wasDrawn) > 0
	case PhaseCourtReveal:
		return countSeats(t.Court, hasCommitted) > 0
	}
	return false
}

// prolong moves the deadline of a phase in which answers are awaited.
func (t *Task) prolong(e Prolonged) error {
	if !t.Awaits() || e.Blocks < 1 || e.Height < t.Deadline {
		return fmt.Errorf("%w: at height %d no answer is late in phase %s, or no block is to be left out", ErrWrongPhase, e.Height, t.Phase)
	}
	t.Deadline += e.Blocks
	return nil
}
