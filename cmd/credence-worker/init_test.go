package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/worker/journal"
)

// init makes what a first start needs, with the settings given, and changes nothing the second time.
func TestInit(t *testing.T) {
	home := filepath.Join(t.TempDir(), "a worker")
	out, err := command("init", "--home", home, "--slots", "3", "--node", "a:1")
	require.NoError(t, err)
	key, err := client.LoadKey(filepath.Join(home, "key"))
	require.NoError(t, err)
	require.Contains(t, out, "made: "+key.Address()+"\n")
	require.Contains(t, out, "credence-worker start --home '"+home+"'\n")
	secret, err := os.ReadFile(filepath.Join(home, "secret"))
	require.NoError(t, err)

	said, err := command("config", "--home", home)
	require.NoError(t, err)
	require.Contains(t, said, "slots = 3\n")
	require.Contains(t, said, `node = ["a:1"]`)

	out, err = command("init", "--home", home, "--slots", "9")
	require.NoError(t, err)
	require.Contains(t, out, "there already: "+key.Address()+"\n")
	again, err := os.ReadFile(filepath.Join(home, "secret"))
	require.NoError(t, err)
	require.Equal(t, secret, again)
	said, err = command("config", "--home", home)
	require.NoError(t, err)
	require.Contains(t, said, "slots = 3\n", "the file was left alone")
}

// What the operator's commands refuse, before anything is sent.
func TestOperatorRefusals(t *testing.T) {
	home := t.TempDir()
	_, err := command("init", "--home", home)
	require.NoError(t, err)
	for _, tc := range []struct{ line, expected string }{
		{"drain", "no worker runs with the home " + home},
		{"tasks --limit 0", "--limit 0: expected at least 1"},
		{"tasks --output xml", `--output "xml"`},
		{"status --output xml", `--output "xml"`},
		{"tasks", "has this worker been started with this --home?"},
		{"stake", "expected credence-worker stake AMOUNT"},
		{"register url 1CRED --node 127.0.0.1:1", "no node answers"},
		{"stake 1CRED --owner-key-file missing", "--owner-key-file"},
	} {
		_, err := command(append(strings.Fields(tc.line), "--home", home)...)
		require.ErrorContains(t, err, tc.expected, tc.line)
	}
	for text, want := range map[string]string{"0": "more than 0", "-1": "not an amount", "x": "not an amount"} {
		_, err := readAmount("AMOUNT", text)
		require.ErrorContains(t, err, "AMOUNT: ")
		require.ErrorContains(t, err, want)
		require.Equal(t, cli.ExitUsage, cli.ExitStatus(err))
	}
}

// The history has the record that changed last first, and escapes what others chose.
func TestListTasks(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	records := []journal.Record{
		{Key: journal.Key{Task: [32]byte{0xaa}, Attempt: 1}, State: journal.Abandoned, Cause: "evil\x1b[2J", Marks: []journal.Mark{{Time: at}}},
		{
			Key: journal.Key{Task: [32]byte{0xbb}, Attempt: 2}, State: journal.Settled, App: "acme/echo:1.0", Outcome: &journal.Outcome{Kind: "RESULT"},
			End: &journal.End{Fault: "WRONG", Slashed: 7_000_000, Paid: 250_000}, Marks: []journal.Mark{{Time: at.Add(time.Hour)}},
		},
	}
	var out bytes.Buffer
	require.NoError(t, listTasks(&out, records, 10, false))
	lines := strings.Split(out.String(), "\n")
	require.Regexp(t, `^bb0000000000 +2 +acme/echo:1.0 +settled +RESULT +WRONG +0.25 CRED +7 CRED `, lines[1])
	require.Regexp(t, `^aa0000000000 +1 +- +abandoned +- +- +- +- .*evil`, lines[2])
	require.NotContains(t, out.String(), "\x1b")

	out.Reset()
	require.NoError(t, listTasks(&out, records, 1, true))
	require.Equal(t, 1, strings.Count(out.String(), "\n"))
	require.Contains(t, out.String(), `"app":"acme/echo:1.0"`)
	require.Contains(t, out.String(), `"end":{"fault":"WRONG","paid":250000,"slashed":7000000}`)
}

// What a program printed stands behind a bar, in the attempt that printed it.
func TestShowLogs(t *testing.T) {
	folder := t.TempDir()
	r := journal.Record{Key: journal.Key{Task: [32]byte{0xaa}, Attempt: 2}, State: journal.Done, Cause: "no disk"}
	id := strings.Repeat("0", 62)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "aa"+id+"-2.stdout"), []byte("one\n\x1b[2Jtwo\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "aa"+id+"-1.stderr"), []byte("another attempt"), 0o600))
	var out bytes.Buffer
	require.NoError(t, showLogs(&out, folder, r))
	require.Contains(t, out.String(), "workers/aa"+id+"/2: done (no disk)\nstdout:\n  | one\n  | ")
	require.NotContains(t, out.String(), "\x1b")
	require.NotContains(t, out.String(), "another")
}

// The status says what is known, also where no worker runs and no node answers.
func TestStatusOfNothing(t *testing.T) {
	home := t.TempDir()
	_, err := command("init", "--home", home)
	require.NoError(t, err)
	out, err := command("status", "--home", home, "--node", "127.0.0.1:1")
	require.NoError(t, err)
	require.Contains(t, out, "state     no worker runs with this home; start it with: credence-worker start\n")
	require.Contains(t, out, "slots     0 of 1 in use\n")
	require.Contains(t, out, "chain     no answer: ")
	out, err = command("status", "--home", home, "--node", "127.0.0.1:1", "--output", "json")
	require.NoError(t, err)
	require.Contains(t, out, `"running":false,"ready":false`)
	require.Contains(t, out, `"work":[]`)
}
