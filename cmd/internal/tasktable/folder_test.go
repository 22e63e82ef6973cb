package tasktable_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/tasktable"
)

// Texts that a program chose stay in their cells, and do not act on a terminal that shows the table.
func TestHostileCells(t *testing.T) {
	const hostile = "\x1b[2J,\"\nforged\u202e"
	dir := t.TempDir()
	table := tasktable.New(dir, nil, [][]string{nil, nil, nil})
	table.Observe(client.Event{Kind: client.EventSubmitted})
	table.Observe(ended(0, client.TaskReport{ID: "11", Ending: "ACCEPTED", Verdict: &client.Outcome{Kind: "RESULT"}, Dir: dir, Files: []string{hostile}}))
	table.Observe(ended(1, client.TaskReport{ID: "22", Ending: "ACCEPTED", Verdict: &client.Outcome{Kind: "APP_FAILED"}, Reason: hostile}))
	table.Observe(ended(2, client.TaskReport{ID: "33", Ending: "ACCEPTED", Verdict: &client.Outcome{Kind: "RESULT"}, DownloadError: hostile}))
	require.NoError(t, table.Close())
	text, err := os.ReadFile(table.Path())
	require.NoError(t, err)
	require.Equal(t, 4, strings.Count(string(text), "\n"))
	require.Equal(t, 3, strings.Count(string(text), "forged"))
	for _, acts := range []string{"\x1b", "\u202e", "\nforged"} {
		require.NotContains(t, string(text), acts)
	}
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 4)
}

// If the table cannot be written, the error comes at the end. The run is not stopped for it.
func TestATableThatCanNotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	table := tasktable.New(filepath.Join(file, "out"), nil, nil)
	table.Observe(client.Event{Kind: client.EventSubmitted, Size: 2})
	table.Observe(ended(1, client.TaskReport{ID: "11", Ending: "VOID"}))
	require.ErrorContains(t, table.Close(), "the table of tasks: ")
}

// The table may be kept in another file than the one beside the results. No half-written file is left behind.
func TestATableInAnotherFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "new", "mine.csv")
	table := tasktable.New(filepath.Join(dir, "out"), nil, nil).KeepIn(file)
	table.Observe(client.Event{Kind: client.EventResuming, Size: 2})
	table.Observe(ended(7, client.TaskReport{ID: "11"})) // the bag has no such task
	require.NoError(t, table.Close())
	require.Equal(t, file, table.Path())
	list, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.NoDirExists(t, filepath.Join(dir, "out"))
}

// A file that is no table of tasks is not loaded. The bag then continues without its rows.
func TestLoadOfSomethingElse(t *testing.T) {
	for _, text := range []string{"", "a,b\n1,2\n", "row,task\n1,2\n", "\"", "row,task,status,exit_status,reason,result,files,digest,paid\n"} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, tasktable.FileName), []byte(text), 0o600))
		table := tasktable.Load(dir)
		table.Observe(client.Event{Kind: client.EventResuming, Size: 2})
		require.NoError(t, table.Close())
		got, err := os.ReadFile(table.Path())
		require.NoError(t, err)
		require.Equal(t, "row,task,status,exit_status,reason,result,files,digest,paid_ucred\n1,,pending,,,,,,\n2,,pending,,,,,,\n", string(got), text)
	}
}
