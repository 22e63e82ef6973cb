// Package scenario plays whole lives of tasks on the in-process chain, with all its modules.
//
// The scripts in testdata are meant to be read. A comment says what a script is about. Then come steps, one a line, and
// below them, after "----", what the chain did. The files have the format of cockroachdb/datadriven. A directive is one or
// more steps without an empty line between them. The output of all its steps stands below the last. This command:
//
//	go test ./test/scenario -run TestScripts -args -rewrite
//
// writes the present output of the chain. Read the difference before you commit it.
package scenario

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"
)

// step is one line of a script.
type step struct {
	line  string
	words []string
}

// readSteps returns the steps of a directive: its first line, and the lines that datadriven calls its input.
func readSteps(d *datadriven.TestData) (steps []step) {
	for _, line := range append([]string{d.FullCmd()}, strings.Split(d.Input, "\n")...) {
		if words := strings.Fields(line); len(words) > 0 {
			steps = append(steps, step{line: strings.TrimSpace(line), words: words})
		}
	}
	return steps
}

// playScript plays a script on a chain of its own, and fails where the chain differs from the script. If after is given, it is called after
// each step.
func playScript(t *testing.T, path string, after func(s *stage)) *stage {
	t.Helper()
	s := newStage(t)
	datadriven.RunTest(t, path, func(_ *testing.T, d *datadriven.TestData) string {
		var out []string
		for _, st := range readSteps(d) {
			if did := s.play(st); did != "" {
				out = append(out, did)
			}
			if after != nil {
				after(s)
			}
		}
		return strings.Join(out, "\n")
	})
	return s
}

func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			s := playScript(t, file, nil)
			if s.chain != nil {
				s.chain.CheckBooks()
				require.Equal(t, s.chain.AppHash(), s.chain.Replay(), "another node reaches the same state")
			}
		})
	}
}

// TestReadSteps: a directive has all of its lines in their order. They include the words that datadriven takes for arguments.
func TestReadSteps(t *testing.T) {
	var got [][]step
	datadriven.RunTestFromString(t, strings.Join([]string{
		"# about", "workers 3", "slots  2", "----", "", "submit trust=10 tags=a,b size=", "----", "----", "one", "", "two", "----", "----", "",
	}, "\n"), func(_ *testing.T, d *datadriven.TestData) string {
		got = append(got, readSteps(d))
		return d.Expected
	})
	require.Equal(t, [][]step{
		{{line: "workers 3", words: []string{"workers", "3"}}, {line: "slots  2", words: []string{"slots", "2"}}},
		{{line: "submit trust=10 tags=a,b size=", words: []string{"submit", "trust=10", "tags=a,b", "size="}}},
	}, got)
}
