package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/tasks/types"
)

func TestLine(t *testing.T) {
	for _, c := range []struct {
		name string
		task types.Task
		line types.Line
	}{
		{"just opened", types.Task{Phase: types.PHASE_OPEN, Attempt: 1, Opened: 9, Deadline: 9}, types.LineFirsts},
		{"just opened, put back", types.Task{Phase: types.PHASE_OPEN, Attempt: 1, Opened: 9, Deadline: 9, Queued: 609}, types.LineFirsts},
		{"looked in vain", types.Task{Phase: types.PHASE_OPEN, Attempt: 1, Opened: 9, Deadline: 14}, types.LineAgain},
		{"lost its first", types.Task{Phase: types.PHASE_OPEN, Attempt: 2, Opened: 9, Deadline: 40}, types.LineAgain},
		{"cancelled", types.Task{Phase: types.PHASE_OPEN, Attempt: 1, Opened: 9, Deadline: 9, Cancelled: true}, types.LineActs},
		{"first at work", types.Task{Phase: types.PHASE_FIRST, Attempt: 1, Opened: 9, Deadline: 49}, types.LineActs},
		{"locked", types.Task{Phase: types.PHASE_LOCKED, Attempt: 1, Opened: 9, Deadline: 14}, types.LineSeconds},
		{"others at work", types.Task{Phase: types.PHASE_SECOND, Attempt: 1, Opened: 9, Deadline: 60}, types.LineActs},
		{"revealing", types.Task{Phase: types.PHASE_REVEAL, Attempt: 1, Opened: 9, Deadline: 60}, types.LineActs},
		{"provisional, put back", types.Task{Phase: types.PHASE_TURN, Attempt: 1, Opened: 9, Queued: 60}, types.LineActs},
		{"the court at once", types.Task{Phase: types.PHASE_COURT_WAIT, Attempt: 1, Opened: 9, Deadline: 9}, types.LineActs},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.line, c.task.Line())
			require.Equal(t, uint32(c.line), c.task.QueueKey().K1())
		})
	}
}
