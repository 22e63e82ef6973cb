package progress

import (
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
)

// ttyView shows a block of lines that it redraws: for a big bag a line about the whole, a line for each task, and a last line while the
// chain makes no blocks. Events about the whole run scroll away above the block.
type ttyView struct {
	out   io.Writer
	width int
	begin time.Time
	now   func() time.Time

	tasks map[uint64]*taskLine
	tally tally
	wait  string // text while the chain makes no blocks; it counts the time, in the last line of the block
	drawn int    // lines of the block that are on the screen

	drawnAt time.Time
	stale   bool // an event came after the block was drawn
}

// drawEvery is how often the block of a big bag is redrawn. Sorting its tasks for every event would take longer than the events themselves.
const drawEvery = 100 * time.Millisecond

type taskLine struct {
	phase     string
	first     string
	second    []string
	committed map[string]bool
	revealed  map[string]bool
	note      string
	done      bool
	failed    bool
}

// maxTaskLines bounds the block, so that the block never scrolls off the screen.
const maxTaskLines = 18

func newTTYView(out io.Writer, width int) *ttyView {
	return &ttyView{out: out, width: width, begin: time.Now(), now: time.Now, tasks: map[uint64]*taskLine{}}
}

func (v *ttyView) Observe(e client.Event) {
	if e.Kind == client.EventFinished {
		return
	}
	v.tally.take(e, v.now())
	if v.waitsToDraw(e) {
		v.takeEvent(e)
		v.stale = true
		return
	}
	v.eraseLines()
	if e.Kind == client.EventStalled {
		v.wait = eventLine(e)
		v.drawLines()
		return
	}
	v.wait = ""
	if v.isKept(e) {
		fmt.Fprintf(v.out, "%s\n", v.cutLine(fmt.Sprintf("%6.1fs %s", v.now().Sub(v.begin).Seconds(), eventLine(e))))
	}
	if e.Task != "" {
		v.takeEvent(e)
	}
	v.drawLines()
}

// waitsToDraw reports whether an event of a big bag is left for the next redraw.
func (v *ttyView) waitsToDraw(e client.Event) bool {
	return v.tally.isBig() && e.Task != "" && !isWorthALine(e) && v.now().Sub(v.drawnAt) < drawEvery
}

// isKept reports whether an event also gets a line above the block, where it stays.
func (v *ttyView) isKept(e client.Event) bool {
	return e.Task == "" || isTrouble(e) || v.tally.isBig() && isFailure(e)
}

func (v *ttyView) Close() {
	if v.stale {
		v.eraseLines()
		v.drawLines()
	}
	v.drawn = 0
}

func (v *ttyView) takeEvent(e client.Event) {
	t := v.tasks[e.Index]
	if t == nil {
		t = &taskLine{}
		t.drawAgain()
		v.tasks[e.Index] = t
	}
	t.takePhase(e)
	t.takeNote(e)
}

// drawAgain forgets which workers were drawn, because others will be.
func (t *taskLine) drawAgain() {
	t.first, t.second, t.committed, t.revealed = "", nil, map[string]bool{}, map[string]bool{}
}

// takePhase records how far the task is, and who runs it.
func (t *taskLine) takePhase(e client.Event) {
	switch e.Kind {
	case client.EventRetried:
		t.drawAgain()
		t.phase = "drawing again"
	case client.EventDrawn:
		t.takeDrawn(e)
	case client.EventCommitted:
		if e.InCourt {
			t.phase = "the court runs"
		} else {
			t.committed[e.Organisation] = true
		}
	case client.EventRevealing:
		t.phase = "revealing"
	case client.EventRevealed:
		if !e.InCourt {
			t.revealed[e.Organisation] = true
		}
	case client.EventTurn:
		t.phase = "ledgers: " + e.Gate
	case client.EventCourt:
		t.phase = "court"
	}
}

// takeDrawn records a worker that was drawn: the first, or one that checks the first.
func (t *taskLine) takeDrawn(e client.Event) {
	if e.Wave == 1 {
		t.first, t.phase = e.Organisation, "wave 1 runs"
		return
	}
	t.second, t.phase = append(t.second, e.Organisation), fmt.Sprintf("wave %d runs", e.Wave)
}

// takeNote records the note after the phase: the plan, a wait, or how the task ended.
func (t *taskLine) takeNote(e client.Event) {
	switch e.Kind {
	case client.EventPlanned:
		if e.Plan != nil {
			t.note = e.Plan.Short()
		}
	case client.EventEnded:
		t.phase, t.note, t.done, t.failed = "", cli.EventText(e), true, isFailure(e)
	case client.EventDownloaded:
		t.note += "; here"
	case client.EventSilent, client.EventWaiting:
		t.note = e.Text
	}
}

// formatLine returns a task on one line, with the organisations that run it. A star marks a committed answer, an equals sign a revealed
// one. Texts from a node are escaped, so that they stay on the line.
func (t *taskLine) formatLine(index uint64) string {
	if t.done {
		return fmt.Sprintf("task %-3d %s", index, printable.Line(t.note))
	}
	mark := func(org string) string {
		switch {
		case t.revealed[org]:
			return org + "="
		case t.committed[org]:
			return org + "*"
		}
		return org
	}
	var who []string
	if t.first != "" {
		who = append(who, mark(t.first))
	}
	for _, org := range t.second {
		who = append(who, mark(org))
	}
	return printable.Line(fmt.Sprintf("task %-3d %-13s %s  %s", index, t.phase, strings.Join(who, " "), t.note))
}

func (v *ttyView) eraseLines() {
	if v.drawn > 0 {
		fmt.Fprintf(v.out, "\x1b[%dA\x1b[J", v.drawn)
		v.drawn = 0
	}
}

func (v *ttyView) drawLines() {
	v.drawnAt, v.stale = v.now(), false
	indices := make([]uint64, 0, len(v.tasks))
	for i := range v.tasks {
		indices = append(indices, i)
	}
	room := len(indices)
	if v.tally.isBig() || room > maxTaskLines {
		v.tally.size = max(v.tally.size, uint64(room))
		fmt.Fprintln(v.out, v.cutLine(v.tally.text(v.now())))
		v.drawn++
		room = min(room, maxTaskLines-1)
	}
	// If the block cannot hold all tasks, it shows those that failed first, and then those that still run.
	rank := func(t *taskLine) int {
		switch {
		case t.failed:
			return 0
		case !t.done:
			return 1
		}
		return 2
	}
	sort.Slice(indices, func(a, b int) bool {
		if x, y := rank(v.tasks[indices[a]]), rank(v.tasks[indices[b]]); x != y && room < len(indices) {
			return x < y
		}
		return indices[a] < indices[b]
	})
	for _, i := range indices[:room] {
		fmt.Fprintln(v.out, v.cutLine(v.tasks[i].formatLine(i)))
		v.drawn++
	}
	if v.wait != "" {
		fmt.Fprintln(v.out, v.cutLine(v.wait))
		v.drawn++
	}
}

// cutLine cuts a line at the width of the terminal: a wrapped line would break the redraw.
func (v *ttyView) cutLine(line string) string {
	runes := []rune(line)
	if v.width > 1 && len(runes) > v.width-1 {
		return string(runes[:v.width-2]) + "…"
	}
	return line
}

func terminalWidth(out io.Writer) int {
	if file, ok := out.(*os.File); ok {
		if size, err := unix.IoctlGetWinsize(int(file.Fd()), unix.TIOCGWINSZ); err == nil && size.Col > 20 {
			return int(size.Col)
		}
	}
	return 100
}
