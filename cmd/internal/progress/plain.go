package progress

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
)

// tellBagEvery is the time between two lines about the progress of a big bag, on an output that is no terminal.
const tellBagEvery = 5 * time.Second

// plainView writes one line for each event. For a big bag it writes a line for each event that went wrong, and now and then one for the
// whole bag.
type plainView struct {
	out      io.Writer
	begin    time.Time
	now      func() time.Time
	reminder reminder
	tally    tally
	told     time.Time // time of the last line about the whole bag
	verbose  bool
}

func newPlainView(out io.Writer) *plainView {
	return &plainView{out: out, begin: time.Now(), now: time.Now}
}

func (v *plainView) Observe(e client.Event) {
	if e.Kind == client.EventFinished {
		return // the report says everything
	}
	if !v.reminder.isDue(e) {
		return
	}
	now := v.now()
	v.tally.take(e, now)
	if v.tally.isBig() && e.Task != "" && !isWorthALine(e) {
		if e.Kind == client.EventEnded && (now.Sub(v.told) >= tellBagEvery || v.tally.ended == v.tally.size) {
			v.told = now
			fmt.Fprintf(v.out, "%6.1fs %s\n", now.Sub(v.begin).Seconds(), v.tally.text(now))
		}
		return
	}
	if line := v.tally.line(e, v.verbose); line != "" {
		fmt.Fprintf(v.out, "%6.1fs %s\n", now.Sub(v.begin).Seconds(), line)
	}
}

// isWorthALine reports whether an event of one task in a big bag gets a line of its own: it does if something went wrong.
func isWorthALine(e client.Event) bool {
	return isFailure(e) || isTrouble(e)
}

// isTrouble reports whether a worker is at fault, or the court is called.
func isTrouble(e client.Event) bool {
	return e.Kind == client.EventCourt || e.Kind == client.EventEnded && e.Result != nil && len(e.Result.Faults) > 0
}

func (v *plainView) Close() {}

// line returns an event on one line, after the number of its task. The only task of a run needs no number. An event that has no words
// returns "".
func (t *tally) line(e client.Event, verbose bool) string {
	text := cli.Words(verbose)(e)
	if text == "" {
		return ""
	}
	if t.isAlone() && !verbose {
		e.Task = ""
	}
	return OneLine(e, text)
}

// OneLine returns a text about an event on one line, after the number of its task if it has one.
func OneLine(e client.Event, text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	line := printable.Line(strings.Replace(strings.Join(lines, " | "), ": | ", ": ", 1))
	if e.Task != "" {
		line = fmt.Sprintf("task %-3d %s", e.Index, line)
	}
	return line
}
