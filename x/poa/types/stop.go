package types

// StopTally is what the active seats say about stopping something at once: a verifier, a machine, a measurement.
type StopTally[V any] struct {
	// Votes that count now, in the order of the seats.
	Votes []V
	// Part is the power of those who voted, Total that of all active seats.
	Part, Total int64
}

// TallyStop adds up the votes of active seats. Find returns the vote of a seat by its org id; false where it has none that counts.
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

// Stops says whether the votes stop it: those of more than a third of the active power do. Whoever stops one thing too many costs some
// requesters an answer, which is refunded. Whoever stops one too late lets wrong answers be accepted.
func (t StopTally[V]) Stops() bool { return 3*t.Part > t.Total }
