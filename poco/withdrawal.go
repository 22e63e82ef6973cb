package poco

import "slices"

// A withdrawn input is a file that was available when a worker answered, and is not when the court asks for it (protocol section 4.1).
//
// A worker that reveals an answer has had everything that the task reads. It serves these files to the others, which check each
// byte against the digest that the deal pins. So one honest worker that is up suffices. If a third of the court or more still finds
// that an input cannot be had, then there is no verdict for an answer, somebody took the input away, and no worker that claims to
// have run the task serves it to all that ask. One third is enough, not two: otherwise a worker that serves the input to some of the
// seats only could make the task end without a fault.

// isWithdrawn says whether an input cannot be had although a worker has revealed an answer.
func (t *Task) isWithdrawn() bool {
	return (t.Ending == EndInputUnavailable || t.Ending == EndVoid) && t.courtMissesInput() && slices.ContainsFunc(t.Seats, hasAnswered)
}

// courtMissesInput says whether a third of the court's whole power or more found that an input cannot be had. Fewer than a third of
// the power may be wrong, so not all of these seats are. Exactly a third is enough, because it already prevents more than two thirds
// for an answer: if more were asked for, there would be a vote that finds neither. A task without a court misses nothing.
func (t *Task) courtMissesInput() bool {
	var total uint64
	for _, s := range t.Court {
		total += s.Power
	}
	missing := t.powerOf(Outcome{Kind: KindInputUnavailable})
	return missing > 0 && 3*missing >= total
}

// hasAnswered says whether a seat has revealed an answer of the app.
func hasAnswered(s Seat) bool { return s.State == SeatRevealed && s.Outcome.Kind.IsAnswer() }

// payWithdrawal returns how much each of the court's seats is paid: its fee, or less if the money does not suffice for all. The
// escrow pays first, because the requester had to keep the inputs available; slashed stake pays the rest.
func payWithdrawal(fee, escrow, stake, seats uint64) (fromEscrow, fromStake uint64) {
	fromEscrow = min(fee, escrow/seats)
	return fromEscrow, min(fee-fromEscrow, stake/seats)
}
