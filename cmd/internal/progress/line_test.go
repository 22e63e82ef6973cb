package progress

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
)

// After each event the line of a task says how far the task is.
func TestLineOfATask(t *testing.T) {
	l := &taskLine{}
	l.drawAgain()
	for _, step := range []struct {
		event client.Event
		want  string
	}{
		{client.Event{Kind: client.EventDrawn, Wave: 1, Organisation: "amber"}, "task 7   wave 1 runs   amber  "},
		{client.Event{Kind: client.EventSilent, Text: "amber is late"}, "task 7   wave 1 runs   amber  amber is late"},
		{client.Event{Kind: client.EventRetried}, "task 7   drawing again   amber is late"},
		{client.Event{Kind: client.EventDrawn, Wave: 1, Organisation: "birch"}, "task 7   wave 1 runs   birch  amber is late"},
		{client.Event{Kind: client.EventCommitted, Organisation: "birch"}, "task 7   wave 1 runs   birch*  amber is late"},
		{client.Event{Kind: client.EventPlanned}, "task 7   wave 1 runs   birch*  amber is late"},
		{client.Event{Kind: client.EventDrawn, Wave: 2, Organisation: "cedar"}, "task 7   wave 2 runs   birch* cedar  amber is late"},
		{client.Event{Kind: client.EventDrawn, Wave: 3, Organisation: "delta"}, "task 7   wave 3 runs   birch* cedar delta  amber is late"},
		{client.Event{Kind: client.EventRevealing}, "task 7   revealing     birch* cedar delta  amber is late"},
		{client.Event{Kind: client.EventRevealed, Organisation: "birch"}, "task 7   revealing     birch= cedar delta  amber is late"},
		{client.Event{Kind: client.EventTurn, Gate: "wait"}, "task 7   ledgers: wait birch= cedar delta  amber is late"},
		{client.Event{Kind: client.EventCourt}, "task 7   court         birch= cedar delta  amber is late"},
		{client.Event{Kind: client.EventCommitted, InCourt: true, Organisation: "delta"}, "task 7   the court runs birch= cedar delta  amber is late"},
		{client.Event{Kind: client.EventRevealed, InCourt: true, Organisation: "cedar"}, "task 7   the court runs birch= cedar delta  amber is late"},
		{client.Event{Kind: client.EventEnded, Text: "it is over"}, "task 7   it is over"},
		{client.Event{Kind: client.EventDownloaded}, "task 7   it is over; here"},
	} {
		l.takePhase(step.event)
		l.takeNote(step.event)
		require.Equal(t, step.want, l.formatLine(7), step.event.Kind)
	}
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
