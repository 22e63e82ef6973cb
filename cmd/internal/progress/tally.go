package progress

import (
	"fmt"
	"time"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
)

// bigBag is the least number of tasks for which a bag is shown as a whole, by counts and by what went wrong.
const bigBag = maxTaskLines + 1

// tally counts the tasks of a bag.
type tally struct {
	size, locked            uint64
	ended, accepted, failed uint64 // failed counts tasks that ended without a usable result, for any reason
	paid                    uint64
	begin                   time.Time // time of the first event about a task
}

// take counts an event.
func (t *tally) take(e client.Event, now time.Time) {
	switch e.Kind {
	case client.EventSubmitted, client.EventResuming:
		t.size, t.locked = e.Size, e.Locked
	case client.EventMatched:
		t.size = max(t.size, e.Size)
	case client.EventEnded:
		t.ended++
		if e.Result != nil {
			t.paid += e.Result.Paid()
		}
		if isFailure(e) {
			t.failed++
		} else {
			t.accepted++
		}
	}
	if e.Task != "" && t.begin.IsZero() {
		t.begin = now
	}
}

// isFailure reports whether a task ended without a usable result.
func isFailure(e client.Event) bool {
	return e.Kind == client.EventEnded && (e.Result == nil || !e.Result.Accepted() || e.Result.Failed())
}

// isBig reports whether the bag has too many tasks to show each.
func (t *tally) isBig() bool { return t.size >= bigBag }

// isAlone reports whether the run is known to have a single task.
func (t *tally) isAlone() bool { return t.size == 1 }

// text says how far the bag is, for example: "312 of 1000 tasks ended, 298 with a result, 14 without; 12.3 a second, about 56s left; 12.1
// CRED of 40 CRED spent".
func (t *tally) text(now time.Time) string {
	text := fmt.Sprintf("%d of %d tasks ended, %d with a result", t.ended, t.size, t.accepted)
	if t.failed > 0 {
		text += fmt.Sprintf(", %d without", t.failed)
	}
	if left, known := t.left(now); known {
		text += fmt.Sprintf("; %s, about %s left", rateText(float64(t.ended)/now.Sub(t.begin).Seconds()), left.Round(time.Second))
	}
	text += "; " + cli.FormatCRED(t.paid)
	if t.locked > 0 {
		text += " of " + cli.FormatCRED(t.locked)
	}
	return text + " spent"
}

// left returns how long the rest of a bag takes at the pace of the tasks that ended. It is not known before one did, nor in the first
// second.
func (t *tally) left(now time.Time) (time.Duration, bool) {
	spent := now.Sub(t.begin)
	if t.begin.IsZero() || t.ended == 0 || t.ended >= t.size || spent < time.Second {
		return 0, false
	}
	return time.Duration(float64(spent) / float64(t.ended) * float64(t.size-t.ended)), true
}

// rateText returns a rate per second, minute or hour, whichever is the first with a number of at least 1.
func rateText(each float64) string {
	switch {
	case each >= 1:
		return fmt.Sprintf("%.1f a second", each)
	case each*60 >= 1:
		return fmt.Sprintf("%.1f a minute", each*60)
	}
	return fmt.Sprintf("%.1f an hour", each*3600)
}
