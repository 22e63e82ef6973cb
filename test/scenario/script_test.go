// Package scenario plays whole lives of tasks on the in-process chain, with all its modules.
//
// The scripts in testdata are meant to be read: a comment says what it is about, then one step a line, and below each
// step, after "----", what the chain did. Running with
//
//	go test ./test/scenario -run TestScripts -args -rewrite
//
// writes what the chain does now; the difference is then read before it is committed.
package scenario

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var rewrite = flag.Bool("rewrite", false, "write the scripts' output anew")

// step is one command of a script with its expected output, and the comments before it.
type step struct {
	comments []string
	words    []string
	line     string
	output   string
}

// parse reads a script: comments, and commands each followed by "----" and its output up to an empty line.
func parse(text string) (steps []step, rest []string) {
	var comments []string
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		if line == "" || strings.HasPrefix(line, "#") {
			comments = append(comments, line)
			continue
		}
		s := step{comments: comments, words: strings.Fields(line), line: line}
		comments = nil
		if i+1 < len(lines) && lines[i+1] == "----" {
			var out []string
			for i += 2; i < len(lines) && lines[i] != ""; i++ {
				out = append(out, lines[i])
			}
			s.output = strings.Join(out, "\n")
		}
		steps = append(steps, s)
	}
	return steps, comments
}

// print is the inverse of parse.
func print(steps []step, rest []string) string {
	var b strings.Builder
	for i, s := range steps {
		comments := s.comments
		if i > 0 && s.output+steps[i-1].output != "" && (len(comments) == 0 || comments[0] != "") {
			comments = append([]string{""}, comments...)
		}
		for _, c := range comments {
			fmt.Fprintln(&b, c)
		}
		fmt.Fprintln(&b, s.line)
		if s.output != "" {
			fmt.Fprintf(&b, "----\n%s\n", s.output)
		}
	}
	for _, c := range rest {
		fmt.Fprintln(&b, c)
	}
	return b.String()
}

func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			bz, err := os.ReadFile(file)
			require.NoError(t, err)
			steps, rest := parse(string(bz))
			s := newStage(t)
			for i := range steps {
				got := s.play(steps[i])
				if *rewrite {
					steps[i].output = got
					continue
				}
				require.Equal(t, steps[i].output, got, "after: %s", steps[i].line)
			}
			if s.chain != nil {
				s.chain.CheckBooks()
				require.Equal(t, s.chain.AppHash(), s.chain.Replay(), "another node reaches the same state")
			}
			if *rewrite {
				require.NoError(t, os.WriteFile(file, []byte(print(steps, rest)), 0o644))
			}
		})
	}
}

func TestParse(t *testing.T) {
	text := "# about\nworkers 3\nblock\n----\nsomething\nmore\n\n# then\nrun\n----\nended\n"
	steps, rest := parse(text)
	require.Len(t, steps, 3)
	require.Equal(t, "something\nmore", steps[1].output)
	require.Equal(t, text, strings.Replace(print(steps, rest), "workers 3\n\nblock", "workers 3\nblock", 1))
}
