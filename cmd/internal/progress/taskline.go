package progress

import (
	"fmt"
	"strings"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
)

// taskLine is how far a task is.
type taskLine struct {
	phase     phase
	first     string
	second    []string
	committed map[string]bool
	revealed  map[string]bool
	note      string
	says      string // what the workers say that they do, until there is other news of the task
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
	t.says = ""
	switch e.Kind {
	case client.EventEnded:
		t.note, t.done, t.failed = words(e), true, isFailure(e)
	case client.EventDownloaded:
		t.note += "; its result is here"
	case client.EventSilent, client.EventWaiting:
		t.note = e.Text
	case client.EventWorking:
		t.says = e.Text
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
		if t.says != "" {
			text += "; " + t.says
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
		switch {
		case len(others) == 0:
			return "all answers are open"
		case len(opened) == 0:
			return "all answers are locked; " + cli.JoinNames(others) + " " + oneOrMany(others, "opens its answer now", "open theirs now")
		}
		return answers(opened, "opened") + "; " + cli.JoinNames(others) + " not yet"
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
