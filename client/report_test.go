package client

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTaskReport(t *testing.T) {
	steps := story()
	r := ReportOf(steps[len(steps)-1])
	require.True(t, r.Accepted())
	require.EqualValues(t, 50_000, r.Paid())
	require.EqualValues(t, 10_000_000, r.Slashed())
	require.Equal(t, []string{"amber"}, r.Agreed)
	require.Equal(t, []string{"cred1amber"}, r.holders)

	report := &Report{}
	report.addTask(r)
	report.addTask(&TaskReport{Index: 1, Ending: "VOID"})
	require.EqualValues(t, 1, report.Accepted)
	require.Equal(t, []string{"grove"}, report.Liars())
	require.EqualValues(t, 8_000_000, report.Burnt)

	raw, err := json.Marshal(r)
	require.NoError(t, err)
	var back map[string]any
	require.NoError(t, json.Unmarshal(raw, &back))
	require.Equal(t, "ACCEPTED", back["ending"])
	require.Equal(t, true, back["by_court"])
	require.NotContains(t, back, "holders")
}

func TestReportErrors(t *testing.T) {
	accepted := func(kind string) *TaskReport { return &TaskReport{Ending: "ACCEPTED", Verdict: &Outcome{Kind: kind}} }
	failed := func(reason string, exit uint32) *TaskReport {
		r := accepted("APP_FAILED")
		r.Reason, r.ExitCode = reason, exit
		return r
	}
	lost := accepted("RESULT")
	lost.DownloadError = "no holder answers"
	for _, tc := range []struct {
		name  string
		tasks []*TaskReport
		code  Code
		what  string
	}{
		{"all well", []*TaskReport{accepted("RESULT")}, "", ""},
		{"void", []*TaskReport{accepted("RESULT"), {Ending: "VOID"}}, CodeNoAnswer, "VOID"},
		{"exit status", []*TaskReport{failed("exit", 3)}, CodeAppFailed, "exit 3"},
		{"endless", []*TaskReport{failed("out-of-fuel", 0)}, CodeAppFailed, "out-of-fuel"},
		{"memory", []*TaskReport{failed("out-of-memory", 0)}, CodeAppFailed, "out-of-memory"},
		{"trap", []*TaskReport{failed("trap", 0)}, CodeAppFailed, "trap"},
		{"not here", []*TaskReport{lost}, CodeUnavailable, "no holder"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := (&Report{Tasks: tc.tasks}).resultError()
			if tc.code == "" {
				require.NoError(t, err)
				return
			}
			var problem *Error
			require.ErrorAs(t, err, &problem)
			require.Equal(t, tc.code, problem.Code)
			require.Contains(t, problem.What, tc.what)
		})
	}
}
