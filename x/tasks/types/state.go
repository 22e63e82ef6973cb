package types

import errorsmod "cosmossdk.io/errors"

// State returns the state to which the phase belongs.
func (p Phase) State() State {
	switch p {
	case PHASE_OPEN:
		return STATE_WAITING
	case PHASE_FIRST, PHASE_LOCKED, PHASE_SECOND, PHASE_REVEAL:
		return STATE_RUNNING
	case PHASE_TURN:
		return STATE_PROVISIONAL
	case PHASE_COURT_WAIT, PHASE_COURT_COMMIT, PHASE_COURT_REVEAL:
		return STATE_COURT
	case PHASE_DONE, PHASE_AUDIT:
		return STATE_ENDED
	}
	return STATE_UNSPECIFIED
}

// lastEnding is the last value of Ending.
const lastEnding = ENDING_EVIDENCE_STOPPED

// endings is the number of endings for which a StateKey has room.
const endings = 1 << 8

// StateKey returns a key that orders tasks by state, and ended ones also by ending.
func StateKey(s State, e Ending) uint32 { return uint32(s)*endings + uint32(e) }

// StateKey returns the key of the stored task. A task whose accepted answer is before the court is in the court's state.
func (t Task) StateKey() uint32 {
	state := t.Phase.State()
	if state != STATE_ENDED {
		return StateKey(state, ENDING_UNSPECIFIED)
	}
	return StateKey(state, t.Ending)
}

// CheckState returns ErrInvalid unless tasks can be in the state with the ending: exactly the ended tasks have an ending.
func CheckState(s State, e Ending) error {
	switch {
	case s < STATE_WAITING || s > STATE_ENDED:
		return errorsmod.Wrapf(ErrInvalid, "state: got %d, expected %d to %d", s, STATE_WAITING, STATE_ENDED)
	case e < ENDING_UNSPECIFIED || e > lastEnding:
		return errorsmod.Wrapf(ErrInvalid, "ending: got %d, expected %d to %d", e, ENDING_UNSPECIFIED, lastEnding)
	case (s == STATE_ENDED) != (e != ENDING_UNSPECIFIED):
		return errorsmod.Wrapf(ErrInvalid, "ending: got %s of state %s, expected one exactly for %s", e, s, STATE_ENDED)
	}
	return nil
}
