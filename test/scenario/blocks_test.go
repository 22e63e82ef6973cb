package scenario

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/testutil"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// stop is one block of an honest task's life: what the block is for, how many messages it has, and the phase that it leaves the task in.
type stop struct {
	purpose  string
	messages int
	phase    taskstypes.Phase
}

// honestLife returns the blocks of an honest task of three replicas, from that of its request to that of its verdict, for the beacon's delay d.
func honestLife(d int) []stop {
	life := []stop{
		{"the request is queued: its order must not know the seed of its match", 1, taskstypes.PHASE_UNSPECIFIED},
		{"the request is matched, the deal is made, the first worker is drawn", 0, taskstypes.PHASE_FIRST},
		{"the first worker commits", 1, taskstypes.PHASE_LOCKED},
	}
	for range d - 1 {
		life = append(life, stop{"the seed of the second draw must not be known at the commit", 0, taskstypes.PHASE_LOCKED})
	}
	return append(life,
		stop{"the second wave is drawn", 0, taskstypes.PHASE_SECOND},
		stop{"the second wave commits", 2, taskstypes.PHASE_REVEAL},
		stop{"all reveal, and the end of the block has the verdict", 3, taskstypes.PHASE_DONE},
	)
}

// TestRequestToVerdict plays one honest request whose workers answer in the first block that takes their answers. The verdict is 4+d blocks
// after the request's block, d being the beacon's delay: 2 with one to six seats. No block may come to it without this test failing.
func TestRequestToVerdict(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ seats, delay, blocks int }{{1, 2, 7}, {4, 2, 7}, {7, 3, 8}, {20, 7, 12}} {
		t.Run(fmt.Sprintf("%d seats", c.seats), func(t *testing.T) {
			chain := testutil.NewCompute(t, testutil.ComputeOptions{Seats: c.seats})
			job := chain.Job()
			job.MinReplicas = 3
			id := chain.QueueSubmit(job)[0]
			life := honestLife(c.delay)
			require.Len(t, life, c.blocks, "with the block of the request and that of the verdict")
			for n, want := range life {
				chain.Next()
				require.Len(t, chain.Results(), want.messages, "block %d: %s", n, want.purpose)
				for _, r := range chain.Results() {
					require.Zero(t, r.Code, "block %d: %s: %s", n, want.purpose, r.Log)
				}
				if want.phase == taskstypes.PHASE_UNSPECIFIED {
					require.False(t, chain.HasTask(id), "block %d: %s", n, want.purpose)
					continue
				}
				require.Equal(t, want.phase, chain.Task(id).Phase, "block %d: %s", n, want.purpose)
				chain.QueueWork(id, testutil.Honest)
			}
			require.Equal(t, taskstypes.ENDING_ACCEPTED, chain.Task(id).Ending)
		})
	}
}
