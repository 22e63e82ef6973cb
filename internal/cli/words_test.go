package cli

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// The text of an ending is true of what happened. It names the window, and says how to get a longer one.
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
		{"first workers declined", taskstypes.Task{Ending: taskstypes.ENDING_NO_WORKER, Declines: []taskstypes.Decline{
			{Organisation: "amber", Attempt: 1, Reason: taskstypes.DECLINE_REASON_INPUT}, {Organisation: "birch", Attempt: 2, Reason: taskstypes.DECLINE_REASON_BUSY},
			{Organisation: "amber", Attempt: 3, Reason: taskstypes.DECLINE_REASON_INPUT},
		}}, "no worker answered in its window, at any attempt (amber could not get the program or an input, birch had no free slot); refunded", true},
		{"a silent court", taskstypes.Task{Ending: taskstypes.ENDING_COURT_SILENT, Court: seats(answer, silent, silent)}, "too much of the court was silent", true},
		{"half of the court in time", taskstypes.Task{Ending: taskstypes.ENDING_VOID, Court: seats(answer, answer, none, none)}, "2 validators had none in its window", true},
		{"two answers", taskstypes.Task{Ending: taskstypes.ENDING_VOID, Court: append(seats(answer, answer, none), other)}, "does not give the same output", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := client.ReportOf(tc.task)
			deal := dealstypes.Deal{Terms: dealstypes.Terms{CommitBlocks: 367, FuelLimit: 1_000_000_000}}
			r.Under(deal)
			require.Contains(t, TaskText(r), tc.says)
			require.NotContains(t, TaskText(r), "every worker abstained")
			require.Equal(t, tc.window, strings.Contains(TaskText(r), "367 blocks for --fuel 1G; a larger --fuel"), TaskText(r))
			deal.Category = "xs"
			r.Under(deal)
			require.Equal(t, tc.window, strings.Contains(TaskText(r), "367 blocks in --category xs; a category with more time"), TaskText(r))
		})
	}
}

// Every ending that refunds has a text of its own.
func TestEveryEndingHasWords(t *testing.T) {
	seen := map[string]bool{}
	for value, name := range taskstypes.Ending_name {
		if value <= int32(taskstypes.ENDING_ACCEPTED) {
			continue
		}
		r := client.ReportOf(taskstypes.Task{Ending: taskstypes.Ending(value)})
		require.NotEqual(t, r.Ending, TaskText(r), name)
		require.False(t, seen[TaskText(r)], name)
		seen[TaskText(r)] = true
	}
	require.NotEmpty(t, seen)
}

// Every kind of failure of a program has a text and a next step.
func TestFailuresHaveWords(t *testing.T) {
	for reason, says := range map[string]string{
		"exit": "failed with exit status 3", "out-of-fuel": "ran out of fuel after 2G units", "out-of-memory": "more memory", "trap": "crashed",
		"output-too-large": "more than a task may put out", "call-depth": "too deeply", "invalid-output": "no output", "invalid-computed": "computed.json",
		"invalid-module": "no module", "": "the manifest that says how has not been read", "unheard-of": "failed: unheard-of",
	} {
		r := &client.TaskReport{
			ID: "ab", Ending: "ACCEPTED", Verdict: &client.Outcome{Kind: "APP_FAILED", Digest: "sha256:" + strings.Repeat("ab", 32), Fuel: 2_000_000_000},
			Reason: reason, ExitCode: 3, StderrFrom: "amber", Stderr: "line 1\ncan't read \x1b[31mconfig\n",
		}
		err := Explain(&client.Error{Code: client.CodeAppFailed, Task: r})
		require.ErrorContains(t, err, says)
		require.ErrorContains(t, err, "Next: ")
		require.ErrorContains(t, err, "from amber (not verified):")
		require.ErrorContains(t, err, `can't read \x1b[31mconfig`, "a program's words are made printable")
		require.Equal(t, ExitAppFailed, ExitStatus(err))

		r.StderrFrom, r.StderrVerified = "", true
		err = Explain(&client.Error{Code: client.CodeAppFailed, Task: r})
		require.ErrorContains(t, err, "on stderr, a part of the answer:\n    line 1\n    can't read \\x1b[31mconfig")
		require.NotContains(t, err.Error(), "not verified")
	}
}

// A job whose --ok-exit leaves status 0 out fails on it. The text does not call status 0 a success.
func TestExitFailureText(t *testing.T) {
	require.Equal(t, "failed with exit status 3", ExitFailureText(3))
	require.Equal(t, "ended with exit status 0, which --ok-exit does not name", ExitFailureText(0))
	r := &client.TaskReport{ID: "ab", Ending: "ACCEPTED", Verdict: &client.Outcome{Kind: "APP_FAILED"}, Reason: "exit"}
	require.Equal(t, ExitFailureText(0), FailureText(r))
}

