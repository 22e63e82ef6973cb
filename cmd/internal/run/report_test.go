package run

import (
	"bytes"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/progress"
)

// TestNothingOfAProgramIsPrintedRaw: a program chooses the names of its result files. It cannot forge a line of ours with them.
func TestNothingOfAProgramIsPrintedRaw(t *testing.T) {
	names := []string{"\x1b[31mred", "a\nVerdict   1 of 1 accepted", "tab\t", "\u202ertl", "\x7f", "\u009b2J", "plain.txt"}
	task := &client.TaskReport{ID: strings.Repeat("ab", 32), Ending: "ACCEPTED", Verdict: &client.Outcome{Kind: "RESULT"}, Agreed: []string{"north"}, Dir: "out", Files: names}
	for n := range names {
		task.Files = names[:n+1]
		var out bytes.Buffer
		PrintReport(&out, &client.Report{Tasks: []*client.TaskReport{task}, Accepted: 1}, n%2 == 0)
		for _, v := range []progress.View{progress.NewView(&out, progress.Style{Progress: "plain", Output: "text"}), progress.NewView(&out, progress.Style{Progress: "plain", Output: "json"})} {
			v.Observe(client.Event{Kind: client.EventDownloaded, Task: task.ID, Text: "downloaded: " + strings.Join(task.Files, ", "), Result: task})
		}
		require.NotContains(t, strings.ReplaceAll(out.String(), "\n", ""), "\x1b")
		for line := range strings.Lines(out.String()) {
			line = strings.TrimSuffix(line, "\n")
			require.False(t, strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }), "%q", line)
		}
		require.Equal(t, 1, strings.Count("\n"+out.String(), "\nVerdict   "), out.String())
	}
}

func TestReportOfNothing(t *testing.T) {
	empty := func(dir string) *client.TaskReport {
		return &client.TaskReport{ID: strings.Repeat("ab", 32), Ending: "ACCEPTED", Verdict: &client.Outcome{Kind: "RESULT"}, Agreed: []string{"north"}, Dir: dir}
	}
	var out bytes.Buffer
	PrintReport(&out, &client.Report{Tasks: []*client.TaskReport{empty("out")}, Accepted: 1}, false)
	require.Contains(t, out.String(), "Result    no file: the program wrote nothing below /out\n")
	out.Reset()
	PrintReport(&out, &client.Report{Tasks: []*client.TaskReport{empty("")}, Accepted: 1}, false)
	require.NotContains(t, out.String(), "Result", "what was not downloaded is not known to be empty")
}

// The report of a bag groups the tasks that ended alike, and lists their numbers.
func TestReportOfABag(t *testing.T) {
	report := &client.Report{Accepted: 2}
	for i := range uint64(20) {
		task := &client.TaskReport{ID: strings.Repeat("ab", 32), Index: i, Ending: "TOO_FEW_ORGANISATIONS"}
		if i == 3 {
			task.Ending, task.Verdict, task.Reason, task.ExitCode = "ACCEPTED", &client.Outcome{Kind: "APP_FAILED", Digest: "sha256:aa"}, "exit", 3
		}
		if i == 4 {
			task.Ending, task.Verdict = "ACCEPTED", &client.Outcome{Kind: "RESULT", Digest: "sha256:bb"}
		}
		report.Tasks = append(report.Tasks, task)
	}
	var out bytes.Buffer
	PrintReport(&out, report, false)
	require.Equal(t, 1, strings.Count(out.String(), "too few organisations"))
	require.Contains(t, out.String(), "18 tasks (0, 1, 2, 5, 6, 7, 8, 9, 10, 11, and 8 more): ")
	require.Contains(t, out.String(), "task 3 (abababababab): ")
	require.NotContains(t, out.String(), "sha256:bb")
}
