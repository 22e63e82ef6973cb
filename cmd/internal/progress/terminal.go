package progress

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
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
	if e.Kind != client.EventWorking { // workers answer while the chain makes no blocks, too
		v.wait = ""
	}
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