// The text of an event has amounts in CRED, and says how to come back to a request.
func TestEventText(t *testing.T) {
	plan := &client.Plan{Replicas: 2, Text: "2 replicas"}
	result := &client.TaskReport{Ending: "ACCEPTED", ByCourt: true, Verdict: &client.Outcome{Kind: "RESULT", Digest: "sha256:abcd"}, Agreed: []string{"amber"},
		Faults: []client.FaultReport{{Organisation: "grove", Fault: "WRONG", Slash: 10_000_000}}}
	for _, tc := range []struct {
		event client.Event
		want  string
	}{
		{client.Event{Kind: client.EventUploaded, Size: 3_100_000, Text: "uploaded a.wasm, 3100000 bytes, sha256:ab"}, "uploaded a.wasm, 3.1 MB, sha256:ab"},
		{client.Event{Kind: client.EventQuoted, Plan: plan, Expected: 90_000, MaxPrice: 250_000, Size: 1, Text: "quote: 2 replicas"},
			"quote: 2 replicas. Expected 0.09 CRED, at most 0.25 CRED; what is not spent comes back"},
		{client.Event{Kind: client.EventQuoted, MaxPrice: 250_000, Size: 4, Text: "no order meets it now (none): it rests on the book"},
			"no order meets it now (none): it rests on the book. At most 0.25 CRED each, 1 CRED in all; what is not spent comes back"},
		{client.Event{Kind: client.EventSubmitted, Locked: 1_500_000, Expiry: 30, Text: "submitted: request ab"},
			"submitted: request ab; 1.5 CRED locked. Ctrl-C leaves it running; what can't be met at once rests on the book until height 30"},
		{client.Event{Kind: client.EventMatched, MaxPrice: 300_000, Text: "matched with pool north: deal ab, 2 tasks"}, "matched with pool north: deal ab, 2 tasks of at most 0.3 CRED each"},
		{client.Event{Kind: client.EventStalled, Request: strings.Repeat("ab", 32), Text: "waiting for the chain for 9s (no new block)"},
			"waiting for the chain for 9s (no new block); Ctrl-C leaves it running, and this follows it later: credenced task watch abababababab"},
		{client.Event{Kind: client.EventEnded, Result: result}, "the court decided: sha256:abcd, as amber said; grove gave a wrong answer and loses 10 CRED of stake"},
		{client.Event{Kind: client.EventDownloaded, Result: &client.TaskReport{}}, "verified: " + NoFiles},
		{client.Event{Kind: client.EventDownloaded, Result: &client.TaskReport{Dir: "out", Files: []string{"a", "b"}}}, "downloaded to out and verified: a and b"},
		{client.Event{Kind: client.EventDownloaded, Result: &client.TaskReport{Dir: "out", Files: []string{"a"}, ExitCode: 10}}, "downloaded to out and verified: a (exit status 10)"},
		{client.Event{Kind: client.EventDrawn, Text: "wave 1: amber is drawn and runs it"}, "wave 1: amber is drawn and runs it"},
	} {
		require.Equal(t, tc.want, EventText(tc.event))
	}
}

// The text of an accepted answer says until when it can be challenged. After a challenge it says that the court judges the task.
func TestAnswersUnderAuditSayWhen(t *testing.T) {
	task := taskstypes.Task{Phase: taskstypes.PHASE_AUDIT, Ending: taskstypes.ENDING_ACCEPTED, Verdict: &taskstypes.Outcome{Kind: taskstypes.KIND_RESULT}, Audit: &taskstypes.Audit{End: 70}}
	require.Contains(t, TaskText(client.ReportOf(task)), "; final at height 70 unless it is challenged")
	task.Audit.Cause = taskstypes.AUDIT_CAUSE_CHALLENGE
	text := TaskText(client.ReportOf(task))
	require.Contains(t, text, "; the court looks at it again (challenge), and what it finds is final")
	require.NotContains(t, text, "unless it is challenged")
}

// TestUndecidedContainers: the text never proposes a policy that takes no containers.
func TestUndecidedContainers(t *testing.T) {
	r := &client.TaskReport{Ending: "UNDECIDED"}
	require.Contains(t, TaskText(r), "use --policy credence")
	r.Runtime = "oci"
	require.NotContains(t, TaskText(r), "credence, which asks the court")
	require.Contains(t, TaskText(r), "Two runs of a container may differ")
}

// TestEndingsSayWhoIsPaid covers every ending without an answer. If somebody was paid, the text does not promise a full refund.
func TestEndingsSayWhoIsPaid(t *testing.T) {
	pay := func(party, source string) taskstypes.Payment {
		return taskstypes.Payment{Party: party, Amount: 90_000, Source: source}
	}
	charged := client.ReportOf(taskstypes.Task{Ending: taskstypes.ENDING_VOID, Settlement: &taskstypes.Settlement{Payments: []taskstypes.Payment{pay("COURT", "escrow")}, Premium: 60_000}})
	require.Contains(t, TaskText(charged), "the court is paid 0.09 CRED for its work, 0.06 CRED are destroyed as the least that a charge costs, and the rest is refunded")
	for _, c := range []struct {
		name     string
		payments []taskstypes.Payment
		want     string
	}{
		{"nobody", nil, "refunded"},
		{"the court, by a fault's stake", []taskstypes.Payment{pay("COURT", "stake")}, "refunded"},
		{"the court", []taskstypes.Payment{pay("COURT", "escrow"), pay("COURT", "escrow")}, "the court is paid 0.18 CRED for its work, and the rest is refunded"},
		{"the replicas", []taskstypes.Payment{pay("WORKER", "escrow"), pay("APP", "escrow")}, "those who answered are paid 0.18 CRED, and the rest is refunded"},
	} {
		for value := range taskstypes.Ending_name {
			ending := taskstypes.Ending(value)
			if ending == taskstypes.ENDING_UNSPECIFIED || ending == taskstypes.ENDING_ACCEPTED {
				continue
			}
			r := client.ReportOf(taskstypes.Task{Ending: ending, Settlement: &taskstypes.Settlement{Payments: c.payments}})
			text := TaskText(r)
			require.Contains(t, text, "; "+c.want, "%s, %s", c.name, ending)
		}
	}
}
