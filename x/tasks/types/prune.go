package types

import (
	"fmt"
	"slices"
	"strings"

	"github.com/credence-chain/credence/poco"
)

// FinalHeight returns the height at which a final task became final, as far as its record says. A court that judged its answer may
// have ended later.
func (t Task) FinalHeight() int64 {
	if t.Audit != nil {
		return max(t.Done, t.Audit.End)
	}
	return t.Done
}

// Prune returns the compact record of a final task.
func (t Task) Prune() PrunedTask {
	p := PrunedTask{
		Id: t.Id, Deal: t.Deal, Index: t.Index, Ending: t.Ending, ByCourt: t.ByCourt, Verdict: t.Verdict,
		Opened: t.Opened, Took: t.Done - t.Opened,
	}
	if t.Settlement != nil {
		for _, e := range t.Settlement.Seats {
			p.Seats = append(p.Seats, SeatMark{Who: e.Who, Mark: e.mark()})
		}
	}
	if t.Audit == nil {
		return p
	}
	p.Audit = t.Audit.Result
	if t.Audit.Settlement == nil {
		return p
	}
	// A court that judged the answer decides what is kept about the seats that gave it.
	for _, e := range t.Audit.Settlement.Seats {
		i := slices.IndexFunc(p.Seats, func(s SeatMark) bool { return s.Who == e.Who })
		if i >= 0 && e.mark() == MARK_WRONG {
			p.Seats[i].Mark = MARK_WRONG
		}
	}
	return p
}

// mark returns what is kept about a seat's end.
func (e SeatEnd) mark() Mark {
	if e.Right {
		return MARK_RIGHT
	}
	switch e.Fault {
	case poco.FaultWrong.String():
		return MARK_WRONG
	case poco.FaultUnrevealed.String(), poco.FaultLate.String():
		return MARK_UNREVEALED
	case poco.FaultSilent.String():
		return MARK_SILENT
	case poco.FaultAbstained.String():
		return MARK_ABSTAINED
	case poco.FaultUnserved.String():
		return MARK_UNSERVED
	}
	return MARK_NO_FAULT
}

// Done returns the height at which the task ended.
func (p PrunedTask) Done() int64 { return p.Opened + p.Took }

// Task returns the compact record as a task that has ended: without plan, draws, court, payments and organisations.
func (p PrunedTask) Task() Task {
	t := Task{
		Id: p.Id, Deal: p.Deal, Index: p.Index, Phase: PHASE_DONE, Ending: p.Ending, ByCourt: p.ByCourt, Verdict: p.Verdict,
		Opened: p.Opened, Done: p.Done(), Pruned: p.Pruned, Settlement: &Settlement{},
	}
	if p.Audit != AUDIT_RESULT_UNSPECIFIED {
		t.Audit = &Audit{Result: p.Audit}
	}
	for _, s := range p.Seats {
		t.Settlement.Seats = append(t.Settlement.Seats, SeatEnd{Who: s.Who, Fault: s.fault(), Right: s.Mark == MARK_RIGHT})
		t.Seats = append(t.Seats, Seat{Who: s.Who, State: SEAT_STATE_REVEALED})
		last := &t.Seats[len(t.Seats)-1]
		switch s.Mark {
		case MARK_RIGHT:
			last.Outcome = p.Verdict
		case MARK_SILENT:
			last.State = SEAT_STATE_SILENT
		case MARK_UNREVEALED:
			last.State = SEAT_STATE_COMMITTED
		}
	}
	return t
}

// fault returns the fault that the mark stands for, in the words of a settlement.
func (s SeatMark) fault() string {
	switch s.Mark {
	case MARK_RIGHT, MARK_NO_FAULT:
		return poco.FaultNone.String()
	}
	return strings.TrimPrefix(s.Mark.String(), "MARK_")
}

// Holders returns the workers whose answer is the verdict's.
func (p PrunedTask) Holders() (who []string) {
	for _, s := range p.Seats {
		if s.Mark == MARK_RIGHT {
			who = append(who, s.Who)
		}
	}
	return who
}

// validate returns an error about the first field that is not valid.
func (p PrunedTask) validate() error {
	for _, id := range []string{p.Id, p.Deal} {
		if _, err := ParseID(id); err != nil {
			return err
		}
	}
	switch {
	case p.Ending <= ENDING_UNSPECIFIED || p.Ending > lastEnding:
		return fmt.Errorf("pruned: %s: ending: got %d, expected that of a task that has ended", p.Id, p.Ending)
	case (p.Ending == ENDING_ACCEPTED) != (p.Verdict != nil):
		return fmt.Errorf("pruned: %s: verdict: expected one exactly of an accepted answer", p.Id)
	case p.Opened < 0 || p.Took < 0:
		return fmt.Errorf("pruned: %s: opened %d, took %d: expected no negative heights", p.Id, p.Opened, p.Took)
	}
	return nil
}
