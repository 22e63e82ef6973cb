package poco

// What a proven wrong answer costs (protocol section 5). It costs the whole stake, with one exception: a machine with a fault must not
// ruin an honest worker. Who has a long record, and was alone with its answer, loses what the claim's economics need, and at least a
// part of the stake. A liar that farms a record to lose no more than that has lost what makes honesty the best answer, which the plan
// computed for its chance; so nothing is gained by farming (docs/adr/0043-the-first-wrong-answer-of-a-long-record.md).

const (
	// LongRecord is how many confirmations make a record long. A strike sets them to 0, so that the next fault costs everything.
	LongRecord = 1_000
	// firstFaultParts: of so many parts of the stake, one is taken at least.
	firstFaultParts = 4
)

// wrongCost is what a wrong answer costs the worker that gave it.
func (t *Task) wrongCost(seat Seat) uint64 {
	return t.wrongCostOf(seat, countSeats(t.Seats, func(s Seat) bool { return s.State != SeatRevealed || s.Outcome != t.Verdict }) == 1)
}

// wrongCostOf is wrongCost of a worker that is, or is not, alone with not having given the court's answer.
func (t *Task) wrongCostOf(seat Seat, alone bool) uint64 {
	// A plan without a floor weighed nothing: the court was certain, and the stake is what deters.
	if seat.Score < LongRecord || !alone || len(t.Seats) < 2 || t.Plan.Court || t.Plan.StakeFloor == 0 {
		return t.Terms.Stake
	}
	return min(t.Terms.Stake, max(t.Plan.StakeFloor, t.courtCost(), t.Terms.Stake/firstFaultParts))
}
