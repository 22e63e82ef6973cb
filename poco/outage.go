package poco

// Outage is one missed reveal of a worker, by the two heights that tell which others it missed for the same cause.
//
// A commitment is a sign of life. Whoever committed at or after the height at which an earlier reveal was missed had come
// back by then, so that missing this one's reveal too is another outage; whoever had committed to both before either was
// missed may have been out once. One outage is one strike (protocol section 5). It changes nothing in what each task costs:
// stake and the ledgers' charges are judged task by task.
type Outage struct {
	Committed int64 // height of the commitment
	Missed    int64 // first height that was too late to reveal it; 0 for no outage
}

// With says whether two missed reveals of a worker are of one outage: each was committed before the other was missed. No
// outage is one with anything.
func (o Outage) With(other Outage) bool {
	return o.Committed < other.Missed && other.Committed < o.Missed
}

// Strike says whether a missed reveal is a new strike, given the outage of the worker's record, and which outage goes on
// record. Of one outage that is its first missed reveal: what was committed after it is another, in whatever order tasks
// end. Of two it is the later.
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
