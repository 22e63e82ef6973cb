package keeper_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/testutil/until"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
)

// TestPlannedSeatsAreThoseOfTheTasks: whatever happens to tasks and to the organisations of a pool, the number of planned seats is the sum over
// the tasks that are planned and wait for their draw, and nothing is left of it in the end.
func TestPlannedSeatsAreThoseOfTheTasks(t *testing.T) {
	planned := 0
	until.Check(t, func(r *rapid.T) {
		f := newFixture(t, 12)
		f.delay = rapid.Int64Range(2, 5).Draw(r, "delay")
		var ids []string
		for range rapid.IntRange(5, 25).Draw(r, "blocks") {
			f.begin()
			if rapid.IntRange(0, 3).Draw(r, "new") == 0 && len(ids) < 4 {
				ids = append(ids, f.open(rapid.Uint64Range(1, 2).Draw(r, "tasks"), func(d *dealstypes.Deal) {
					d.Cancelled = rapid.IntRange(0, 9).Draw(r, "cancelled") == 0
				})...)
			}
			for _, id := range ids {
				switch rapid.IntRange(0, 3).Draw(r, "work") {
				case 0: // silent
				case 1:
					f.work(id, wrong)
				default:
					f.work(id, right)
				}
			}
			if ticket := rapid.Uint64Range(0, 11).Draw(r, "ticket"); f.list == nil || slices.Contains(f.list, ticket) {
				if rapid.IntRange(0, 5).Draw(r, "leaves") == 0 {
					f.leave(rapid.Bool().Draw(r, "drawn"), ticket)
				}
			} else if rapid.Bool().Draw(r, "comes") {
				f.come(ticket)
			}
			f.end()
			planned += checkPlanned(t, f)
		}
		open := func(id string) bool { return f.task(id).Phase != types.PHASE_DONE }
		for slices.ContainsFunc(ids, open) {
			f.begin()
			f.end()
		}
		require.Zero(t, checkPlanned(t, f), "all tasks have ended")
		has, err := f.k.Planned.Has(f.ctx, "pool")
		require.NoError(t, err)
		require.False(t, has, "no zero is stored")
	}, func() bool { return planned > 0 })
}

// checkPlanned compares the pool's number with the tasks', and returns it.
func checkPlanned(t *testing.T, f *fixture) int {
	t.Helper()
	have, _, err := records.Find(f.ctx, f.k.Planned, "pool")
	require.NoError(t, err)
	want := uint64(0)
	require.NoError(t, f.k.Tasks.Walk(f.ctx, nil, func(_ string, task types.Task) (bool, error) {
		if task.Phase == types.PHASE_LOCKED && task.Plan != nil {
			want += uint64(task.Plan.Replicas)
		}
		return false, nil
	}))
	require.Equal(t, want, have)
	return int(have)
}
