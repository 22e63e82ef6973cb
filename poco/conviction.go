package poco

import "slices"

// Conviction says that a court found a worker wrong about an app's answer.
type Conviction struct {
	Org    string // of the worker
	Height int64  // of the verdict
}

// ConvictionRule says when convictions of workers that ran an app put the app itself in question.
type ConvictionRule struct {
	Organisations uint32 // so many organisations' workers
	Window        int64  // within so many blocks
}

// Note adds a conviction to those of an app, oldest first. It says whether the app is to be reviewed: workers of enough different
// organisations were convicted within the window. An organisation counts once, with its last conviction, because an organisation
// that gets its own workers convicted again and again proves nothing about the app. After a review the count begins at zero. The
// returned list is always shorter than Organisations.
func (r ConvictionRule) Note(known []Conviction, c Conviction) (kept []Conviction, review bool) {
	for _, k := range known {
		if k.Org != c.Org && c.Height-k.Height < r.Window {
			kept = append(kept, k)
		}
	}
	kept = append(kept, c)
	if len(kept) >= int(r.Organisations) {
		return nil, true
	}
	return slices.Clip(kept), false
}
