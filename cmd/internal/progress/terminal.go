package progress

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
)

// ttyView shows a block of lines that it redraws: for a big bag a line about the whole, a line for each task, and a last line with a
// spinner, the time, and how long it may take. While the chain makes no blocks, the last line says so. Events about the whole run scroll
// away above the block.
type ttyView struct {
	out     io.Writer
	width   int
	begin   time.Time
	now     func() time.Time
	verbose bool
	colours cli.Colours

	lock  sync.Mutex // the clock redraws the block between events
	tasks map[uint64]*taskLine
	tally tally
	pace  pace
	wait  string // text while the chain makes no blocks; it counts the time, in the last line of the block
	drawn int    // lines of the block that are on the screen
	text  bytes.Buffer

	drawnAt time.Time
	stale   bool // an event came after the block was drawn

	live   bool // there is a clock, and the block has a last line
	frame  int  // the picture of the spinner
	ended  chan struct{}
	closed bool
}

// tickEvery is the time between two pictures of the spinner.
const tickEvery = 125 * time.Millisecond

// start lets the clock tick until the view is closed.
func (v *ttyView) start() {
	v.live, v.ended = true, make(chan struct{})
	go func() {
		ticker := time.NewTicker(tickEvery)
		defer ticker.Stop()
		for {
			select {
			case <-v.ended:
				return
			case <-ticker.C:
				v.tick()
			}
		}
	}()
}

// tick redraws the block with the next picture of the spinner.
func (v *ttyView) tick() {
	v.lock.Lock()
	defer v.lock.Unlock()
	if v.closed {
		return
	}
	v.frame++
	v.eraseLines()
	v.drawLines()
	v.flush()
}

// flush writes what was drawn at once, so that the terminal never shows half of it.
func (v *ttyView) flush() {
	_, _ = v.out.Write(v.text.Bytes())
	v.text.Reset()
}

// drawEvery is how often the block of a big bag is redrawn. Sorting its tasks for every event would take longer than the events themselves.
const drawEvery = 100 * time.Millisecond

// taskLine is how far a task is.
type taskLine struct {
	phase     phase
	first     string
	second    []string
	committed map[string]bool
	revealed  map[string]bool
	note      string
	done      bool
	failed    bool
}

// phase is what goes on in a task.
type phase int

const (
	phaseRuns phase = iota
	phaseOpens
	phaseWaits
	phaseCourt
)

// maxTaskLines bounds the block, so that the block never scrolls off the screen.
const maxTaskLines = 18

func newTTYView(out io.Writer, width int) *ttyView {
	return &ttyView{out: out, width: width, begin: time.Now(), now: time.Now, tasks: map[uint64]*taskLine{}}
}

