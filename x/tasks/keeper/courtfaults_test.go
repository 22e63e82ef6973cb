package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
)

// TestSilentCourtSeats: the third silence within the window jails, and the count starts anew after the window.
func TestSilentCourtSeats(t *testing.T) {
	f := newFixture(t, 20)
	silent := func(n int) {
		for range n {
			id := f.open(1, func(d *dealstypes.Deal) { d.Terms.Policy = poco.PolicyCourt })[0]
			f.begin()
			for f.task(id).Phase != types.PHASE_DONE {
				t := f.task(id)
				for _, s := range t.Court[:3] { // the fourth is silent
					if s.State == types.SEAT_STATE_DRAWN {
						require.NoError(f.t, f.commit(id, s.Who, types.BENCH_COURT, right))
					} else if t.Phase == types.PHASE_COURT_REVEAL && s.State == types.SEAT_STATE_COMMITTED {
						require.NoError(f.t, f.reveal(id, s.Who, types.BENCH_COURT))
					}
				}
				f.end()
				f.begin()
			}
			require.Equal(f.t, types.ENDING_ACCEPTED, f.task(id).Ending, "three of four are more than two thirds")
		}
	}
	silent(2)
	require.Zero(t, f.books.get(f.ctx, "jailed/val-3"))
	f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + types.DefaultParams().WindowBlocks)
	silent(2)
	require.Zero(t, f.books.get(f.ctx, "jailed/val-3"), "old silences are forgotten")
	silent(1)
	require.EqualValues(t, 1, f.books.get(f.ctx, "jailed/val-3"))
	require.Zero(t, f.books.get(f.ctx, "jailed/val-0"))
	silent(1)
	require.EqualValues(t, 1, f.books.get(f.ctx, "jailed/val-3"), "counted from one again")
}

// TestOneOutageInManyCourts: a seat that goes out while several courts are in session has one silence, however many, and
// whether they end together or not; a court that is called later is another. Votes against two thirds count each.
func TestOneOutageInManyCourts(t *testing.T) {
	f := newFixture(t, 20)
	params, err := f.k.Params.Get(f.ctx)
	require.NoError(t, err)
	params.CourtSlots, params.CourtFuelPerBlock = 10, 1<<40
	require.NoError(t, f.k.Params.Set(f.ctx, params))
	open := func() string { return f.open(1, func(d *dealstypes.Deal) { d.Terms.Policy = poco.PolicyCourt })[0] }
	last := addressOf("seat of val-3")
	play := func(ids []string, lie bool) {
		for range 100 {
			left := 0
			for _, id := range ids {
				task := f.task(id)
				if task.Phase == types.PHASE_DONE {
					continue
				}
				left++
				for _, s := range task.Court {
					switch answer := right; {
					case s.Who == last && !lie:
					case s.State == types.SEAT_STATE_DRAWN && task.Phase == types.PHASE_COURT_COMMIT:
						if s.Who == last {
							answer = wrong
						}
						require.NoError(t, f.commit(id, s.Who, types.BENCH_COURT, answer))
					case s.State == types.SEAT_STATE_COMMITTED && task.Phase == types.PHASE_COURT_REVEAL && task.From <= f.ctx.BlockHeight():
						require.NoError(t, f.reveal(id, s.Who, types.BENCH_COURT))
					}
				}
			}
			if left == 0 {
				return
			}
			f.end()
			f.begin()
		}
		require.Fail(t, "courts did not end")
	}
	counted := func() uint32 {
		g, err := f.k.ExportGenesis(f.ctx)
		require.NoError(t, err)
		require.Len(t, g.CourtSilences, 1)
		require.Equal(t, "val-3", g.CourtSilences[0].Organisation)
		return g.CourtSilences[0].Count
	}
	jailed := func() uint64 { return f.books.get(f.ctx, "jailed/val-3") }

	ids := []string{open(), open(), open()}
	f.begin()
	f.end()
	f.begin()
	f.end()
	ids = append(ids, open()) // called later, but before the others end
	f.begin()
	play(ids, false)
	require.EqualValues(t, 1, counted())
	require.Zero(t, jailed())
	for i := range 2 {
		id := open()
		f.begin()
		play([]string{id}, false)
		require.EqualValues(t, i, jailed(), "three outages, one after the other")
	}
	require.Zero(t, counted(), "and counted anew")

	ids = []string{open(), open(), open()}
	f.begin()
	play(ids, true)
	require.EqualValues(t, 2, jailed(), "three votes against two thirds")
}

// TestSilentInLongCourts: a seat that is silent in every court is jailed at the third, however long courts take.
func TestSilentInLongCourts(t *testing.T) {
	f := newFixture(t, 20)
	for n := range 3 {
		require.Zero(t, f.books.get(f.ctx, "jailed/val-3"), "silences: %d", n)
		id := f.open(1, func(d *dealstypes.Deal) {
			d.Terms.Policy, d.Terms.CourtBlocks = poco.PolicyCourt, 2*types.DefaultParams().WindowBlocks
		})[0]
		f.begin()
		for blocks := 0; f.task(id).Phase != types.PHASE_DONE; blocks++ {
			require.Less(t, blocks, 2_000, "the court did not end")
			task := f.task(id)
			for _, s := range task.Seats {
				if task.Phase == types.PHASE_FIRST && s.State == types.SEAT_STATE_DRAWN {
					require.NoError(t, f.commit(id, s.Who, types.BENCH_WORKERS, right))
				} else if task.Phase == types.PHASE_REVEAL && s.State == types.SEAT_STATE_COMMITTED && task.From <= f.ctx.BlockHeight() {
					require.NoError(t, f.reveal(id, s.Who, types.BENCH_WORKERS))
				}
			}
			for _, s := range task.Court {
				if s.Organisation == "val-3" {
					continue
				}
				if task.Phase == types.PHASE_COURT_COMMIT && s.State == types.SEAT_STATE_DRAWN {
					require.NoError(t, f.commit(id, s.Who, types.BENCH_COURT, right))
				} else if task.Phase == types.PHASE_COURT_REVEAL && s.State == types.SEAT_STATE_COMMITTED && task.From <= f.ctx.BlockHeight() {
					require.NoError(t, f.reveal(id, s.Who, types.BENCH_COURT))
				}
			}
			f.end()
			f.begin()
		}
		require.Equal(t, types.ENDING_ACCEPTED, f.task(id).Ending)
	}
	require.EqualValues(t, 1, f.books.get(f.ctx, "jailed/val-3"))
}
