package client

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

var (
	rightAnswer = taskstypes.Outcome{Kind: taskstypes.KIND_RESULT, Digest: "sha256:" + strings.Repeat("aa", 32), Fuel: 5}
	wrongAnswer = taskstypes.Outcome{Kind: taskstypes.KIND_RESULT, Digest: "sha256:" + strings.Repeat("bb", 32), Fuel: 5}
)

func seatOf(org string, wave uint32, state taskstypes.SeatState) taskstypes.Seat {
	return taskstypes.Seat{Who: "cred1" + org, Organisation: org, Wave: wave, State: state}
}

func revealedSeat(org string, wave uint32, o taskstypes.Outcome) taskstypes.Seat {
	s := seatOf(org, wave, taskstypes.SEAT_STATE_REVEALED)
	s.Outcome = &o
	return s
}

// story returns a task with a disagreement, step by step.
func story() []taskstypes.Task {
	const drawn, committed = taskstypes.SEAT_STATE_DRAWN, taskstypes.SEAT_STATE_COMMITTED
	plan := &taskstypes.Plan{Replicas: 2, X: poco.FracUp(1, 10).Bytes(), Bound: "debt", Text: "2 replicas; a long sentence"}
	base := taskstypes.Task{Id: "ab", Index: 3, Attempt: 1}
	step := func(change func(*taskstypes.Task)) taskstypes.Task {
		change(&base)
		t := base
		t.Seats = append([]taskstypes.Seat{}, base.Seats...)
		t.Court = append([]taskstypes.Seat{}, base.Court...)
		return t
	}
	return []taskstypes.Task{
		step(func(t *taskstypes.Task) { t.Phase = taskstypes.PHASE_OPEN }),
		step(func(t *taskstypes.Task) {
			t.Phase, t.Seats = taskstypes.PHASE_FIRST, []taskstypes.Seat{seatOf("amber", 1, drawn)}
		}),
		step(func(t *taskstypes.Task) { t.Phase, t.Seats[0].State = taskstypes.PHASE_LOCKED, committed }),
		step(func(t *taskstypes.Task) {
			t.Phase, t.Plan, t.Seats = taskstypes.PHASE_SECOND, plan, append(t.Seats, seatOf("grove", 2, drawn))
		}),
		step(func(t *taskstypes.Task) { t.Phase, t.Seats[1].State = taskstypes.PHASE_REVEAL, committed }),
		step(func(t *taskstypes.Task) { t.Seats[0] = revealedSeat("amber", 1, rightAnswer) }),
		step(func(t *taskstypes.Task) {
			t.Phase, t.Seats[1] = taskstypes.PHASE_COURT_WAIT, revealedSeat("grove", 2, wrongAnswer)
		}),
		step(func(t *taskstypes.Task) {
			t.Phase, t.Court = taskstypes.PHASE_COURT_COMMIT, []taskstypes.Seat{seatOf("val-1", 0, drawn)}
		}),
		step(func(t *taskstypes.Task) { t.Phase, t.Court[0].State = taskstypes.PHASE_COURT_REVEAL, committed }),
		step(func(t *taskstypes.Task) {
			t.Court[0] = revealedSeat("val-1", 0, rightAnswer)
			t.Phase, t.Ending, t.ByCourt, t.Verdict = taskstypes.PHASE_DONE, taskstypes.ENDING_ACCEPTED, true, &rightAnswer
			t.Settlement = &taskstypes.Settlement{
				Payments: []taskstypes.Payment{{Party: "WORKER", To: "cred1amber", Amount: 50_000, Source: "escrow"}},
				Refund:   250_000, Burnt: 8_000_000,
				Seats: []taskstypes.SeatEnd{
					{Who: "cred1amber", Organisation: "amber", Fault: "NONE", Right: true},
					{Who: "cred1grove", Organisation: "grove", Fault: "WRONG", Slash: 10_000_000},
				},
			}
		}),
	}
}

var storyLines = []string{
	"drawn: wave 1: amber is drawn and runs it",
	"committed: amber has locked its answer",
	"planned: plan: 2 replicas; a lie of the first passes with chance at most 0.100000, what the error debt allows",
	"drawn: wave 2: grove is drawn and runs it, blind",
	"committed: grove has locked its answer",
	"revealing: all answers are locked; they are opened now",
	"revealed: amber reveals sha256:aaaaaaaaaaaa",
	"revealed: grove reveals sha256:bbbbbbbbbbbb",
	"court: the answers differ: the court is called, 1 validator runs it again",
	"committed: val-1 has locked its answer",
	"revealed: val-1 reveals sha256:aaaaaaaaaaaa",
	"ended: accepted: sha256:aaaaaaaaaaaa, by amber",
}

