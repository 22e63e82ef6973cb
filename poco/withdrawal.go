package poco

import "slices"

// A file that was there when a worker answered, and is not when the court looks (protocol section 4.1).
//
// Whoever reveals an answer has had all that the task reads. It serves these files to the others, and they check each byte
// against the digest that the deal pins, so that one honest worker that is up suffices. When more than two thirds of the
// court still find that an input cannot be had, somebody took it away, and nobody who claims to have run the task gives it.

// isWithdrawn says whether the court agreed that an input cannot be had of which a worker has revealed an answer.
func (t *Task) isWithdrawn() bool {
	return t.Ending == EndInputUnavailable && t.ByCourt && slices.ContainsFunc(t.Seats, hasAnswered)
}

// hasAnswered says whether a seat has revealed an answer of the app.
func hasAnswered(s Seat) bool { return s.State == SeatRevealed && s.Outcome.Kind.IsAnswer() }

// payWithdrawal pays each of the court's seats its fee, or as much of it as all can have in equal parts: out of the escrow,
// because it was the requester's to keep the inputs there, and out of slashed stake what that lacks.
func payWithdrawal(fee, escrow, stake, seats uint64) (fromEscrow, fromStake uint64) {
	fromEscrow = min(fee, escrow/seats)
	return fromEscrow, min(fee-fromEscrow, stake/seats)
}
