package poco

import "fmt"

// A block that is full of answers has no room for another one. So no window counts such blocks (protocol section 1). When a
// deadline comes and an answer is still awaited, the chain says how many full blocks the window had, and the deadline moves by that
// number. An honest seat that sends its answer in time is then never late because blocks were full.

// Awaits says whether the task awaits an answer that would be late after its deadline.
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
