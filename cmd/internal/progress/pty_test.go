package progress

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/termtest"
)

// On a real terminal the last line has a spinner and a clock, which go on without any event. The view draws nothing after its end.
func TestTheClockOfATerminal(t *testing.T) {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "NO_COLOR"} {
		t.Setenv(name, "")
	}
	t.Setenv("LANG", "en_GB.UTF-8")
	t.Setenv("TERM", "xterm")
	term := termtest.Open(t, 80)
	v := NewView(term.File, Style{Progress: "auto", Output: "text"})
	v.Observe(client.Event{Kind: client.EventSubmitted, Size: 1, Text: "submitted: request ab"})
	v.Observe(client.Event{Kind: client.EventDrawn, Task: "ab", Wave: 1, Organisation: "amber"})
	require.Eventually(t, func() bool {
		return strings.Contains(term.Text(), "⠋ 0s\n") && strings.Contains(term.Text(), "⠹ ") && strings.Contains(term.Text(), " 1s\n")
	}, 20*time.Second, 20*time.Millisecond, "the spinner turns and the clock ticks")
	require.Eventually(t, func() bool {
		lines := term.Shown(t)
		return len(lines) == 3 && strings.HasSuffix(lines[0], "s submitted: request ab") && lines[1] == "amber runs it" && strings.HasSuffix(lines[2], "s")
	}, 20*time.Second, 20*time.Millisecond)
	v.Observe(client.Event{Kind: client.EventStalled, Text: "waiting for the chain for 9s"})
	require.Eventually(t, func() bool {
		lines := term.Shown(t)
		return strings.HasSuffix(lines[len(lines)-1], "s, waiting for the chain for 9s")
	}, 20*time.Second, 20*time.Millisecond)
	v.Observe(client.Event{Kind: client.EventEnded, Task: "ab", Result: &client.TaskReport{
		Ending: "ACCEPTED", Verdict: &client.Outcome{Kind: "RESULT", Digest: "sha256:aa"}, Agreed: []string{"amber", "birch"},
	}})
	v.Close()
	v.Close()
	// The terminal is read in the background: once it shows what comes after the view, it shows the whole view.
	_, err := term.File.WriteString("the view is closed\n")
	require.NoError(t, err)
	require.Eventually(t, func() bool { return strings.Contains(term.Text(), "the view is closed\n") }, 20*time.Second, 20*time.Millisecond)
	lines := term.Shown(t)
	require.Equal(t, []string{"verified by amber and birch", "the view is closed"}, lines[len(lines)-2:])
	require.Contains(t, term.Text(), "\x1b[32mverified by amber and birch\x1b[0m", "it is green")
	before := term.Text()
	time.Sleep(3 * tickEvery)
	require.Equal(t, before, term.Text())
}

// NO_COLOR takes the colours away, and nothing else. A terminal without UTF-8 gets a spinner of plain letters. TERM=dumb gets plain lines.
func TestTerminalsWithLess(t *testing.T) {
	end := client.Event{Kind: client.EventEnded, Task: "ab", Result: &client.TaskReport{Ending: "VOID"}}
	play := func(term *termtest.Terminal) string {
		v := NewView(term.File, Style{Progress: "auto", Output: "text"})
		v.Observe(client.Event{Kind: client.EventSubmitted, Size: 2, Text: "submitted: request ab"})
		v.Observe(end)
		v.Close()
		require.Eventually(t, func() bool { return strings.Contains(term.Text(), "the court found no two thirds") }, 20*time.Second, 20*time.Millisecond)
		return term.Text()
	}
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "1")
	t.Setenv("LC_ALL", "C")
	plain := play(termtest.Open(t, 200))
	require.NotRegexp(t, termtest.Painted, plain)
	require.Contains(t, plain, "| 0s, 0 of 2 tasks ended\n")
	require.Contains(t, plain, "\x1b[", "it is still redrawn")

	t.Setenv("NO_COLOR", "")
	require.Contains(t, play(termtest.Open(t, 200)), "\x1b[31m", "a failure is red")

	t.Setenv("TERM", "dumb")
	require.NotContains(t, play(termtest.Open(t, 200)), "\x1b")
}
