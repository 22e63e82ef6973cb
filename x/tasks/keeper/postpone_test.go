package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
)

// TestPlansWaitForDrawsThatArePlanned: of many tasks whose first answers are locked in one block, in a pool of ten organisations, those are
// planned whose draws are unlikely to meet one another. The others wait, with no risk and no plan, until these have been drawn, and no
// draw is refused. At the end of its wait a task is planned in any case.
func TestPlansWaitForDrawsThatArePlanned(t *testing.T) {
	const tasks, delay, wait = 6, 3, 6
	f := newFixture(t, 30)
	f.list, f.registered, f.delay = tickets(0, 30), 30, delay
	ids := f.open(tasks, func(d *dealstypes.Deal) {
		d.Terms.MinReplicas, d.Terms.MaxSeats, d.Terms.RetryBlocks, d.Terms.WaitBlocks = 4, 25, 1, wait
	})
	f.begin()
	for _, id := range ids {
		f.work(id, right)
	}
	f.end()
	locked := f.ctx.BlockHeight()
	planned := map[string]int64{}
	for len(planned) < tasks {
		f.begin()
		height, now := f.ctx.BlockHeight(), 0
		require.Less(t, height, locked+20)
		for _, id := range ids {
			task := f.task(id)
			require.Empty(t, task.Risk, "nothing was refused, and nothing is charged for waiting")
			if planned[id] == 0 && task.Plan != nil {
				planned[id], now = height, now+1
				require.LessOrEqual(t, height, locked+wait)
			}
		}
		if height < locked+wait {
			require.LessOrEqual(t, now, 2)
		}
		f.end()
	}
	heights := map[int64]int{}
	for _, h := range planned {
		heights[h]++
	}
	require.GreaterOrEqual(t, len(heights), 3)
	require.Positive(t, heights[locked+2], "the first are planned at once")
	for range delay {
		f.begin()
		f.end()
	}
	for _, id := range ids {
		if planned[id] < locked+wait {
			require.NotEqual(t, types.PHASE_LOCKED, f.task(id).Phase)
		}
	}
}

// TestPlansOfFewSeatsDoNotWait: where plan and draw are one moment no draw can be refused for another, and none waits.
func TestPlansOfFewSeatsDoNotWait(t *testing.T) {
	f := newFixture(t, 30)
	ids := f.open(6, func(d *dealstypes.Deal) { d.Terms.MinReplicas, d.Terms.MaxSeats = 4, 25 })
	f.begin()
	for _, id := range ids {
		f.work(id, right)
	}
	f.end()
	for range 2 {
		f.begin()
		f.end()
	}
	for _, id := range ids {
		require.Equal(t, types.PHASE_SECOND, f.task(id).Phase)
	}
}