func tell(events []Event) []string {
	var out []string
	for _, e := range events {
		out = append(out, string(e.Kind)+": "+e.Text)
	}
	return out
}

func TestChangesStepByStep(t *testing.T) {
	var lines []string
	var before *taskstypes.Task
	for _, now := range story() {
		lines = append(lines, tell(CompareTasks(before, now, 7))...)
		before = &now
	}
	require.Equal(t, storyLines, lines)
}

// juryStory returns the steps of a task for which more organisations are drawn.
func juryStory() []taskstypes.Task {
	const drawn, committed = taskstypes.SEAT_STATE_DRAWN, taskstypes.SEAT_STATE_COMMITTED
	base := taskstypes.Task{Id: "ab", Index: 3, Attempt: 1}
	plan := &taskstypes.Plan{Replicas: 2, Bound: "policy", Text: "2 replicas, and more where they differ"}
	step := func(phase taskstypes.Phase, seats ...taskstypes.Seat) taskstypes.Task {
		t := base
		t.Phase, t.Seats = phase, seats
		if len(seats) > 1 {
			t.Plan = plan
		}
		return t
	}
	right, wrong := revealedSeat("amber", 1, rightAnswer), revealedSeat("grove", 2, wrongAnswer)
	done := step(taskstypes.PHASE_DONE, right, wrong, revealedSeat("birch", 3, rightAnswer))
	done.Ending, done.Verdict, done.Settlement = taskstypes.ENDING_ACCEPTED, &rightAnswer, &taskstypes.Settlement{
		Seats: []taskstypes.SeatEnd{{Who: "cred1amber", Organisation: "amber", Fault: "NONE", Right: true}},
	}
	return []taskstypes.Task{
		step(taskstypes.PHASE_FIRST, seatOf("amber", 1, drawn)),
		step(taskstypes.PHASE_SECOND, seatOf("amber", 1, committed), seatOf("grove", 2, drawn)),
		step(taskstypes.PHASE_REVEAL, seatOf("amber", 1, committed), seatOf("grove", 2, committed)),
		step(taskstypes.PHASE_LOCKED, right, wrong),
		step(taskstypes.PHASE_SECOND, right, wrong, seatOf("birch", 3, drawn)),
		step(taskstypes.PHASE_REVEAL, right, wrong, seatOf("birch", 3, committed)),
		done,
	}
}

var juryLines = []string{
	"drawn: wave 1: amber is drawn and runs it",
	"committed: amber has locked its answer",
	"planned: plan: 2 replicas, the policy's own number; it claims no chance of a lie",
	"drawn: wave 2: grove is drawn and runs it, blind",
	"committed: grove has locked its answer",
	"revealing: all answers are locked; they are opened now",
	"revealed: amber reveals sha256:aaaaaaaaaaaa",
	"revealed: grove reveals sha256:bbbbbbbbbbbb",
	"waiting: the answers so far do not decide: more organisations are drawn",
	"drawn: wave 3: birch is drawn and runs it",
	"committed: birch has locked its answer",
	"revealed: birch reveals sha256:aaaaaaaaaaaa",
	"ended: accepted: sha256:aaaaaaaaaaaa, by amber",
}

// A client that misses some states of a task is told the same events in the same order.
func TestChangesAcrossAnyGap(t *testing.T) {
	checkAnyGap(t, story(), storyLines)
	checkAnyGap(t, juryStory(), juryLines)
}

func checkAnyGap(t *testing.T, steps []taskstypes.Task, lines []string) {
	for from := -1; from < len(steps); from++ {
		for to := max(from, 0); to < len(steps); to++ {
			var head []string
			var before *taskstypes.Task
			if from >= 0 {
				head = tell(CompareTasks(nil, steps[from], 7))
				before = &steps[from]
			}
			middle := tell(CompareTasks(before, steps[to], 7))
			tail := tell(CompareTasks(&steps[to], steps[len(steps)-1], 7))
			require.Equal(t, lines, append(append(head, middle...), tail...), "from %d to %d", from, to)
		}
	}
}

