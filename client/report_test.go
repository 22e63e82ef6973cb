package client

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

func TestTaskReport(t *testing.T) {
	steps := story()
	r := reportTask(steps[len(steps)-1])
	require.True(t, r.Accepted())
	require.EqualValues(t, 50_000, r.Paid())
	require.EqualValues(t, 10_000_000, r.Slashed())
	require.Equal(t, []string{"amber"}, r.Agreed)
	require.Equal(t, []string{"cred1amber"}, r.holders)

	report := &Report{}
	report.add(r)
	report.add(&TaskReport{Index: 1, Ending: "VOID"})
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
		exit  int
		what  string
	}{
		{"all well", []*TaskReport{accepted("RESULT")}, 0, ""},
		{"void", []*TaskReport{accepted("RESULT"), {Ending: "VOID"}}, ExitNoVerdict, "two thirds"},
		{"exit status", []*TaskReport{failed("exit", 3)}, ExitAppFailed, "exit status 3"},
		{"endless", []*TaskReport{failed("out-of-fuel", 0)}, ExitAppFailed, "ran out of fuel"},
		{"memory", []*TaskReport{failed("out-of-memory", 0)}, ExitAppFailed, "more memory"},
		{"trap", []*TaskReport{failed("trap", 0)}, ExitAppFailed, "crashed"},
		{"not here", []*TaskReport{lost}, ExitNetwork, "no holder"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := (&Report{Tasks: tc.tasks}).err()
			if tc.exit == 0 {
				require.NoError(t, err)
				return
			}
			var problem *Problem
			require.ErrorAs(t, err, &problem)
			require.Equal(t, tc.exit, problem.ExitCode())
			require.Contains(t, problem.What, tc.what)
		})
	}
}

// What people read is true of what happened, and names the window and how a longer one is had.
func TestEndingsByWindow(t *testing.T) {
	seats := func(kinds ...taskstypes.Kind) (out []taskstypes.Seat) {
		for _, k := range kinds {
			s := taskstypes.Seat{}
			if k != taskstypes.KIND_UNSPECIFIED {
				s.Outcome = &taskstypes.Outcome{Kind: k}
			}
			out = append(out, s)
		}
		return out
	}
	const answer, none, silent = taskstypes.KIND_RESULT, taskstypes.KIND_ABSTAIN, taskstypes.KIND_UNSPECIFIED
	other := taskstypes.Seat{Outcome: &taskstypes.Outcome{Kind: answer, Fuel: 9}}
	for _, tc := range []struct {
		name   string
		task   taskstypes.Task
		says   string
		window bool
	}{
		{"a cold court", taskstypes.Task{Ending: taskstypes.ENDING_ABSTAINED, ByCourt: true, Seats: seats(answer), Court: seats(none, none, none, none)}, "the court had no answer in its window, so that no worker's answer could be judged", true},
		{"a cold court and nobody's answer", taskstypes.Task{Ending: taskstypes.ENDING_ABSTAINED, ByCourt: true, Seats: seats(silent), Court: seats(none)}, "the court had no answer in its window; refunded", true},
		{"all replicas", taskstypes.Task{Ending: taskstypes.ENDING_ABSTAINED, Seats: seats(none, none)}, "no worker that was drawn had an answer", true},
		{"no first worker", taskstypes.Task{Ending: taskstypes.ENDING_NO_WORKER}, "no worker answered in its window", true},
		{"a silent court", taskstypes.Task{Ending: taskstypes.ENDING_COURT_SILENT, Court: seats(answer, silent, silent)}, "too much of the court was silent", true},
		{"half of the court in time", taskstypes.Task{Ending: taskstypes.ENDING_VOID, Court: seats(answer, answer, none, none)}, "2 validators had none in its window", true},
		{"two answers", taskstypes.Task{Ending: taskstypes.ENDING_VOID, Court: append(seats(answer, answer, none), other)}, "does not give the same output", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := reportTask(tc.task)
			deal := dealstypes.Deal{Terms: dealstypes.Terms{CommitBlocks: 367, FuelLimit: 1_000_000_000}}
			r.under(deal)
			require.Contains(t, r.Text(), tc.says)
			require.NotContains(t, r.Text(), "every worker abstained")
			require.Equal(t, tc.window, strings.Contains(r.Text(), "367 blocks for --fuel 1G; a larger --fuel"), r.Text())
			deal.Category = "xs"
			r.under(deal)
			require.Equal(t, tc.window, strings.Contains(r.Text(), "367 blocks in --category xs; a category with more time"), r.Text())
		})
	}
}

// Every ending that refunds has words of its own.
func TestEveryEndingHasWords(t *testing.T) {
	seen := map[string]bool{}
	for value, name := range taskstypes.Ending_name {
		if value <= int32(taskstypes.ENDING_ACCEPTED) {
			continue
		}
		r := reportTask(taskstypes.Task{Ending: taskstypes.Ending(value)})
		require.NotEqual(t, r.Ending, r.Text(), name)
		require.False(t, seen[r.Text()], name)
		seen[r.Text()] = true
	}
	require.NotEmpty(t, seen)
}
