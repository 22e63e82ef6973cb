package docs

import (
	"fmt"
	"regexp"
	"strings"
)

// block is a fenced block of a page that is run, and what its output has to show.
type block struct {
	page string
	line int
	code string
	// shows are lines of which each must be in the output, in this order. "..." stands for anything within a line, and what differs from
	// run to run (see varying) for anything of its kind.
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

// varying are the parts of a line that differ from run to run, so that a page can show what a command really printed: ids and digests,
// times, heights, sizes, amounts, local ports, and the organisations of a devnet, which are drawn. Other numbers are compared as they are.
var varying = []struct {
	kind string
	of   *regexp.Regexp
}{
	{"<worker>", regexp.MustCompile(`\b(amber|birch|cedar|delta|ember|fjord|grove)\b`)},
	{"<id>", regexp.MustCompile(`\b[0-9a-f]{12,64}\b`)},
	{"<seconds>", regexp.MustCompile(`\b[0-9]+(\.[0-9]+)?s\b`)},
	{"<time>", regexp.MustCompile(`\b20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}\b`)},
	{"height <height>", regexp.MustCompile(`\bheight [0-9]+\b`)},
	{"<size> bytes", regexp.MustCompile(`\b[0-9]+ bytes\b`)},
	{"127.0.0.1:<port>", regexp.MustCompile(`\b127\.0\.0\.1:[0-9]+\b`)},
	{"<amount>", regexp.MustCompile(`\b[0-9]+(\.[0-9]+)? CRED\b`)},
}

// normal returns a line with one space between its words and with the varying parts replaced by their kinds.
func normal(line string) string {
	line = strings.Join(strings.Fields(line), " ")
	for _, v := range varying {
		line = v.of.ReplaceAllString(line, v.kind)
	}
	return line
}

// like says whether a line is as a pattern, in which "..." stands for anything.
func like(pattern, line string) bool {
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
