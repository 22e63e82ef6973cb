package poco

// Absences counts how often the workers of an organisation were due to work and kept away. The count covers a window. When the
// window has passed, the next absence begins a new one.
type Absences struct {
	Count  uint32
	Since  int64 // height at which the counting began
	Silent int64 // height of the last silence that was counted; 0 for none
}

// AbsenceRule holds the governed numbers of Absences.
type AbsenceRule struct {
	Quota   uint32 // absences that are free
	Window  int64  // blocks for which they are counted together
	Cooling int64  // blocks for which a silence cools down, and within which silences are one outage
}

// maxDoublings bounds how often a cooling is doubled: a cooling grows at most about a thousand times.
const maxDoublings = 10

// Note counts an absence at a height. It returns the number of blocks for which the absence cools the worker down, 0 within the
// quota. Beyond the quota each absence cools down twice as long as the one before, so that a worker that keeps away is soon drawn
// no more: an organisation has its quota, and then about ten absences for each of its workers. A silence during an outage that was
// already counted is not counted again.
func (a Absences) Note(silent bool, height int64, rule AbsenceRule) (next Absences, cooling int64) {
	if a.Count == 0 || height-a.Since >= rule.Window {
		a.Count, a.Since = 0, height
	}
	if silent && a.Silent != 0 && height-a.Silent < rule.Cooling {
		return a, a.coolingOf(rule)
	}
	if silent {
		a.Silent = height
	}
	if a.Count < 1<<31 {
		a.Count++
	}
	return a, a.coolingOf(rule)
}

func (a Absences) coolingOf(rule AbsenceRule) int64 {
	if a.Count <= rule.Quota {
		return 0
	}
	return rule.Cooling << min(a.Count-rule.Quota, maxDoublings)
}
