package poco

// Outage is one missed reveal of a worker. Its two heights tell which other reveals the worker missed for the same cause.
//
// A commitment is a sign of life. A worker that committed at or after the height at which an earlier reveal was missed had
// come back by then. If it misses this reveal too, that is another outage. A worker that had committed to both tasks before
// either reveal was missed may have been out only once. One outage is one strike (protocol section 5). The cost of each task
// does not change by this rule: stake and the ledgers' charges are judged task by task.
type Outage struct {
	Committed int64 // height of the commitment
	Missed    int64 // first height that was too late to reveal it; 0 for no outage
}

// With says whether two missed reveals of a worker belong to one outage: each was committed before the other was missed. The
// zero Outage belongs with none.
func (o Outage) With(other Outage) bool {
	return o.Committed < other.Missed && other.Committed < o.Missed
}

// Strike says whether a missed reveal is a new strike, given the outage o of the worker's record. It also returns the outage
// that goes on record. When both belong to one outage, this is the one that was missed first: commitments made after it are
// of another outage, in whatever order tasks end. When there are two outages, it is the later one.
func (o Outage) Strike(missed Outage) (record Outage, strike bool) {
	if o.With(missed) {
		if missed.Missed < o.Missed {
			return missed, false
		}
		return o, false
	}
	if missed.Missed < o.Missed {
		return o, true
	}
	return missed, true
}
