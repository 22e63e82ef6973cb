package poco

// What a charge on the ledgers costs, and who pays it (protocol section 3, law L3). A charge makes the plans of everybody in the class larger,
// so that none may cost less than the least stake with which a lie is possible.

// ChargePayer returns what pays at least for each charge on the ledgers: the stake of a worker that lied or, where nobody is found at
// fault, the task's escrow. A plan asks as much of the smaller one as of a stake (StakeNeeded), so that no way to a charge is cheaper than
// a lie.
func (t Terms) ChargePayer() uint64 {
	escrow, _ := t.Escrow() // checked by Terms.Validate
	return min(t.Stake, escrow)
}

// isVindicated says whether the first worker's answer cannot have been a lie that might have been accepted: it is the accepted one, or it
// is none. Then nothing is charged for it.
func (t *Task) isVindicated() bool {
	first := t.Seats[0]
	return first.State == SeatRevealed && (!first.Outcome.Kind.IsAnswer() || t.Ending == EndAccepted && first.Outcome == t.Verdict)
}

// chargeFloor returns what the task's charge has to cost somebody: the stake floor of its plan, and after refused draws that of their risk.
// It is 0 where nothing is charged: before wave 2, for a vindicated first worker, and at a shut turn, which alone calls the court on a
// single answer that the first worker gave too. Whether the turn of a disputed task will be shut is not known at its end.
func (t *Task) chargeFloor() uint64 {
	if !t.Seated || !t.Terms.policyRules().Ledgers || t.isVindicated() {
		return 0
	}
	if _, agreed := t.soleAnswer(); agreed && !t.Plan.Court && hasAnswered(t.Seats[0]) {
		return 0
	}
	if t.Plan.StakeFloor > 0 || t.Plan.X.IsZero() {
		return t.Plan.StakeFloor
	}
	if floor, ok := StakeNeeded(t.Plan.X, t.Terms.Exposure(uint64(len(t.Court)))); ok {
		return min(floor, t.Terms.Stake)
	}
	return t.Terms.Stake
}

// isUnfound says whether the court sat and found no answer of the program, and no worker pays for that: it did not agree on one, could not
// run the program in its window, or could not have an input that nobody claims to have had. The requester pays such a court.
func (t *Task) isUnfound() bool {
	switch t.Ending {
	case EndVoid, EndAbstained:
		return true
	case EndInputUnavailable:
		return t.ByCourt && !t.isWithdrawn()
	case EndCourtSilent:
		return t.isCourtSplit()
	}
	return false
}
