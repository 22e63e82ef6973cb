package poco

import "slices"

// A file that was there when a worker answered, and is not when the court looks (protocol section 4.1).
//
// Whoever reveals an answer has had all that the task reads. It serves these files to the others, and they check each byte
// against the digest that the deal pins, so that one honest worker that is up suffices. When more than a third of the court still
// find that an input cannot be had, and there is no verdict of an answer, somebody took it away, and nobody who claims to have
// run the task gives it to all that ask. Two thirds are not asked for: else who serves it to some of the seats only would have the
// task end without a fault.

// isWithdrawn says whether an input cannot be had of which a worker has revealed an answer.
func (t *Task) isWithdrawn() bool {
	return (t.Ending == EndInputUnavailable || t.Ending == EndVoid) && t.courtMissesInput() && slices.ContainsFunc(t.Seats, hasAnswered)
}

// courtMissesInput says whether more than a third of the court's whole power found that an input cannot be had: not all of them
// are wrong.
func (t *Task) courtMissesInput() bool {
	var total uint64
	for _, s := range t.Court {
		total += s.Power
	}
	return 3*t.powerOf(Outcome{Kind: KindInputUnavailable}) > total
}

// hasAnswered says whether a seat has revealed an answer of the app.
func hasAnswered(s Seat) bool { return s.State == SeatRevealed && s.Outcome.Kind.IsAnswer() }

// payWithdrawal pays each of the court's seats its fee, or as much of it as all can have in equal parts: out of the escrow,
// because it was the requester's to keep the inputs there, and out of slashed stake what that lacks.
func payWithdrawal(fee, escrow, stake, seats uint64) (fromEscrow, fromStake uint64) {
	fromEscrow = min(fee, escrow/seats)
	return fromEscrow, min(fee-fromEscrow, stake/seats)
}
