package progress

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
)

// After each event the line of a task says how far the task is.
func TestLineOfATask(t *testing.T) {
	l := &taskLine{}
	l.drawAgain()
	for _, step := range []struct {
		event client.Event
		want  string
	}{
		{client.Event{Kind: client.EventDrawn, Wave: 1, Organisation: "amber"}, "task 7   amber runs it"},
		{client.Event{Kind: client.EventSilent, Text: "amber is late"}, "task 7   amber runs it; amber is late"},
		{client.Event{Kind: client.EventRetried}, "task 7   waits for a worker; amber is late"},
		{client.Event{Kind: client.EventDrawn, Wave: 1, Organisation: "birch"}, "task 7   birch runs it; amber is late"},
		{client.Event{Kind: client.EventCommitted, Wave: 1, Organisation: "birch"}, "task 7   birch has locked its answer; others will run it too; amber is late"},
		{client.Event{Kind: client.EventPlanned}, "task 7   birch has locked its answer; others will run it too; amber is late"},
		{client.Event{Kind: client.EventDrawn, Wave: 2, Organisation: "cedar"}, "task 7   birch has locked its answer; cedar runs it; amber is late"},
		{client.Event{Kind: client.EventDrawn, Wave: 2, Organisation: "delta"}, "task 7   birch has locked its answer; cedar and delta run it; amber is late"},
		{client.Event{Kind: client.EventCommitted, Organisation: "cedar"}, "task 7   birch and cedar have locked their answers; delta runs it; amber is late"},
		{client.Event{Kind: client.EventCommitted, Organisation: "delta"}, "task 7   birch, cedar and delta have locked their answers; amber is late"},
		{client.Event{Kind: client.EventRevealing}, "task 7   all answers are locked; birch, cedar and delta open theirs now; amber is late"},
		{client.Event{Kind: client.EventRevealed, Organisation: "birch"}, "task 7   birch has opened its answer; cedar and delta not yet; amber is late"},
		{client.Event{Kind: client.EventRevealed, Organisation: "cedar"}, "task 7   birch and cedar have opened their answers; delta not yet; amber is late"},
		{client.Event{Kind: client.EventDrawn, Wave: 3, Organisation: "ember"}, "task 7   birch, cedar and delta have locked their answers; ember runs it; amber is late"},
		{client.Event{Kind: client.EventTurn, Gate: "open"}, "task 7   birch, cedar and delta have locked their answers; ember runs it; amber is late"},
		{client.Event{Kind: client.EventTurn, Gate: "wait"}, "task 7   all agree; it ends once earlier tasks have; amber is late"},
		{client.Event{Kind: client.EventCourt}, "task 7   the court of validators runs it; amber is late"},
		{client.Event{Kind: client.EventCommitted, InCourt: true, Organisation: "delta"}, "task 7   the court of validators runs it; amber is late"},
		{client.Event{Kind: client.EventRevealed, InCourt: true, Organisation: "cedar"}, "task 7   the court of validators runs it; amber is late"},
		{client.Event{Kind: client.EventEnded, Text: "it is over"}, "task 7   it is over"},
		{client.Event{Kind: client.EventDownloaded}, "task 7   it is over; its result is here"},
	} {
		l.takePhase(step.event)
		l.takeNote(step.event, cli.PlainText)
		require.Equal(t, step.want, l.formatLine(7, false), step.event.Kind)
	}
	require.Equal(t, "it is over; its result is here", l.formatLine(0, true), "the only task has no number")
}

// No text of a node leaves the line of its task or acts on the terminal, in any field.
func TestLinesOfHostileNodes(t *testing.T) {
	const hostile = "\x1b[2J\nforged\u202e"
	var out bytes.Buffer
	v := newTTYView(&out, 0)
	v.now = func() time.Time { return time.Unix(0, 0) }
	for _, e := range []client.Event{
		{Kind: client.EventDrawn, Wave: 1, Organisation: hostile}, {Kind: client.EventDrawn, Wave: 2, Organisation: hostile}, {Kind: client.EventTurn, Gate: hostile},
		{Kind: client.EventWaiting, Text: hostile}, {Kind: client.EventCourt, Text: hostile}, {Kind: client.EventStalled, Text: hostile},
	} {
		e.Task = "ab"
		out.Reset()
		v.drawn = 0 // so that the view itself writes no control characters
		v.Observe(e)
		require.Contains(t, out.String(), "forged", e.Kind)
		require.NotContains(t, out.String(), "\x1b", e.Kind)
		require.NotContains(t, out.String(), "\nforged", e.Kind)
		require.NotContains(t, out.String(), "\u202e", e.Kind)
	}
}
