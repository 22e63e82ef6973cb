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

// tellBagEvery is how often a line says how far a big bag is, where there is no terminal.
const tellBagEvery = 5 * time.Second

// plainView appends a line an event; of a big bag one for what went wrong, and one once in a while for the whole.
type plainView struct {
	out      io.Writer
	begin    time.Time
	now      func() time.Time
	reminder reminder
	tally    tally
	told     time.Time // when the whole was last told
}

func newPlainView(out io.Writer) *plainView {
	return &plainView{out: out, begin: time.Now(), now: time.Now}
}

func (v *plainView) Observe(e client.Event) {
	if e.Kind == client.EventFinished {
		return // the report says it all
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
	fmt.Fprintf(v.out, "%6.1fs %s\n", now.Sub(v.begin).Seconds(), eventLine(e))
}

// isWorthALine says whether an event of one task among many is told by itself: what went wrong is.
func isWorthALine(e client.Event) bool {
	return isFailure(e) || isTrouble(e)
}

// isTrouble says whether somebody is at fault, or the court has to find out.
func isTrouble(e client.Event) bool {
	return e.Kind == client.EventCourt || e.Kind == client.EventEnded && e.Result != nil && len(e.Result.Faults) > 0
}

func (v *plainView) Close() {}

// eventLine is an event on one line, with its task's number in front where there is one.
func eventLine(e client.Event) string { return OneLine(e, cli.EventText(e)) }

// OneLine is eventLine with other words.
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
