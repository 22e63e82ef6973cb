package app_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/testutil"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// liveCensored runs a task to its end and returns it. The censoring proposers leave every answer out of their blocks.
func (s *town) liveCensored(censors ...string) taskstypes.Task {
	s.T.Helper()
	id := s.Submit(s.Job())[0]
	sent := map[string]bool{}
	for range 500 {
		task := s.Task(id)
		if task.Phase == taskstypes.PHASE_DONE || task.Phase == taskstypes.PHASE_COURT_COMMIT {
			return task
		}
		for _, seat := range task.Seats {
			step := seat.Who + task.Phase.String() + seat.State.String()
			if sent[step] {
				continue
			}
			switch {
			case seat.State == taskstypes.SEAT_STATE_DRAWN && (task.Phase == taskstypes.PHASE_FIRST || task.Phase == taskstypes.PHASE_SECOND):
				s.taken(s.answer(seat.Who, s.CommitMsg(task, seat.Who, taskstypes.BENCH_WORKERS, testutil.Truth)))
			case seat.State == taskstypes.SEAT_STATE_COMMITTED && task.Phase == taskstypes.PHASE_REVEAL:
				s.taken(s.answer(seat.Who, s.RevealMsg(task, seat.Who, taskstypes.BENCH_WORKERS)))
			default:
				continue
			}
			sent[step] = true
		}
		if slices.Contains(censors, s.Proposer().OrgID) {
			s.Next() // no waiting transaction is in it
			continue
		}
		s.pool.Next()
	}
	require.Fail(s.T, "the task did not end")
	return taskstypes.Task{}
}

// TestCensorsAreOutlasted: three of four proposers leave out all answers. The answers wait in the mempool for the fourth proposer, whose
// turn comes in every window. No worker loses anything. Without an honest proposer in a window, a worker that has committed could not
// reveal.
func TestCensorsAreOutlasted(t *testing.T) {
	s := newTown(t, nil)
	task := s.liveCensored(testutil.SeatOrg(1), testutil.SeatOrg(2), testutil.SeatOrg(3))
	require.Equal(t, taskstypes.ENDING_ACCEPTED, task.Ending)
	require.False(t, task.ByCourt)
	for _, seat := range task.Settlement.Seats {
		require.Equal(t, "NONE", seat.Fault)
		require.Zero(t, seat.Slash)
	}
}
