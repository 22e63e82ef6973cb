package client

import (
	"slices"

	"github.com/credence-chain/credence/poco"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// DeclineReport is a seat that a worker gave back.
type DeclineReport struct {
	Organisation string `json:"organisation"`
	Who          string `json:"who"`
	// Attempt is the number of first workers that had been drawn until then, the last one included.
	Attempt uint32 `json:"attempt"`
	// Reason is that of the worker, such as "INPUT"; nothing proves it.
	Reason string `json:"reason"`
}

// Text describes the decline in a few words.
func (d DeclineReport) Text() string {
	reason, _ := poco.ParseDeclineReason(d.Reason)
	return d.Organisation + " " + reason.Words()
}

func declineOf(d taskstypes.Decline) DeclineReport {
	return DeclineReport{Organisation: d.Organisation, Who: d.Who, Attempt: d.Attempt, Reason: poco.DeclineReason(d.Reason).String()}
}

// tellLost tells of the seats that were given back and that the state no longer has, because another first worker is drawn or none is.
func (c *changes) tellLost() {
	for i, d := range c.now.Declines {
		seated := d.Attempt == c.now.Attempt && slices.ContainsFunc(c.now.Seats, func(s taskstypes.Seat) bool { return s.Who == d.Who })
		if i >= len(c.before.Declines) && !seated {
			c.tellDecline(d, 1)
		}
	}
}

// tellSilent tells that a seat has no answer: it was given back, or its window closed.
func (c *changes) tellSilent(seat taskstypes.Seat, court bool) {
	for _, d := range c.now.Declines {
		if d.Who == seat.Who && d.Attempt == c.now.Attempt && !court {
			c.tellDecline(d, seat.Wave)
			return
		}
	}
	c.addEvent(EventSilent, func(e *Event) {
		e.Organisation, e.Who, e.Wave, e.InCourt, e.Text = seat.Organisation, seat.Who, seat.Wave, court, seat.Organisation+" gives no answer"
	})
}

func (c *changes) tellDecline(declined taskstypes.Decline, wave uint32) {
	d := declineOf(declined)
	c.addEvent(EventSilent, func(e *Event) {
		e.Organisation, e.Who, e.Wave, e.Attempt, e.Decline = d.Organisation, d.Who, wave, d.Attempt, d.Reason
		e.Text = d.Organisation + " gives its seat back: " + d.Text()
	})
}
