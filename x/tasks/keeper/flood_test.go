package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
)

// flood is a requester that opens tasks in every block which ask for one organisation more than can be drawn: the pool has
// it, but it is paused. Blocks take a tenth of what they take by default.
type flood struct {
	*fixture
	perBlock uint64
	tasks    []string
}

func newFlood(t *testing.T, perBlock uint64) *flood {
	t.Helper()
	f := &flood{fixture: newFixture(t, 20), perBlock: perBlock}
	f.list = tickets(0, 19)
	params, err := f.k.Params.Get(f.ctx)
	require.NoError(t, err)
	params.DuePerBlock = 20
	require.NoError(t, f.k.Params.Set(f.ctx, params))
	return f
}

func (f *flood) open(n uint64, minReplicas uint32) []string {
	return f.fixture.open(n, func(d *dealstypes.Deal) {
		d.Terms.MinReplicas, d.Terms.MaxSeats, d.Terms.WaitBlocks, d.Terms.RetryBlocks = minReplicas, 25, 60, 5
	})
}

// next makes a block with its share of the flood, and in it act for whoever is honest.
func (f *flood) next(act func()) {
	if f.perBlock > 0 {
		f.tasks = append(f.tasks, f.open(f.perBlock, 20)...)
	}
	f.begin()
	act()
	f.end()
	f.save()
}

// life returns how many blocks an honest task takes to its end.
func (f *flood) life() (blocks int) {
	id := f.open(1, 2)[0]
	for f.task(id).Phase != types.PHASE_DONE {
		locked := f.task(id)
		f.next(func() {
			if locked.Phase == types.PHASE_LOCKED && locked.Deadline <= f.ctx.BlockHeight() {
				require.Equal(f.t, types.PHASE_SECOND, f.task(id).Phase, "wave 2 is drawn when it is due")
			}
			f.work(id, right)
		})
		blocks++
		require.Less(f.t, blocks, 200)
	}
	require.Equal(f.t, types.ENDING_ACCEPTED, f.task(id).Ending)
	require.Empty(f.t, f.task(id).Court)
	return blocks
}

// TestTasksNobodyCanRunDelayNoOther: a requester floods the chain with tasks for which too few can be drawn at the moment,
// which costs it nothing: they are refunded. Whoever else's tasks run beside them takes no block longer for it, even where
// more looks come due than a block has.
func TestTasksNobodyCanRunDelayNoOther(t *testing.T) {
	alone := newFlood(t, 0).life()
	for _, c := range []struct {
		name     string
		perBlock uint64
		most     int64 // blocks from opening to end, of the flood's
	}{
		{"as many as are opened at most", 5, 70},
		{"more than can be looked at", 15, 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFlood(t, c.perBlock)
			for range 80 {
				f.next(func() {})
			}
			for range 5 {
				require.Equal(t, alone, f.life())
			}
			ended := 0
			for _, id := range f.tasks {
				task := f.task(id)
				if task.Phase != types.PHASE_DONE {
					continue
				}
				ended++
				require.Equal(t, types.ENDING_TOO_FEW_ORGANISATIONS, task.Ending)
				require.GreaterOrEqual(t, task.Done-task.Opened, int64(60))
				require.LessOrEqual(t, task.Done-task.Opened, c.most)
			}
			require.Greater(t, ended, 50)
			t.Logf("%d blocks beside the flood, %d alone; %d of the flood's %d ended", f.life(), alone, ended, len(f.tasks))
		})
	}
}

