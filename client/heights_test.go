package client

import (
	"testing"

	"github.com/stretchr/testify/require"

	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// The events of a history have the heights at which they happened, and not that of the end; those whose height the chain does not keep have none.
func TestHistoryHasTrueHeights(t *testing.T) {
	steps := story()
	task := steps[len(steps)-1]
	task.Took, task.Done, task.CourtCalled = 3, 40, 30
	task.Draws = []taskstypes.DrawRecord{{Attempt: 2, Wave: 1, Height: 1}, {Attempt: 1, Wave: 1, Height: 10}, {Attempt: 1, Wave: 2, Height: 15}}
	task.Seats[0].Height = 20
	task.Seats[1].Height, task.Seats[1].Missed = 18, 22 // it revealed late
	task.Court[0].Height = 38
	task.Audit = &taskstypes.Audit{End: 52, Result: taskstypes.AUDIT_RESULT_UNOPPOSED}
	task.Declines = []taskstypes.Decline{{Who: "cred1birch", Organisation: "birch", Attempt: 1, Height: 12}}
	heights := map[string]int64{}
	for _, e := range History(t.Context(), nil, task, nil, nil) {
		heights[string(e.Kind)+" "+e.Organisation] = e.Height
	}
	require.Equal(t, map[string]int64{
		"silent birch": 12, "drawn amber": 10, "committed amber": 13, "planned ": 0, "drawn grove": 15, "committed grove": 18, "revealing ": 0,
		"revealed amber": 20, "revealed grove": 0, "court ": 30, "committed val-1": 0, "revealed val-1": 38, "ended ": 40, "final ": 52,
	}, heights)
	task.Audit.Result = taskstypes.AUDIT_RESULT_UPHELD
	events := History(t.Context(), nil, task, nil, nil)
	require.Zero(t, events[len(events)-1].Height, "the court's verdict on a challenged answer came later, and nothing says when")
}
