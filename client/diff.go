package client

import (
	"context"
	"fmt"
	"slices"

	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// This file derives events from the state of a task. A run reads the state of each task again and again, and CompareTasks tells its
// observer what happened between two readings. Readings may be far apart, so that one comparison can find several steps. It tells these
// in the order of a task's life: first worker, plan, other workers, reveals, later waves, ledgers, court, end, audit.

// History returns all events of a task, as its state shows them. If the program failed, it asks the workers that agreed, and the
// sources, for the reason. words may be nil. An event whose height the state does not keep has none.
func History(ctx context.Context, conn *Conn, t taskstypes.Task, sources []string, words LastWords) []Event {
	events := CompareTasks(nil, t, t.Done)
	setHeights(events, t)
	for i, e := range events {
		if e.Kind == EventEnded && e.Result.Failed() {
			findReason(ctx, conn, e.Result, sources, words)
			events[i].Text = e.Result.Text()
		}
	}
	return events
}

// CompareTasks returns what happened to a task between two readings of its state, in the order in which it must have happened.
// before is nil for the first reading. Events are derived from state, and not from the chain's events, because a client can miss those.
func CompareTasks(before *taskstypes.Task, now taskstypes.Task, height int64) []Event {
	c := &changes{before: before, now: now, base: Event{Task: now.Id, Index: now.Index, Height: height, Attempt: now.Attempt}}
	if before == nil {
		c.before = &taskstypes.Task{Attempt: 1}
	}
	c.tellLost()
	// A new attempt has new seats, so that it is compared with nothing.
	if c.before.Attempt != now.Attempt {
		if before != nil {
			c.addEvent(EventRetried, func(e *Event) { e.Text = retriedText(*before, now) })
		}
		c.before = &taskstypes.Task{Attempt: now.Attempt}
	}
	c.tellSeats(1, upToCommit)
	if c.before.Plan == nil && now.Plan != nil {
		c.addEvent(EventPlanned, func(e *Event) {
			e.Plan = planOf(now.Plan)
			e.Text = "plan: " + e.Plan.Brief()
		})
	}
	c.tellSeats(2, upToCommit)
	if c.before.Phase < taskstypes.PHASE_REVEAL && !anyRevealed(*c.before) && len(now.Seats) > 0 && anyRevealedOrOpen(now) {
		c.addEvent(EventRevealing, func(e *Event) {
			e.Phase, e.Deadline = "REVEAL", now.Deadline
			e.Text = "all answers are locked; they are opened now"
		})
	}
	c.tellSeats(1, reveal)
	c.tellSeats(2, reveal)
	c.tellLaterWaves()
	if c.before.Gate != now.Gate && now.Gate != "" {
		c.addEvent(EventTurn, func(e *Event) { e.Gate, e.Text = now.Gate, gateText(now.Gate) })
	}
	if c.before.Recalls != now.Recalls {
		c.addEvent(EventWaiting, func(e *Event) {
			e.Phase, e.Text = "COURT", "too much of the court was silent for a verdict: it is called again"
		})
	}
	if c.before.CourtPlace == nil && now.CourtPlace != nil {
		c.addEvent(EventWaiting, func(e *Event) {
			e.Phase, e.Text = "COURT", "it waits for the court, which has others before it; nothing is late meanwhile"
		})
	}
	if len(c.before.Court) == 0 && len(now.Court) > 0 {
		c.addEvent(EventCourt, func(e *Event) {
			e.Phase, e.Deadline = "COURT", now.Deadline
			e.Text = fmt.Sprintf("%s: the court is called, %s again", courtReason(now), pluralOf(uint64(len(now.Court)), "validator runs it", "validators run it"))
		})
	}
	c.tellCourt()
	if c.before.Ending == taskstypes.ENDING_UNSPECIFIED && now.Ending != taskstypes.ENDING_UNSPECIFIED {
		c.addEvent(EventEnded, func(e *Event) {
			e.Phase, e.Outcome = "DONE", outcomeOf(now.Verdict)
			e.Result = ReportOf(now)
			e.Text = e.Result.Text()
		})
	}
	if was, is := auditResult(*c.before), auditResult(now); was != is {
		c.addEvent(EventFinal, func(e *Event) { e.Outcome, e.Text = outcomeOf(now.Verdict), finalText(now) })
	}
	return c.events
}

func auditResult(t taskstypes.Task) taskstypes.AuditResult {
	if t.Audit == nil {
		return taskstypes.AUDIT_RESULT_UNSPECIFIED
	}
	return t.Audit.Result
}

// finalText says how an accepted answer became final.
func finalText(t taskstypes.Task) string {
	switch t.Audit.Result {
	case taskstypes.AUDIT_RESULT_UPHELD:
		return "final: the court found the same answer"
	case taskstypes.AUDIT_RESULT_OVERTURNED:
		return "final: the court overturned the answer; it found " + outcomeOf(t.Verdict).Text()
	case taskstypes.AUDIT_RESULT_NO_ANSWER:
		return "final: the court that was called had no answer"
	case taskstypes.AUDIT_RESULT_UNSERVED:
		return "final: the court that was called could not have an input"
	case taskstypes.AUDIT_RESULT_UNDECIDED:
		return "final: the court that was called did not decide"
	}
	return "final: nobody challenged the answer"
}

// changes collects the events between two readings of a task.
type changes struct {
	before *taskstypes.Task
	now    taskstypes.Task
	base   Event
	events []Event
}

func (c *changes) addEvent(kind EventKind, fill func(*Event)) {
	e := c.base
	e.Kind = kind
	fill(&e)
	c.events = append(c.events, e)
}

// half is one of the two parts in which a seat's events are told: up to its commitment, and its reveal.
type half int

const (
	upToCommit half = iota
	reveal
)

// tellLaterWaves tells of wave 3 and later, which a policy asks for if the answers so far do not decide.
func (c *changes) tellLaterWaves() {
	for wave := uint32(3); wave <= lastWave(c.now); wave++ {
		if wave > lastWave(*c.before) {
			c.addEvent(EventWaiting, func(e *Event) {
				e.Phase, e.Wave, e.Text = "LOCKED", wave, "the answers so far do not decide: more organisations are drawn"
			})
		}
		c.tellSeats(wave, upToCommit)
		c.tellSeats(wave, reveal)
	}
}

// lastWave returns the latest wave that has been drawn, or 0.
func lastWave(t taskstypes.Task) uint32 {
	if len(t.Seats) == 0 {
		return 0
	}
	return t.Seats[len(t.Seats)-1].Wave
}

// tellSeats tells one half of the events of the seats of a wave.
func (c *changes) tellSeats(wave uint32, which half) {
	for i, seat := range c.now.Seats {
		if seat.Wave != wave {
			continue
		}
		old := taskstypes.SEAT_STATE_UNSPECIFIED
		if i < len(c.before.Seats) && c.before.Seats[i].Who == seat.Who {
			old = c.before.Seats[i].State
		}
		c.tellSeat(old, seat, which, false)
	}
}

func (c *changes) tellCourt() {
	for _, which := range []half{upToCommit, reveal} {
		for i, seat := range c.now.Court {
			old := taskstypes.SEAT_STATE_DRAWN // no drawn events: EventCourt said that all validators sit in the court
			if i < len(c.before.Court) {
				old = c.before.Court[i].State
			}
			c.tellSeat(old, seat, which, true)
		}
	}
}

func (c *changes) tellSeat(old taskstypes.SeatState, seat taskstypes.Seat, which half, court bool) {
	tell := func(kind EventKind, text string) {
		c.addEvent(kind, func(e *Event) {
			e.Organisation, e.Who, e.Wave, e.InCourt, e.Text = seat.Organisation, seat.Who, seat.Wave, court, text
			if kind == EventRevealed {
				e.Outcome = outcomeOf(seat.Outcome)
			}
		})
	}
	is := func(states ...taskstypes.SeatState) bool {
		for _, s := range states {
			if seat.State == s && old != s {
				return true
			}
		}
		return false
	}
	if which == reveal {
		if is(taskstypes.SEAT_STATE_REVEALED) {
			tell(EventRevealed, fmt.Sprintf("%s reveals %s", seat.Organisation, outcomeOf(seat.Outcome).Text()))
		}
		return
	}
	if old == taskstypes.SEAT_STATE_UNSPECIFIED {
		text := fmt.Sprintf("wave %d: %s is drawn and runs it", seat.Wave, seat.Organisation)
		if seat.Wave == 2 {
			text += ", blind"
		}
		tell(EventDrawn, text)
		old = taskstypes.SEAT_STATE_DRAWN
	}
	if seat.State != old && (seat.State == taskstypes.SEAT_STATE_COMMITTED ||
		seat.State == taskstypes.SEAT_STATE_REVEALED && old == taskstypes.SEAT_STATE_DRAWN) {
		tell(EventCommitted, fmt.Sprintf("%s has locked its answer", seat.Organisation))
	}
	if is(taskstypes.SEAT_STATE_SILENT) {
		c.tellSilent(seat, court)
	}
}

// anyRevealedOrOpen says whether the task is in its reveal phase or had one. A court may be called without one.
func anyRevealedOrOpen(t taskstypes.Task) bool {
	return t.Phase == taskstypes.PHASE_REVEAL || anyRevealed(t)
}

func anyRevealed(t taskstypes.Task) bool {
	return slices.ContainsFunc(t.Seats, func(s taskstypes.Seat) bool { return s.State == taskstypes.SEAT_STATE_REVEALED })
}

func retriedText(before, now taskstypes.Task) string {
	who := "the first worker"
	if len(before.Seats) > 0 {
		who = before.Seats[0].Organisation
	}
	return fmt.Sprintf("attempt %d: %s gave no answer, another first worker is drawn", now.Attempt, who)
}

func gateText(gate string) string {
	switch gate {
	case "open":
		return "the ledgers have room for its risk: it may end on its replicas"
	case "shut":
		return "the ledgers have no room for its risk: the court decides"
	}
	return "all agree; provisional until earlier tasks of the ledger are settled"
}

// courtReason says why a task went to the court, as far as its state shows it.
func courtReason(t taskstypes.Task) string {
	switch {
	case t.Audit != nil:
		return auditReason(t.Audit.Cause)
	case t.Plan != nil && t.Plan.Court:
		return "as planned"
	case len(t.Seats) == 0:
		return "as the policy asks"
	}
	var first *taskstypes.Outcome
	for _, s := range t.Seats {
		switch {
		case s.State == taskstypes.SEAT_STATE_SILENT:
			return s.Organisation + " gave no answer"
		case s.State == taskstypes.SEAT_STATE_COMMITTED:
			return s.Organisation + " did not reveal"
		case s.Outcome == nil:
		case first == nil:
			first = s.Outcome
		case *first != *s.Outcome:
			return "the answers differ"
		}
	}
	if t.Gate == "shut" {
		return "the ledgers have no room"
	}
	return "no agreement"
}

// auditReason says why the court looks at an accepted answer.
func auditReason(c taskstypes.AuditCause) string {
	switch c {
	case taskstypes.AUDIT_CAUSE_CHALLENGE:
		return "the accepted answer was challenged"
	case taskstypes.AUDIT_CAUSE_BYTES:
		return "somebody asked for the bytes of the accepted answer"
	case taskstypes.AUDIT_CAUSE_CONVICTION:
		return "a worker of an organisation that answered was convicted elsewhere"
	}
	return "the accepted answer was drawn for the patrol"
}
