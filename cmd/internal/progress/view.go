// Package progress shows the events of a run as they come: as lines, as a block that is redrawn, or as JSON.
package progress

import (
	"encoding/json"
	"io"
	"os"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
)

// View shows a run's events.
type View interface {
	Observe(client.Event)
	// Close ends the view. What it has shown stays on the screen.
	Close()
}

type quietView struct{}

func (quietView) Observe(client.Event) {}
func (quietView) Close()               {}

// mostBetweenReminders is the longest time between two lines about one wait, in seconds.
const mostBetweenReminders = 60

// reminder decides which events about a wait get a line, on outputs where a line cannot be redrawn. The first does; of the following, which
// only count the seconds, fewer and fewer do.
type reminder struct{ next uint64 }

func (r *reminder) isDue(e client.Event) bool {
	if e.Kind != client.EventStalled {
		if e.Kind == client.EventResumed {
			r.next = 0
		}
		return true
	}
	if e.Waited < r.next {
		return false
	}
	r.next = e.Waited + min(max(1, e.Waited), mostBetweenReminders)
	return true
}

// jsonView writes each event as one line of JSON.
type jsonView struct {
	enc      *json.Encoder
	reminder reminder
}

// NewJSONView returns a view that writes one line of JSON for each event.
func NewJSONView(out io.Writer) View {
	enc := json.NewEncoder(printable.JSON(out))
	enc.SetEscapeHTML(false)
	return &jsonView{enc: enc}
}

func (v *jsonView) Observe(e client.Event) {
	if v.reminder.isDue(e) {
		e.Text = cli.EventText(e)
		_ = v.enc.Encode(e)
	}
}

func (v *jsonView) Close() {}

// NewView chooses a view by the flags and by the kind of output.
func NewView(out io.Writer, progress, output string) View {
	switch {
	case output == "json":
		return NewJSONView(out)
	case progress == "quiet":
		return quietView{}
	case progress == "tty" || progress == "auto" && cli.IsTerminal(out) && os.Getenv("TERM") != "dumb":
		return newTTYView(out, terminalWidth(out))
	}
	return newPlainView(out)
}
