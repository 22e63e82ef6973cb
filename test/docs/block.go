package docs

import (
	"fmt"
	"strings"
)

// block is a fenced block of a page that is run, and what its output has to show.
type block struct {
	page string
	line int
	code string
	// shows are lines of which each must be in the output, in this order; "..." stands for anything within a line.
	shows []string
}

func (b block) String() string { return fmt.Sprintf("%s:%d", b.page, b.line) }

// Markers in the text of a page. The first precedes a block that is run, the second one with what it prints.
const (
	markRun    = "<!-- run -->"
	markOutput = "<!-- output -->"
	fence      = "```"
)

// blocksOf finds the blocks of a page that are run, in order.
func blocksOf(page, text string) ([]block, error) {
	var out []block
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		mark := strings.TrimSpace(lines[i])
		if mark != markRun && mark != markOutput {
			continue
		}
		if i+1 == len(lines) || !strings.HasPrefix(lines[i+1], fence) {
			return nil, fmt.Errorf("%s:%d: %s: expected a fenced block in the next line", page, i+1, mark)
		}
		begin := i + 2
		end := begin
		for end < len(lines) && lines[end] != fence {
			end++
		}
		if end == len(lines) {
			return nil, fmt.Errorf("%s:%d: the block has no end", page, begin)
		}
		if mark == markRun {
			out = append(out, block{page: page, line: begin + 1, code: strings.Join(lines[begin:end], "\n")})
		} else if len(out) == 0 {
			return nil, fmt.Errorf("%s:%d: output of nothing", page, begin)
		} else {
			out[len(out)-1].shows = lines[begin:end]
		}
		i = end
	}
	return out, nil
}

// lacks returns the first of the lines that an output does not show after those before it; "" when it shows all.
func (b block) lacks(output string) string {
	got := strings.Split(output, "\n")
	for _, want := range b.shows {
		if strings.TrimSpace(want) == "" || strings.TrimSpace(want) == "..." {
			continue
		}
		i := 0
		for i < len(got) && !like(want, got[i]) {
			i++
		}
		if i == len(got) {
			return want
		}
		got = got[i+1:]
	}
	return ""
}

// like says whether a line is as a pattern, with runs of spaces taken for one and "..." for anything.
func like(pattern, line string) bool {
	normal := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	parts := strings.Split(normal(pattern), "...")
	line = normal(line)
	last := len(parts) - 1
	if last == 0 {
		return line == parts[0]
	}
	line, found := strings.CutPrefix(line, parts[0])
	for _, p := range parts[1:last] {
		if found {
			_, line, found = strings.Cut(line, p)
		}
	}
	return found && strings.HasSuffix(line, parts[last])
}
