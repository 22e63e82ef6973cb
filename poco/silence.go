package poco

// CourtRecord counts what a seat did wrong in court, over a window that starts anew when it is long enough past.
type CourtRecord struct {
	Count  uint32
	Since  int64 // height at which the counting began
	Silent int64 // height of the last silence that was counted; 0 for none
}

// CourtStrikes are the governed numbers of CourtRecord.
type CourtStrikes struct {
	Most   uint32 // faults that jail
	Window int64  // blocks for which faults are remembered at least
}

// Note counts a silence, or a vote against two thirds, at a height, in a court that was called at an earlier one, and says
// whether the seat is to be jailed (protocol section 4).
//
// A silence in a court that was called before the last silence was counted is of the same outage: several courts may be in
// session when a seat goes out, and are not as many outages. A vote against two thirds is a fault of its own.
func (r CourtRecord) Note(silent bool, called, height int64, rule CourtStrikes) (next CourtRecord, jail bool) {
	if silent {
		if called < r.Silent {
			return r, false
		}
		r.Silent = height
	}
	// A seat that is always silent has one silence in each court that follows another, so that the window has room for as
	// many of the length of this one: else nobody was jailed for courts of long tasks.
	if past := height - r.Since; past >= rule.Window && past/int64(max(1, rule.Most)) >= height-called {
		r.Count, r.Since = 0, height
	}
	r.Count++
	if r.Count < rule.Most {
		return r, false
	}
	r.Count, r.Since = 0, height // what it was silent to stays, since courts of the same outage may still be in session
	return r, true
}
