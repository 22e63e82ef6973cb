// Package termtest is a terminal for tests. Only tests import it.
package termtest

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// Terminal is a real terminal of the system: what is written to the file that it gives is what a person would see.
type Terminal struct {
	*os.File
	width int
	lock  sync.Mutex
	raw   strings.Builder
}

// Open opens a terminal with a width.
func Open(t *testing.T, width uint16) *Terminal {
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
	term := &Terminal{File: side, width: int(width)}
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

// Text returns all that was written.
func (t *Terminal) Text() string {
	t.lock.Lock()
	defer t.lock.Unlock()
	return strings.ReplaceAll(t.raw.String(), "\r\n", "\n")
}

// Painted matches what begins or ends a colour.
var Painted = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// Shown returns the rows on the screen, without colours.
func (t *Terminal) Shown(tb testing.TB) []string {
	return Screen(tb, Painted.ReplaceAllString(t.Text(), ""), t.width)
}

// Screen returns the rows that a terminal of a width shows after these bytes. It knows cursor up and erase below. A line that is longer than
// the terminal is wide takes several rows.
func Screen(t testing.TB, raw string, width int) []string {
	t.Helper()
	var rows []string
	for raw != "" {
		if strings.HasPrefix(raw, "\x1b[") {
			var up int
			_, err := fmt.Sscanf(raw, "\x1b[%dA\x1b[J", &up)
			require.NoError(t, err)
			require.LessOrEqual(t, up, len(rows), "the cursor leaves what was written")
			rows = rows[:len(rows)-up]
			raw = raw[strings.Index(raw, "J")+1:]
			continue
		}
		line, rest, _ := strings.Cut(raw, "\n")
		runes := []rune(line)
		for len(runes) > width {
			rows, runes = append(rows, string(runes[:width])), runes[width:]
		}
		rows, raw = append(rows, string(runes)), rest
	}
	return rows
}
