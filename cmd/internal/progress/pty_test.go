package progress

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/credence-chain/credence/client"
)

// terminal is a real terminal of the system: what is written to the file that it gives is what a person would see.
type terminal struct {
	*os.File
	lock sync.Mutex
	raw  strings.Builder
}

// newTerminal opens a terminal with a width.
func newTerminal(t *testing.T, width uint16) *terminal {
	t.Helper()
	main, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("this machine has no terminals: %v", err)
	}
	require.NoError(t, unix.IoctlSetPointerInt(int(main.Fd()), unix.TIOCSPTLCK, 0))
	number, err := unix.IoctlGetInt(int(main.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	side, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	require.NoError(t, unix.IoctlSetWinsize(int(side.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: width}))
	term := &terminal{File: side}
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, err := main.Read(buffer)
			if err != nil {
				return
			}
			term.lock.Lock()
			term.raw.Write(buffer[:n])
			term.lock.Unlock()
		}
	}()
	t.Cleanup(func() { side.Close(); main.Close() })
	return term
}

// text returns all that was written.
func (t *terminal) text() string {
	t.lock.Lock()
	defer t.lock.Unlock()
	return strings.ReplaceAll(t.raw.String(), "\r\n", "\n")
}

var painted = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// shown returns the lines on the screen, without colours.
func (t *terminal) shown(tb *testing.T) []string {
	return screen(tb, painted.ReplaceAllString(t.text(), ""))
}

// On a real terminal the last line has a spinner and a clock, which go on without any event. The view draws nothing after its end.
func TestTheClockOfATerminal(t *testing.T) {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "NO_COLOR"} {
		t.Setenv(name, "")
	}
	t.Setenv("LANG", "en_GB.UTF-8")
	t.Setenv("TERM", "xterm")
	term := newTerminal(t, 80)
	v := NewView(term.File, Style{Progress: "auto", Output: "text"})
	v.Observe(client.Event{Kind: client.EventSubmitted, Size: 1, Text: "submitted: request ab"})
	v.Observe(client.Event{Kind: client.EventDrawn, Task: "ab", Wave: 1, Organisation: "amber"})
	require.Eventually(t, func() bool {
		return strings.Contains(term.text(), "⠋ 0s\n") && strings.Contains(term.text(), "⠹ ") && strings.Contains(term.text(), " 1s\n")
	}, 20*time.Second, 20*time.Millisecond, "the spinner turns and the clock ticks")
	require.Eventually(t, func() bool {
		lines := term.shown(t)
		return len(lines) == 3 && strings.HasSuffix(lines[0], "s submitted: request ab") && lines[1] == "amber runs it" && strings.HasSuffix(lines[2], "s")
	}, 20*time.Second, 20*time.Millisecond)
	v.Observe(client.Event{Kind: client.EventStalled, Text: "waiting for the chain for 9s"})
	require.Eventually(t, func() bool {
		lines := term.shown(t)
		return strings.HasSuffix(lines[len(lines)-1], "s, waiting for the chain for 9s")
	}, 20*time.Second, 20*time.Millisecond)
	v.Observe(client.Event{Kind: client.EventEnded, Task: "ab", Result: &client.TaskReport{
		Ending: "ACCEPTED", Verdict: &client.Outcome{Kind: "RESULT", Digest: "sha256:aa"}, Agreed: []string{"amber", "birch"},
	}})
	v.Close()
	v.Close()
	require.Eventually(t, func() bool { lines := term.shown(t); return lines[len(lines)-1] == "verified by amber and birch" }, 20*time.Second, 20*time.Millisecond)
	require.Contains(t, term.text(), "\x1b[32mverified by amber and birch\x1b[0m", "it is green")
	before := term.text()
	time.Sleep(3 * tickEvery)
	require.Equal(t, before, term.text())
}

// NO_COLOR takes the colours away, and nothing else. A terminal without UTF-8 gets a spinner of plain letters. TERM=dumb gets plain lines.
func TestTerminalsWithLess(t *testing.T) {
	end := client.Event{Kind: client.EventEnded, Task: "ab", Result: &client.TaskReport{Ending: "VOID"}}
	play := func(term *terminal) string {
		v := NewView(term.File, Style{Progress: "auto", Output: "text"})
		v.Observe(client.Event{Kind: client.EventSubmitted, Size: 2, Text: "submitted: request ab"})
		v.Observe(end)
		v.Close()
		require.Eventually(t, func() bool { return strings.Contains(term.text(), "the court found no two thirds") }, 20*time.Second, 20*time.Millisecond)
		return term.text()
	}
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "1")
	t.Setenv("LC_ALL", "C")
	plain := play(newTerminal(t, 200))
	require.NotRegexp(t, painted, plain)
	require.Contains(t, plain, "| 0s, 0 of 2 tasks ended\n")
	require.Contains(t, plain, "\x1b[", "it is still redrawn")

	t.Setenv("NO_COLOR", "")
	require.Contains(t, play(newTerminal(t, 200)), "\x1b[31m", "a failure is red")

	t.Setenv("TERM", "dumb")
	require.NotContains(t, play(newTerminal(t, 200)), "\x1b")
}