func TestChangesOfANewAttempt(t *testing.T) {
	before := taskstypes.Task{Id: "ab", Attempt: 1, Phase: taskstypes.PHASE_FIRST, Seats: []taskstypes.Seat{seatOf("amber", 1, taskstypes.SEAT_STATE_DRAWN)}}
	now := taskstypes.Task{Id: "ab", Attempt: 2, Phase: taskstypes.PHASE_FIRST, Seats: []taskstypes.Seat{seatOf("birch", 1, taskstypes.SEAT_STATE_DRAWN)}}
	require.Equal(t, []string{
		"retried: attempt 2: amber gave no answer, another first worker is drawn",
		"drawn: wave 1: birch is drawn and runs it",
	}, tell(CompareTasks(&before, now, 7)))
}

func TestCourtReason(t *testing.T) {
	for _, tc := range []struct {
		name string
		task taskstypes.Task
		want string
	}{
		{"planned", taskstypes.Task{Plan: &taskstypes.Plan{Court: true}}, "as planned"},
		{"policy", taskstypes.Task{}, "as the policy asks"},
		{"silent", taskstypes.Task{Seats: []taskstypes.Seat{revealedSeat("a", 1, rightAnswer), seatOf("b", 2, taskstypes.SEAT_STATE_SILENT)}}, "b gave no answer"},
		{"withheld", taskstypes.Task{Seats: []taskstypes.Seat{revealedSeat("a", 1, rightAnswer), seatOf("b", 2, taskstypes.SEAT_STATE_COMMITTED)}}, "b did not reveal"},
		{"ledgers", taskstypes.Task{Gate: "shut", Seats: []taskstypes.Seat{revealedSeat("a", 1, rightAnswer), revealedSeat("b", 2, rightAnswer)}}, "the ledgers have no room"},
	} {
		t.Run(tc.name, func(t *testing.T) { require.Equal(t, tc.want, courtReason(tc.task)) })
	}
}

// TestDeclinesAreTold: each seat that was given back is told once, with its reason, however far apart the readings are.
func TestDeclinesAreTold(t *testing.T) {
	const drawn, silent, committed = taskstypes.SEAT_STATE_DRAWN, taskstypes.SEAT_STATE_SILENT, taskstypes.SEAT_STATE_COMMITTED
	decline := func(org string, attempt uint32, reason taskstypes.DeclineReason) taskstypes.Decline {
		return taskstypes.Decline{Who: "cred1" + org, Organisation: org, Attempt: attempt, Reason: reason}
	}
	input, busy := decline("amber", 1, taskstypes.DECLINE_REASON_INPUT), decline("birch", 2, taskstypes.DECLINE_REASON_BUSY)
	step := func(attempt uint32, declines []taskstypes.Decline, seats ...taskstypes.Seat) taskstypes.Task {
		return taskstypes.Task{Id: "ab", Attempt: attempt, Phase: taskstypes.PHASE_FIRST, Declines: declines, Seats: seats}
	}
	steps := []taskstypes.Task{
		step(1, nil, seatOf("amber", 1, drawn)),
		step(1, []taskstypes.Decline{input}, seatOf("amber", 1, silent)),
		step(2, []taskstypes.Decline{input}, seatOf("cedar", 1, committed), seatOf("birch", 2, drawn)),
		step(2, []taskstypes.Decline{input, busy}, seatOf("cedar", 1, committed), seatOf("birch", 2, silent)),
	}
	const first = "silent: amber gives its seat back: amber could not get the program or an input"
	var lines []string
	var before *taskstypes.Task
	for _, now := range steps {
		lines = append(lines, tell(CompareTasks(before, now, 7))...)
		before = &now
	}
	require.Equal(t, []string{
		"drawn: wave 1: amber is drawn and runs it", first,
		"retried: attempt 2: amber gave no answer, another first worker is drawn",
		"drawn: wave 1: cedar is drawn and runs it", "committed: cedar has locked its answer",
		"drawn: wave 2: birch is drawn and runs it, blind", "silent: birch gives its seat back: birch had no free slot",
	}, lines)

	// Whoever reads the task only later is told the same of the seats that are gone.
	events := CompareTasks(nil, steps[3], 7)
	require.Equal(t, first, tell(events)[0])
	require.Equal(t, "INPUT", events[0].Decline)
	require.EqualValues(t, 1, events[0].Attempt)
	require.Contains(t, tell(CompareTasks(&steps[0], steps[2], 7)), first)
	require.Equal(t, []DeclineReport{{"amber", "cred1amber", 1, "INPUT"}, {"birch", "cred1birch", 2, "BUSY"}}, ReportOf(steps[3]).Declines)
}