func (v *ttyView) Observe(e client.Event) {
	if e.Kind == client.EventFinished {
		return
	}
	v.lock.Lock()
	defer v.lock.Unlock()
	now := v.now()
	v.tally.take(e, now)
	v.pace.take(e, now)
	if v.waitsToDraw(e) {
		v.takeEvent(e)
		v.stale = true
		return
	}
	defer v.flush()
	v.eraseLines()
	if e.Kind == client.EventStalled {
		v.wait = v.tally.line(e, v.verbose)
		v.drawLines()
		return
	}
	v.wait = ""
	if line := v.tally.line(e, v.verbose); v.isKept(e) && line != "" {
		line = fmt.Sprintf("%6.1fs %s", v.now().Sub(v.begin).Seconds(), line) // it is not redrawn, so that it may be longer than a line
		if isFailure(e) {
			line = v.colours.Bad(line)
		} else if isTrouble(e) {
			line = v.colours.Odd(line)
		}
		fmt.Fprintln(&v.text, line)
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
	v.lock.Lock()
	defer v.lock.Unlock()
	if v.closed {
		return
	}
	if v.closed = true; v.live {
		close(v.ended)
	}
	if v.stale || v.live {
		v.live = false
		v.eraseLines()
		v.drawLines()
		v.flush()
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
	t.takeNote(e, cli.Words(v.verbose))
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
		t.phase = phaseRuns
	case client.EventDrawn:
		t.takeDrawn(e)
	case client.EventCommitted:
		if e.InCourt {
			t.phase = phaseCourt
		} else {
			t.committed[e.Organisation] = true
		}
	case client.EventRevealing:
		t.phase = phaseOpens
	case client.EventRevealed:
		if !e.InCourt {
			t.committed[e.Organisation], t.revealed[e.Organisation] = true, true
		}
	case client.EventTurn:
		if e.Gate == "wait" {
			t.phase = phaseWaits
		}
	case client.EventCourt:
		t.phase = phaseCourt
	}
}

// takeDrawn records a worker that was drawn: the first, or one that checks the first.
func (t *taskLine) takeDrawn(e client.Event) {
	t.phase = phaseRuns
	if e.Wave == 1 {
		t.first = e.Organisation
		return
	}
	t.second = append(t.second, e.Organisation)
}

// takeNote records the note after the phase: a wait, or how the task ended.
func (t *taskLine) takeNote(e client.Event, words func(client.Event) string) {
	switch e.Kind {
	case client.EventEnded:
		t.note, t.done, t.failed = words(e), true, isFailure(e)
	case client.EventDownloaded:
		t.note += "; its result is here"
	case client.EventSilent, client.EventWaiting:
		t.note = e.Text
	}
}

// formatLine returns a task on one line. Texts from a node are escaped, so that they stay on the line. The only task of a run has no
// number.
func (t *taskLine) formatLine(index uint64, alone bool) string {
	text := t.note
	if !t.done {
		text = t.stateText()
		if t.note != "" {
			text += "; " + t.note
		}
	}
	if !alone {
		text = fmt.Sprintf("task %-3d %s", index, text)
	}
	return printable.Line(text)
}

// stateText says what goes on in a task, and who runs it.
func (t *taskLine) stateText() string {
	var all []string
	if t.first != "" {
		all = append(all, t.first)
	}
	all = append(all, t.second...)
	switch {
	case t.phase == phaseCourt:
		return "the court of validators runs it"
	case t.phase == phaseWaits:
		return "all agree; it ends once earlier tasks have"
	case len(all) == 0:
		return "waits for a worker"
	case t.phase == phaseOpens:
		opened, others := split(all, t.revealed)
		if len(others) == 0 {
			return "all answers are open"
		}
		return strings.TrimPrefix(answers(opened, "opened")+"; "+cli.JoinNames(others)+" not yet", "; ")
	}
	locked, running := split(all, t.committed)
	text := answers(locked, "locked")
	switch {
	case len(running) > 0:
		text += "; " + cli.JoinNames(running) + " " + oneOrMany(running, "runs it", "run it")
	case len(t.second) == 0:
		text += "; others will run it too"
	}
	return strings.TrimPrefix(text, "; ")
}

// answers says of organisations that they locked or opened their answers; "" for none.
func answers(orgs []string, did string) string {
	if len(orgs) == 0 {
		return ""
	}
	return cli.JoinNames(orgs) + " " + oneOrMany(orgs, "has "+did+" its answer", "have "+did+" their answers")
}

func oneOrMany(list []string, one, many string) string {
	if len(list) == 1 {
		return one
	}
	return many
}

// split returns the names that are in a set, and those that are not.
func split(names []string, set map[string]bool) (in, out []string) {
	for _, name := range names {
		if set[name] {
			in = append(in, name)
		} else {
			out = append(out, name)
		}
	}
	return in, out
}

func (v *ttyView) eraseLines() {
	if v.drawn > 0 {
		fmt.Fprintf(&v.text, "\x1b[%dA\x1b[J", v.drawn)
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
		v.drawLine(v.tally.text(v.now()), nil)
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
		t := v.tasks[i]
		paint := v.colours.Good
		switch {
		case t.failed:
			paint = v.colours.Bad
		case !t.done:
			paint = nil
		}
		v.drawLine(t.formatLine(i, v.tally.isAlone()), paint)
	}
	if last := v.lastLine(); last != "" {
		v.drawLine(last, nil)
	}
}

// drawLine adds a line to the block. paint may be nil.
func (v *ttyView) drawLine(line string, paint func(string) string) {
	line = v.cutLine(line)
	if paint != nil {
		line = paint(line)
	}
	fmt.Fprintln(&v.text, line)
	v.drawn++
}

// lastLine returns the line with the spinner. Without a clock it says only that the chain makes no blocks.
func (v *ttyView) lastLine() string {
	if !v.live {
		return v.wait
	}
	pictures := spinner()
	now := v.now()
	line := pictures[v.frame%len(pictures)] + " " + now.Sub(v.begin).Round(time.Second).String()
	if v.wait != "" {
		return line + ", " + v.wait
	}
	if v.tally.size > 1 && !v.tally.isBig() {
		line += fmt.Sprintf(", %d of %d tasks ended", v.tally.ended, v.tally.size)
	}
	if left := v.leftText(now); left != "" {
		line += ", " + left
	}
	return line
}

// leftText says how long the run may take, as far as that is known: by the tasks that ended, or by the first run of a task.
func (v *ttyView) leftText(now time.Time) string {
	left, known := v.tally.left(now)
	if !known {
		left, known = v.pace.left(now)
	}
	if left = left.Round(time.Second); !known || left <= 0 {
		return ""
	}
	return fmt.Sprintf("about %s left", left)
}

// spinner returns the pictures of the spinner, in letters where the terminal is not known to show others.
func spinner() []string {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := os.Getenv(name); value != "" {
			if strings.Contains(strings.ToUpper(strings.ReplaceAll(value, "-", "")), "UTF8") {
				return strings.Split("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", "")
			}
			break
		}
	}
	return strings.Split(`|/-\`, "")
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
