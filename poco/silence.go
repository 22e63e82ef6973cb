package poco

// CourtRecord counts the faults of a seat in court over a window. The first fault after the window's end begins a new count.
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

// Note counts a fault at a height: a silence, or a vote against two thirds. called is the earlier height at which the court was
// called. Note says whether the seat is to be jailed (protocol section 4).
//
// A silence in a court that was called before the last silence was counted belongs to the same outage: when a seat goes out,
// several courts may be in session, but the seat has only one outage. A vote against two thirds always counts as a new fault.
func (r CourtRecord) Note(silent bool, called, height int64, rule CourtStrikes) (next CourtRecord, jail bool) {
	if silent {
		if called < r.Silent {
			return r, false
		}
		r.Silent = height
	}
	// A seat that is always silent has one silence in each court after the other. So the window has room for that many courts of
	// the length of this one: otherwise nobody would be jailed for courts of long tasks.
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
