package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/tasks/types"
)

func TestDueQueue(t *testing.T) {
	for _, c := range []struct {
		name  string
		task  types.Task
		queue types.DueQueue
	}{
		{"just opened", types.Task{Phase: types.PHASE_OPEN, Attempt: 1, Opened: 9, Deadline: 9}, types.QueueFirstWave},
		{"just opened, put back", types.Task{Phase: types.PHASE_OPEN, Attempt: 1, Opened: 9, Deadline: 9, Queued: 609}, types.QueueFirstWave},
		{"nobody was found", types.Task{Phase: types.PHASE_OPEN, Attempt: 1, Opened: 9, Deadline: 14}, types.QueueFirstWaveRetries},
		{"lost its first", types.Task{Phase: types.PHASE_OPEN, Attempt: 2, Opened: 9, Deadline: 40}, types.QueueFirstWaveRetries},
		{"cancelled", types.Task{Phase: types.PHASE_OPEN, Attempt: 1, Opened: 9, Deadline: 9, Cancelled: true}, types.QueueDeadlines},
		{"first at work", types.Task{Phase: types.PHASE_FIRST, Attempt: 1, Opened: 9, Deadline: 49}, types.QueueDeadlines},
		{"locked", types.Task{Phase: types.PHASE_LOCKED, Attempt: 1, Opened: 9, Deadline: 14}, types.QueueLaterWaves},
		{"others at work", types.Task{Phase: types.PHASE_SECOND, Attempt: 1, Opened: 9, Deadline: 60}, types.QueueDeadlines},
		{"revealing", types.Task{Phase: types.PHASE_REVEAL, Attempt: 1, Opened: 9, Deadline: 60}, types.QueueDeadlines},
		{"provisional, put back", types.Task{Phase: types.PHASE_TURN, Attempt: 1, Opened: 9, Queued: 60}, types.QueueDeadlines},
		{"the court at once", types.Task{Phase: types.PHASE_COURT_WAIT, Attempt: 1, Opened: 9, Deadline: 9}, types.QueueDeadlines},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.queue, c.task.DueQueue())
			require.Equal(t, uint32(c.queue), c.task.QueueKey().K1())
		})
	}
}
