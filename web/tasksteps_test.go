package web

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// kindsOf returns the kinds of the steps, in their order.
func kindsOf(steps []step) (kinds []string) {
	for _, s := range steps {
		kinds = append(kinds, s.Kind)
	}
	return kinds
}

// TestStepsOfALife: the court judges a task with a wrong answer. The steps come in the order in which they happened, and the ending
// comes last.
func TestStepsOfALife(t *testing.T) {
	task := taskstypes.Task{
		Opened: 11, CourtCalled: 40, Done: 50, ByCourt: true, Phase: taskstypes.PHASE_DONE,
		Draws: []taskstypes.DrawRecord{{Height: 20, Wave: 2, Attempt: 1, Organisations: []string{"birch"}}, {Height: 12, Wave: 1, Attempt: 1, Organisations: []string{"amber"}}},
	}
	page := &taskPage{Seats: []seatView{
		{Organisation: "amber", Wave: 1, Committed: 15, Revealed: 30, State: "revealed"}, {Organisation: "birch", Wave: 2, Committed: 25, State: "silent"},
	}}
	page.Ending = "accepted"
	steps := stepsOf(task, dealstypes.Deal{Height: 10, Pool: "north"}, page, nil)
	require.True(t, slices.IsSortedFunc(steps, func(a, b step) int { return int(a.Height - b.Height) }))
	require.Equal(t, []string{"silent", "matched", "opened", "drawn", "committed", "drawn", "committed", "revealed", "court", "ended"}, kindsOf(steps))
	require.Equal(t, "accepted by court", steps[len(steps)-1].Word)

	// A seat that was given back is no silence. Those of earlier attempts are told too, although the state has no seat of them.
	page.Seats[1].Who = "cred1birch"
	task.Attempt, task.Declines = 2, []taskstypes.Decline{
		{Organisation: "cedar", Who: "cred1cedar", Attempt: 1, Reason: taskstypes.DECLINE_REASON_INPUT, Height: 11},
		{Organisation: "birch", Who: "cred1birch", Attempt: 2, Reason: taskstypes.DECLINE_REASON_BUSY, Height: 26},
	}
	steps = stepsOf(task, dealstypes.Deal{Height: 10, Pool: "north"}, page, nil)
	require.Equal(t, []string{"matched", "opened", "declined", "drawn", "committed", "drawn", "committed", "declined", "revealed", "court", "ended"}, kindsOf(steps))
	require.Equal(t, "could not get the program or an input", steps[2].Word)
	task.Attempt, task.Declines = 1, nil

	// Under audit the court's word belongs to the audit, and not to the ending. Until the audit is final, its end is shown as a step to
	// come.
	task.Audit = &taskstypes.Audit{End: 90}
	task.Phase = taskstypes.PHASE_AUDIT
	steps = stepsOf(task, dealstypes.Deal{Height: 10}, page, nil)
	require.Equal(t, "audit", steps[len(steps)-1].Kind)
	require.EqualValues(t, 90, steps[len(steps)-1].Height)
	task.Phase = taskstypes.PHASE_DONE
	steps = stepsOf(task, dealstypes.Deal{Height: 10}, page, nil)
	require.Equal(t, "final", steps[len(steps)-1].Kind)
}

// TestStepsAreInOrder: for any state, each draw makes one step, and the heights of the steps never fall.
func TestStepsAreInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		height := rapid.Int64Range(1, 50)
		task := taskstypes.Task{Opened: height.Draw(t, "opened"), Done: rapid.Int64Range(0, 50).Draw(t, "done")}
		for range rapid.IntRange(0, 5).Draw(t, "draws") {
			task.Draws = append(task.Draws, taskstypes.DrawRecord{Height: height.Draw(t, "drawn")})
		}
		steps := stepsOf(task, dealstypes.Deal{Height: height.Draw(t, "matched")}, &taskPage{}, nil)
		drawn := 0
		for i, s := range steps {
			if s.Kind == "drawn" {
				drawn++
			}
			if i > 0 && s.Height < steps[i-1].Height {
				t.Fatalf("%s at %d comes after %s at %d", s.Kind, s.Height, steps[i-1].Kind, steps[i-1].Height)
			}
		}
		if drawn != len(task.Draws) {
			t.Fatalf("%d draws make %d steps", len(task.Draws), drawn)
		}
	})
}
