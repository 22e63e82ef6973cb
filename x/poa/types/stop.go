package types

// StopTally counts the votes of the active seats to stop something at once: a verifier, a machine or a measurement.
type StopTally[V any] struct {
	// Votes that count now, in the order of the seats.
	Votes []V
	// Part is the power of the seats that voted, Total the power of all active seats.
	Part, Total int64
}

// TallyStop adds up the votes of active seats. find returns the vote of a seat by its org id, and false if the seat has none that
// counts.
func TallyStop[V any](active []Seat, find func(orgID string) (V, bool, error)) (t StopTally[V], err error) {
	for _, seat := range active {
		t.Total += seat.Power
		vote, counts, err := find(seat.OrgId)
		if err != nil {
			return t, err
		}
		if counts {
			t.Votes, t.Part = append(t.Votes, vote), t.Part+seat.Power
		}
	}
	return t, nil
}

// Stops says whether seats with more than a third of the active power voted to stop. So small a share suffices because the two
// mistakes differ: an unneeded stop costs some requesters an answer, which is refunded, and a late stop lets wrong answers be
// accepted.
func (t StopTally[V]) Stops() bool { return 3*t.Part > t.Total }
