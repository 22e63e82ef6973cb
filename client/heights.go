package client

import (
	"slices"

	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// This file finds the heights of what happened to a task long ago, in what its state keeps: each draw, the last step of each seat, the call of
// the court, and the end. A step whose height it does not keep, such as the commitment of a seat that has revealed since, has none: the height of
// another step would be wrong. Of a pruned task only the end is kept.

// setHeights gives the events of a history their heights.
func setHeights(events []Event, t taskstypes.Task) {
	for i := range events {
		events[i].Height = heightOf(events[i], t)
	}
}

// heightOf returns the height of an event; 0 if the state of the task does not keep it.
func heightOf(e Event, t taskstypes.Task) int64 {
	switch e.Kind {
	case EventDrawn:
		return drawHeight(t, e.Wave)
	case EventCommitted:
		return commitHeight(e, t)
	case EventRevealed:
		if s := seatOfEvent(e, t); s.Missed == 0 {
			return s.Height
		}
	case EventSilent:
		i := slices.IndexFunc(t.Declines, func(d taskstypes.Decline) bool { return d.Who == e.Who && d.Attempt == e.Attempt })
		if i >= 0 && e.Decline != "" {
			return t.Declines[i].Height
		}
	case EventCourt:
		return t.CourtCalled
	case EventEnded:
		return t.Done
	case EventFinal:
		if t.Audit.Result == taskstypes.AUDIT_RESULT_UNOPPOSED {
			return t.Audit.End
		}
	}
	return 0
}

// drawHeight returns the height of the seed that drew a wave of the task's attempt.
func drawHeight(t taskstypes.Task, wave uint32) int64 {
	for _, d := range t.Draws {
		if d.Attempt == t.Attempt && d.Wave == wave {
			return d.Height
		}
	}
	return 0
}

// commitHeight returns the height of a commitment: the last step of a seat that has not revealed, or has revealed late. Of the first worker the
// state keeps how many blocks it took.
func commitHeight(e Event, t taskstypes.Task) int64 {
	s := seatOfEvent(e, t)
	switch drawn := drawHeight(t, e.Wave); {
	case s.State == taskstypes.SEAT_STATE_COMMITTED, s.Missed > 0:
		return s.Height
	case !e.InCourt && e.Wave == 1 && drawn > 0 && t.Took > 0:
		return drawn + t.Took
	}
	return 0
}

// seatOfEvent returns the seat that an event is about.
func seatOfEvent(e Event, t taskstypes.Task) taskstypes.Seat {
	seats := t.Seats
	if e.InCourt {
		seats = t.Court
	}
	for _, s := range seats {
		if s.Who == e.Who {
			return s
		}
	}
	return taskstypes.Seat{}
}
