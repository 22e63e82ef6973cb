package workflow

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/workflow"
)

func twoNodes() *definition { return &definition{nodes: []node{{name: "split"}, {name: "merge-all"}}} }

// linesOf returns the output of a view, without the seconds at the beginning of the lines.
func linesOf(out *bytes.Buffer) []string {
	text := regexp.MustCompile(`(?m)^ *\d+\.\ds `).ReplaceAllString(out.String(), "")
	return strings.Split(strings.TrimRight(text, "\n"), "\n")
}

func TestStatusText(t *testing.T) {
	for want, s := range map[string]workflow.State{
		"done, for 1.5 CRED": {Status: workflow.Done, Paid: 1_500_000},
		"skipped: exit is 3": {Status: workflow.Skipped, Why: "exit is 3"},
		"failed: no offer":   {Status: workflow.Failed, Why: "no offer"},
		"":                   {Status: workflow.Begun},
	} {
		require.Equal(t, want, statusText(s))
	}
}

// ended returns the event of a task's end, with a useful result or without one.
func ended(good bool) client.Event {
	r := &client.TaskReport{Ending: "VOID"}
	if good {
		r.Ending, r.Verdict = "ACCEPTED", &client.Outcome{Kind: "RESULT"}
	}
	return client.Event{Kind: client.EventEnded, Task: strings.Repeat("ab", 32), Result: r, Text: "it ended"}
}

// For a node of few tasks the view tells of each task. For a node of many it tells the failures and how many tasks have ended.
func TestViewTellsOfTasks(t *testing.T) {
	begun := workflow.State{Status: workflow.Begun}
	var out bytes.Buffer
	v := newView(&out, twoNodes(), "text", false)
	v.observe("split", begun, client.Event{Kind: client.EventSubmitted, Size: 2, Text: "submitted: request abcdef"})
	v.observe("split", begun, ended(true))
	v.observe("split", begun, ended(true))
	v.observe("split", workflow.State{Status: workflow.Done, Paid: 2_000_000}, client.Event{})
	lines := linesOf(&out)
	require.Len(t, lines, 4)
	require.Equal(t, "split      done, for 2 CRED", lines[3], "names are as wide as the longest")

	out.Reset()
	v = newView(&out, twoNodes(), "text", false)
	v.observe("merge-all", begun, client.Event{Kind: client.EventSubmitted, Size: fewTasks + 2})
	for range fewTasks {
		v.observe("merge-all", begun, ended(true))
	}
	many := len(linesOf(&out))
	require.Equal(t, 2, many, "the submission, and the first that ended: the next line is not due yet")
	v.observe("merge-all", begun, ended(false))
	require.Len(t, linesOf(&out), many+1, "what went wrong is told at once")
	v.observe("merge-all", begun, ended(true))
	require.Equal(t, "merge-all  10 of 10 tasks ended, 1 without a result", linesOf(&out)[many+1], "so is the last")
}

// For programs each event is a line of JSON, with the name and status of its node. This includes events without a text.
func TestViewForPrograms(t *testing.T) {
	var out bytes.Buffer
	v := newView(&out, twoNodes(), "json", false)
	v.observe("split", workflow.State{Status: workflow.Begun}, client.Event{Kind: client.EventSubmitted, Size: 3})
	v.observe("split", workflow.State{Status: workflow.Failed, Why: "no offer <&>"}, client.Event{})
	var got []map[string]any
	for line := range strings.Lines(out.String()) {
		var one map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &one), line)
		got = append(got, one)
	}
	require.Len(t, got, 2)
	require.Equal(t, "split", got[0]["node"])
	require.Contains(t, got[0], "event")
	require.Equal(t, string(workflow.Failed), got[1]["status"])
	require.Equal(t, "no offer <&>", got[1]["why"])
	require.NotContains(t, got[1], "event")
}

func TestPrintEnd(t *testing.T) {
	var out bytes.Buffer
	v := newView(&out, twoNodes(), "text", false)
	v.printEnd(&workflow.Journal{Out: "results/", Nodes: map[string]workflow.State{
		"a": {Status: workflow.Done, Paid: 1_000_000}, "b": {Status: workflow.Done, Paid: 500_000}, "c": {Status: workflow.Skipped},
		"d": {Status: workflow.Failed, Paid: 1}, "e": {Status: workflow.Begun},
	}})
	require.Equal(t, "\n2 nodes done, 1 skipped, 1 failed, 1 run on; 1.500001 CRED paid. Results are in results\n", out.String())
	out.Reset()
	v.printEnd(&workflow.Journal{Out: "r", Nodes: map[string]workflow.State{"a": {Status: workflow.Done}}})
	require.Equal(t, "\n1 nodes done; 0 CRED paid. Results are in r\n", out.String())
}
