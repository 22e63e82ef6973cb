package keeper_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
)

// disputed plays a task to its court: the second worker lies.
func disputed(f *fixture) string {
	id := f.open(1)[0]
	for f.task(id).Phase != types.PHASE_COURT_COMMIT {
		f.begin()
		t := f.task(id)
		for i, s := range t.Seats {
			switch {
			case s.State == types.SEAT_STATE_DRAWN && (t.Phase == types.PHASE_FIRST || t.Phase == types.PHASE_SECOND):
				o := right
				if i == 1 {
					o = wrong
				}
				require.NoError(f.t, f.commit(id, s.Who, types.BENCH_WORKERS, o))
			case s.State == types.SEAT_STATE_COMMITTED && t.Phase == types.PHASE_REVEAL && t.From <= f.ctx.BlockHeight():
				require.NoError(f.t, f.reveal(id, s.Who, types.BENCH_WORKERS))
			}
		}
		f.end()
	}
	return id
}

// hear has the seats of these organisations answer in a task's court until it ends or as many blocks have passed.
func (f *fixture) hear(id string, blocks int, orgs ...string) {
	for range blocks {
		t := f.task(id)
		if t.Phase == types.PHASE_DONE {
			return
		}
		for _, s := range t.Court {
			switch {
			case !slices.Contains(orgs, s.Organisation):
			case s.State == types.SEAT_STATE_DRAWN && t.Phase == types.PHASE_COURT_COMMIT:
				require.NoError(f.t, f.commit(id, s.Who, types.BENCH_COURT, right))
			case s.State == types.SEAT_STATE_COMMITTED && t.Phase == types.PHASE_COURT_REVEAL && t.From <= f.ctx.BlockHeight():
				require.NoError(f.t, f.reveal(id, s.Who, types.BENCH_COURT))
			}
		}
		f.end()
		f.begin()
	}
}

// TestSilencedSeatsFreeNoLiar: a liar has two of four seats silenced. The court is called again; the seats that keep silent
// are struck each time and jailed in the end; and once they are, or speak, the lie is found.
func TestSilencedSeatsFreeNoLiar(t *testing.T) {
	stake := terms().Stake
	t.Run("they come back", func(t *testing.T) {
		f := newFixture(t, 20)
		id := disputed(f)
		f.hear(id, 31, "val-0", "val-1")
		task := f.task(id)
		require.Equal(t, types.PHASE_COURT_COMMIT, task.Phase)
		require.EqualValues(t, 1, task.Recalls)
		require.Zero(t, f.books.get(f.ctx, "slashed"))
		require.EqualValues(t, uint64(len(task.Seats))*stake, f.books.get(f.ctx, "locked"), "every stake stays locked")
		f.hear(id, 100, "val-2", "val-3") // the others have done their work
		require.Equal(t, types.ENDING_ACCEPTED, f.task(id).Ending)
		require.Equal(t, stake, f.books.get(f.ctx, "slashed"))
		require.Len(t, paidFees(f.task(id)), 4, "all four are paid")
		checkNothingOpen(t, f)
	})
	t.Run("they are jailed", func(t *testing.T) {
		f := newFixture(t, 20)
		f.jails = true
		id := disputed(f)
		f.hear(id, 1_000, "val-0", "val-1")
		task := f.task(id)
		require.Equal(t, types.ENDING_ACCEPTED, task.Ending)
		require.EqualValues(t, 3, task.Recalls, "three silences each")
		require.EqualValues(t, 1, f.books.get(f.ctx, "jailed/val-2"))
		require.EqualValues(t, 1, f.books.get(f.ctx, "jailed/val-3"))
		require.Equal(t, stake, f.books.get(f.ctx, "slashed"))
		require.Len(t, paidFees(task), 2)
		checkNothingOpen(t, f)
	})
	t.Run("the chain could not go on", func(t *testing.T) {
		f := newFixture(t, 20)
		id := disputed(f)
		f.hear(id, 1_000, "val-0", "val-1")
		task := f.task(id)
		require.Equal(t, types.ENDING_COURT_SILENT, task.Ending)
		require.Equal(t, types.DefaultParams().CourtRecalls+1, task.Recalls)
		require.Zero(t, f.books.get(f.ctx, "slashed"))
		for _, s := range task.Seats {
			require.EqualValues(t, poco.DisputeUndecided, f.books.get(f.ctx, "dispute/"+s.Who))
		}
		checkNothingOpen(t, f)
	})
}

// paidFees lists who was paid as a seat of the court.
func paidFees(t types.Task) (out []string) {
	for _, p := range t.Settlement.Payments {
		if p.Party == "COURT" && !slices.Contains(out, p.To) {
			out = append(out, p.To)
		}
	}
	return out
}

// TestATaskThatCannotEndHoldsNoSeat: its court is over and its settlement fails, again and again; the others are called.
func TestATaskThatCannotEndHoldsNoSeat(t *testing.T) {
	f := newFixture(t, 20)
	b := newBar(f, 1, 1)
	b.courts(3, "acme")
	stuck := ""
	f.books.fail = func(call, what string) error {
		if call == "deals.Settle" && what == stuck {
			return fmt.Errorf("broken")
		}
		return nil
	}
	// Nobody answers in the first, so that it fails while it holds its seat; the recalls are over at once.
	params, err := f.k.Params.Get(f.ctx)
	require.NoError(t, err)
	params.CourtRecalls = 0
	require.NoError(t, f.k.Params.Set(f.ctx, params))
	b.begin()
	b.end()
	stuck = b.sessions()[0]
	for f.task(stuck).Queued == f.task(stuck).Deadline {
		b.begin()
		b.end()
	}
	for range 20 {
		b.next()
	}
	require.Equal(t, types.PHASE_COURT_COMMIT, f.task(stuck).Phase, "put aside as it was")
	require.Equal(t, []string{stuck}, b.sessions())
	require.Equal(t, types.Courts{Round: b.busy().Round}, b.busy())
	f.books.fail = nil
	for range params.WindowBlocks {
		b.begin()
		b.end()
	}
	require.Equal(t, types.ENDING_COURT_SILENT, f.task(stuck).Ending)
	require.Equal(t, types.Courts{Round: b.busy().Round}, b.busy())
}

// TestEverySeatJudges: the court is every active seat, though one of them is the requester's, one the app's, one a
// dataset's and one a worker's organisation: nobody but the council says who judges.
func TestEverySeatJudges(t *testing.T) {
	f := newFixture(t, 3)
	f.seats = []string{"acme", "org-000", "org-001", "org-002", "studio", "val-0"}
	id := f.open(1, withData, func(d *dealstypes.Deal) { d.Size_, d.Terms.MinReplicas = 1, 2 })[0]
	f.market.deals[f.task(id).Deal].Datasets[2].Organisation = "val-0" // one of the two that the task reads
	f.market.deals[f.task(id).Deal].Datasets[3].Organisation = "val-1"
	lie := true // the first worker's
	for range 60 {
		if f.task(id).Phase == types.PHASE_COURT_COMMIT {
			break
		}
		if f.task(id).Phase == types.PHASE_FIRST && lie {
			lie = false
			f.work(id, wrong)
		} else {
			f.work(id, right)
		}
		f.end()
		f.begin()
	}
	var workers, judges []string
	for _, s := range f.task(id).Seats {
		workers = append(workers, s.Organisation)
	}
	for _, s := range f.task(id).Court {
		judges = append(judges, s.Organisation)
	}
	require.NotEmpty(t, workers)
	require.Subset(t, f.seats, workers, "workers of organisations with a seat")
	require.Equal(t, f.seats, judges)
}
