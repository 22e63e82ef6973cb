package cli

import (
	"io"
	"os"

	"github.com/mattn/go-isatty"
	"golang.org/x/sys/unix"
)

// IsTerminal says whether a writer is a terminal.
func IsTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	return ok && isatty.IsTerminal(file.Fd())
}

// TerminalWidth returns the columns of a terminal; 100 where they are not known.
func TerminalWidth(out io.Writer) int {
	if file, ok := out.(*os.File); ok {
		if size, err := unix.IoctlGetWinsize(int(file.Fd()), unix.TIOCGWINSZ); err == nil && size.Col > 20 {
			return int(size.Col)
		}
	}
	return 100
}

// CutLine cuts a line that is redrawn at the width of its terminal: a line that wraps takes more rows than the redraw goes up.
func CutLine(line string, width int) string {
	if runes := []rune(line); width > 1 && len(runes) > width-1 {
		return string(runes[:width-2]) + "…"
	}
	return line
}
