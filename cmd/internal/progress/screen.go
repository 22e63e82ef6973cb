package progress

import (
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/credence-chain/credence/internal/cli"
)

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
	line = cli.CutLine(line, v.width)
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