// TestADealHearsOfATaskThatNobodyIsGiven: a deal with tasks to open is told once of each task on which nobody is given work at its first
// look, whatever the reason, and of no other. Without this a requester fills the state with tasks that cost it nothing.
func TestADealHearsOfATaskThatNobodyIsGiven(t *testing.T) {
	unpaid := func(d *dealstypes.Deal) { d.Terms.CourtFee = 1_000 } // more than the escrow holds
	for name, c := range map[string]struct {
		edit    func(*dealstypes.Deal)
		rest    uint64 // tasks that are not opened
		times   int64
		phase   types.Phase
		outcome types.Ending
	}{
		"no worker can be drawn":        {func(d *dealstypes.Deal) { d.Terms.MinReplicas, d.Terms.MaxSeats = 20, 25 }, 1, 1, types.PHASE_OPEN, types.ENDING_UNSPECIFIED},
		"the deal has opened all":       {func(d *dealstypes.Deal) { d.Terms.MinReplicas, d.Terms.MaxSeats = 20, 25 }, 0, 0, types.PHASE_OPEN, types.ENDING_UNSPECIFIED},
		"its plan is a court, unpaid":   {func(d *dealstypes.Deal) { d.Terms.MaxSeats = 2; unpaid(d) }, 1, 1, types.PHASE_DONE, types.ENDING_COURT_UNPAID},
		"its policy is a court, unpaid": {func(d *dealstypes.Deal) { d.Terms.Policy = poco.PolicyCourt; unpaid(d) }, 1, 1, types.PHASE_DONE, types.ENDING_COURT_UNPAID},
		"a worker is drawn":             {func(*dealstypes.Deal) {}, 1, 0, types.PHASE_FIRST, types.ENDING_UNSPECIFIED},
		"its plan is a court, paid":     {func(d *dealstypes.Deal) { d.Terms.MaxSeats = 5; d.Terms.MinReplicas = 6 }, 1, 0, types.PHASE_FIRST, types.ENDING_UNSPECIFIED},
		"its policy is a court, paid":   {func(d *dealstypes.Deal) { d.Terms.Policy = poco.PolicyCourt }, 1, 0, types.PHASE_COURT_COMMIT, types.ENDING_UNSPECIFIED},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFlood(t, 0)
			id := f.fixture.open(1, c.edit)[0]
			deal := f.task(id).Deal
			d := f.market.deals[deal]
			d.Size_ += c.rest
			f.market.deals[deal] = d
			f.next(func() {})
			require.Equal(t, c.phase, f.task(id).Phase)
			require.Equal(t, c.outcome, f.task(id).Ending)
			for range 12 { // looks again, for whom nobody can be drawn
				f.next(func() {})
			}
			require.EqualValues(t, c.times, f.books.get(f.ctx, "undrawn/"+deal))
		})
	}
}

// TestAVerdictWaitsForNoDraw: draws that are due and cannot be made in the end of a block leave it its whole budget.
func TestAVerdictWaitsForNoDraw(t *testing.T) {
	f := newFlood(t, 0)
	id := f.open(1, 2)[0]
	for f.task(id).Phase != types.PHASE_REVEAL {
		f.next(func() { f.work(id, right) })
	}
	f.begin()
	f.open(100, 20) // older than the verdict to come, and due
	f.end()
	f.begin()
	f.work(id, right)
	f.end()
	require.Equal(t, types.PHASE_DONE, f.task(id).Phase)
}

// TestACancelledDealsTaskLeavesItsQueue: found cancelled by its draw, it is ended in the same block's end.
func TestACancelledDealsTaskLeavesItsQueue(t *testing.T) {
	f := newFixture(t, 20)
	id := f.open(1, func(d *dealstypes.Deal) { d.Cancelled = true })[0]
	// Its draw, its being cancelled and its opening fall into one height.
	f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() - 1)
	f.begin()
	f.end()
	require.Equal(t, types.ENDING_CANCELLED, f.task(id).Ending)
	checkNothingOpen(t, f)
}

// TestTasksNobodyCanRunArePruned: a flood of tasks for which too few can be drawn leaves no more in the state than the time that finished
// tasks are kept, and of each task one compact record.
func TestTasksNobodyCanRunArePruned(t *testing.T) {
	f := newFlood(t, 5)
	f.pruneAfter(10, 20)
	whole := func() (n int) {
		require.NoError(t, f.k.Tasks.Walk(f.ctx, nil, func(string, types.Task) (bool, error) { n++; return false, nil }))
		return n
	}
	for range 100 {
		f.next(func() {})
	}
	before := whole()
	for range 100 {
		f.next(func() {})
	}
	require.InDelta(t, before, whole(), 10, "the state does not grow by tasks that stay")
	pruned := f.pruned()
	require.Greater(t, len(pruned), 500)
	for _, p := range pruned {
		require.Equal(t, types.ENDING_TOO_FEW_ORGANISATIONS, p.Ending)
		require.Less(t, p.Size(), 200)
	}
}
