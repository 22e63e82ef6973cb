// Package progress shows the events of a run as they come: as lines, as a block that is redrawn, or as JSON.
package progress

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/pflag"

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

// idView writes the id of the request alone, once it is submitted.
type idView struct{ out io.Writer }

func (v idView) Observe(e client.Event) {
	if e.Kind == client.EventSubmitted || e.Kind == client.EventResuming {
		fmt.Fprintln(v.out, printable.Line(e.Request))
	}
}

func (v idView) Close() {}

// Style says how a command shows what goes on. Its zero value is not valid: AddFlags gives the defaults.
type Style struct {
	// Progress is "auto", "tty", "plain" or "quiet".
	Progress string
	// Output is "text", or another form that the command has.
	Output string
	// Verbose adds the theory to the text.
	Verbose bool

	outputs []string
}

// AddFlags adds --progress, --output and --verbose. usage describes the outputs, of which the first is the default.
func (s *Style) AddFlags(f *pflag.FlagSet, usage string, outputs ...string) {
	s.outputs = outputs
	f.StringVar(&s.Progress, "progress", "auto", "auto, tty, plain or quiet")
	f.StringVar(&s.Output, "output", outputs[0], usage)
	cli.AddVerbose(f, &s.Verbose)
}

// Check refuses values that the flags do not have.
func (s Style) Check() error {
	return cmp.Or(cli.OneOf("--output", s.Output, s.outputs...), cli.OneOf("--progress", s.Progress, "auto", "tty", "plain", "quiet"))
}

// NewView chooses a view by the style and by the kind of output.
func NewView(out io.Writer, s Style) View {
	switch {
	case s.Output == "json":
		return NewJSONView(out)
	case s.Output == "id":
		return idView{out}
	case s.Output != "text" || s.Progress == "quiet":
		return quietView{}
	case s.Progress == "tty" || s.Progress == "auto" && cli.IsTerminal(out) && os.Getenv("TERM") != "dumb":
		v := newTTYView(out, cli.TerminalWidth(out))
		v.verbose, v.colours = s.Verbose, cli.ColoursOf(out)
		v.start()
		return v
	}
	v := newPlainView(out)
	v.verbose = s.Verbose
	return v
}
