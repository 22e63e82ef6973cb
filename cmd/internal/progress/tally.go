package progress

import (
	"fmt"
	"time"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
)

// bigBag is from how many tasks on a bag is told as a whole: its count, and what went wrong.
const bigBag = maxTaskLines + 1

// tally counts the tasks of a bag.
type tally struct {
	size, locked            uint64
	ended, accepted, failed uint64 // failed ended without a result, for whatever reason
	paid                    uint64
	begin                   time.Time // when the first task was heard of
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

// isFailure says whether a task ended without a result that is of use.
func isFailure(e client.Event) bool {
	return e.Kind == client.EventEnded && (e.Result == nil || !e.Result.Accepted() || e.Result.Failed())
}

// isBig says whether the tasks are too many to show each.
func (t *tally) isBig() bool { return t.size >= bigBag }

// text says how far the bag is: "312 of 1000 ended, 298 accepted, 14 failed; 12.3 a second, about 56s left; 12.1 CRED of 40 CRED spent".
func (t *tally) text(now time.Time) string {
	text := fmt.Sprintf("%d of %d tasks ended, %d with a result", t.ended, t.size, t.accepted)
	if t.failed > 0 {
		text += fmt.Sprintf(", %d without", t.failed)
	}
	if spent := now.Sub(t.begin).Seconds(); !t.begin.IsZero() && t.ended > 0 && spent >= 1 && t.ended < t.size {
		rate := float64(t.ended) / spent
		left := time.Duration(float64(t.size-t.ended) / rate * float64(time.Second))
		text += fmt.Sprintf("; %s, about %s left", rateText(rate), left.Round(time.Second))
	}
	text += "; " + cli.FormatCRED(t.paid)
	if t.locked > 0 {
		text += " of " + cli.FormatCRED(t.locked)
	}
	return text + " spent"
}

// rateText is a rate in the unit in which it is a number that people can imagine.
func rateText(each float64) string {
	switch {
	case each >= 1:
		return fmt.Sprintf("%.1f a second", each)
	case each*60 >= 1:
		return fmt.Sprintf("%.1f a minute", each*60)
	}
	return fmt.Sprintf("%.1f an hour", each*3600)
}
