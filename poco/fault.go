package poco

// Fault is what a seat did wrong. Faults are separate, with separate penalties (protocol section 5).
type Fault uint8

// The faults.
const (
	FaultNone       Fault = iota
	FaultWrong            // revealed something else than the court's verdict: costs the whole stake and the record
	FaultUnrevealed       // committed and did not reveal: as grave as wrong
	FaultSilent           // drawn and did not commit: in wave 2 it pays the court it caused; cools down
	FaultAbstained        // had no answer where the court found one: in wave 2 it pays the court it caused; cools down
	// FaultUnserved: revealed an answer to a task whose input nobody could give to the court. The first worker loses the whole
	// stake, because its answer charges the ledgers. The other workers pay that court. The worker cools down.
	FaultUnserved
	// FaultWithheld: its answer was accepted, and the court could get the answer's bytes from none of the paid workers. The worker
	// pays that court, and this counts as a missed reveal.
	FaultWithheld
	// FaultLate: opened its commitment after the window to reveal, and before the court began to reveal. It is not paid, pays the court it
	// caused, and counts as a missed reveal.
	FaultLate
)

// String names the fault.
func (f Fault) String() string {
	return [...]string{"NONE", "WRONG", "UNREVEALED", "SILENT", "ABSTAINED", "UNSERVED", "WITHHELD", "LATE"}[f]
}

func (t *Task) isRight(seat Seat) bool {
	return t.Ending == EndAccepted && seat.State == SeatRevealed && seat.Outcome == t.Verdict
}

// faultOf returns what a seat did wrong, given the ending. Silence and missed reveals are faults in every ending after the workers
// were to reveal. An answer is wrong only if a court's verdict says so: a vote of workers convicts nobody.
func (t *Task) faultOf(seat Seat) Fault {
	switch t.Ending {
	case EndBroken, EndCancelled, EndTooFew, EndEvidenceStopped: // nobody was asked to reveal what it has committed to
		return FaultNone
	case EndCourtUnpaid: // nor here, unless the court was wanted because the first worker had no answer
		if _, agreed := t.soleAnswer(); agreed && !hasAnswered(seat) {
			return FaultAbstained
		}
		return FaultNone
	}
	switch seat.State {
	case SeatSilent:
		return FaultSilent
	case SeatCommitted:
		return FaultUnrevealed
	}
	f := t.answerFault(seat)
	if isLate(seat) && f != FaultWrong && f != FaultUnserved {
		return FaultLate
	}
	return f
}

// answerFault says what is wrong with what a seat revealed.
func (t *Task) answerFault(seat Seat) Fault {
	switch {
	case seat.State != SeatRevealed:
		return FaultNone
	case t.isWithdrawn() && hasAnswered(seat):
		return FaultUnserved
	case t.Ending != EndAccepted || seat.Outcome == t.Verdict:
		return FaultNone
	case !seat.Outcome.Kind.IsAnswer():
		return FaultAbstained
	case !t.ByCourt:
		return FaultNone
	}
	return FaultWrong
}
