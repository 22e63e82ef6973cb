package poco

// The cost of a proven wrong answer (protocol section 5). It is the whole stake, with one exception, so that a faulty machine does
// not ruin an honest worker. A worker that has a long record, and was the only one with another answer, loses the amount that the
// claim's economics need, and at least a part of the stake. To farm a record for this gains a liar nothing: the smaller loss is
// still the one that the plan computed for its chance to make honesty the best answer
// (docs/adr/0043-the-first-wrong-answer-of-a-long-record.md).

const (
	// LongRecord is how many confirmations make a record long. A strike sets them to 0, so that the next fault costs everything.
	LongRecord = 1_000
	// firstFaultParts: at least the stake divided by this number is taken.
	firstFaultParts = 4
)

// wrongCost is what a wrong answer costs the worker that gave it.
func (t *Task) wrongCost(seat Seat) uint64 {
	return t.wrongCostOf(seat, countSeats(t.Seats, func(s Seat) bool { return s.State != SeatRevealed || s.Outcome != t.Verdict }) == 1)
}

// wrongCostOf is wrongCost, where alone says whether every other worker of the task gave the court's answer.
func (t *Task) wrongCostOf(seat Seat, alone bool) uint64 {
	// A plan without a floor did not weigh the stake: the court was certain, and only the whole stake deters.
	if seat.Score < LongRecord || !alone || len(t.Seats) < 2 || t.Plan.Court || t.Plan.StakeFloor == 0 {
		return t.Terms.Stake
	}
	return min(t.Terms.Stake, max(t.Plan.StakeFloor, t.courtCost(), t.Terms.Stake/firstFaultParts))
}
