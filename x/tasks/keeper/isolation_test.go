package keeper_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
)

// failures counts the items that the current block could not process.
func (f *fixture) failures() (n int) {
	for _, e := range f.ctx.EventManager().ABCIEvents() {
		if e.Type == "credence.tasks.v1.EventItemFailed" {
			n++
		}
	}
	return n
}

// TestAPanicStaysAlone: one of three tasks due in one block panics deep in another module. The others proceed. The one
// is broken off: its escrow goes back, its stakes are freed, nobody is slashed, and none of what it had written remains.
func TestAPanicStaysAlone(t *testing.T) {
	for _, c := range []struct {
		name string
		fail func(id, who string) func(call, what string) error
		to   types.Phase // the faulty task is brought so far first
	}{
		{"first worker's stake", func(_, who string) func(call, what string) error {
			return func(call, what string) error {
				if call == "Lock" && what == who {
					panic("at 0xc0001234")
				}
				return nil
			}
		}, types.PHASE_OPEN},
		{"first settlement panics, the second does not", func(id, _ string) func(call, what string) error {
			times := 0
			return func(call, what string) error {
				if call == "workers.Settle" && what == id {
					if times++; times == 1 {
						panic(errors.New("nil map"))
					}
				}
				return nil
			}
		}, types.PHASE_REVEAL},
		{"first settlement fails with an error", func(id, _ string) func(call, what string) error {
			times := 0
			return func(call, what string) error {
				if call == "market.Settle" && what == id {
					if times++; times == 1 {
						return errors.New("no")
					}
				}
				return nil
			}
		}, types.PHASE_REVEAL},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t, 20)
			ids := f.open(3)
			faulty := ids[1]
			// Who will be drawn first for the faulty task is known from the seed.
			peek, _ := f.ctx.CacheContext()
			peek = peek.WithBlockHeight(f.ctx.BlockHeight() + 1)
			require.NoError(t, f.k.BeginBlock(peek))
			seen, err := f.k.Tasks.Get(peek, faulty)
			require.NoError(t, err)
			who := seen.Seats[0].Who
			for _, id := range ids {
				other, err := f.k.Tasks.Get(peek, id)
				require.NoError(t, err)
				require.True(t, id == faulty || other.Seats[0].Who != who, "the seeds give two tasks the same first worker: choose others")
			}
			for f.task(faulty).Phase < c.to {
				f.begin()
				for _, id := range ids {
					f.work(id, right)
				}
				f.end()
			}
			f.books.fail = c.fail(faulty, who)
			failed := 0
			for range 30 {
				f.begin()
				for _, id := range ids {
					if f.task(id).Phase != types.PHASE_DONE {
						f.work(id, right)
					}
				}
				f.end()
				failed += f.failures()
			}
			require.Equal(t, 1, failed)
			for _, id := range ids {
				want := types.ENDING_ACCEPTED
				if id == faulty {
					want = types.ENDING_BROKEN
				}
				require.Equal(t, want, f.task(id).Ending)
				require.EqualValues(t, 1, f.books.get(f.ctx, "settled/"+id), "settled once")
			}
			require.Zero(t, f.books.get(f.ctx, "locked"), "stake stays locked")
			require.Zero(t, f.books.get(f.ctx, "slashed"))
			require.EqualValues(t, 3*150, f.books.get(f.ctx, "paid")+f.books.get(f.ctx, "refunded"))
			checkNothingOpen(t, f)
		})
	}
}

// checkNothingOpen: no index, queue or turn outlives its task.
func checkNothingOpen(t *testing.T, f *fixture) {
	t.Helper()
	for name, n := range map[string]func() (bool, error){
		"queue":          func() (bool, error) { it, err := f.k.Queue.Iterate(f.ctx, nil); return it.Valid(), err },
		"assignments":    func() (bool, error) { it, err := f.k.Assignments.Iterate(f.ctx, nil); return it.Valid(), err },
		"turns":          func() (bool, error) { it, err := f.k.Turns.Iterate(f.ctx, nil); return it.Valid(), err },
		"waiting":        func() (bool, error) { it, err := f.k.Waiting.Iterate(f.ctx, nil); return it.Valid(), err },
		"ledgers to ask": func() (bool, error) { it, err := f.k.LedgersToAsk.Iterate(f.ctx, nil); return it.Valid(), err },
		"counts":         func() (bool, error) { it, err := f.k.WaitingCounts.Iterate(f.ctx, nil); return it.Valid(), err },
	} {
		left, err := n()
		require.NoError(t, err)
		require.False(t, left, "%s is not empty", name)
	}
}

// TestWhatCannotEvenBeBroken: a task whose settlement fails however often it is tried is put back by a window of blocks, so
// that it costs the blocks between nothing; its money stays where it is, counted. It survives an export, and ends by itself
// once the fault is gone.
func TestWhatCannotEvenBeBroken(t *testing.T) {
	f := newFixture(t, 20)
	ids := f.open(2)
	for f.task(ids[0]).Phase != types.PHASE_REVEAL {
		f.begin()
		f.work(ids[0], right)
		f.work(ids[1], right)
		f.end()
	}
	f.books.fail = func(call, what string) error {
		if call == "market.Settle" && what == ids[0] {
			panic("always")
		}
		return nil
	}
	f.begin()
	f.work(ids[1], right)
	seats := f.task(ids[0]).Seats
	require.NoError(t, f.reveal(ids[0], seats[0].Who, types.BENCH_WORKERS))
	for _, s := range seats[1 : len(seats)-1] {
		require.NoError(t, f.reveal(ids[0], s.Who, types.BENCH_WORKERS))
	}
	last := seats[len(seats)-1].Who
	require.NoError(t, f.reveal(ids[0], last, types.BENCH_WORKERS))
	f.end()
	require.Equal(t, 2, f.failures(), "once as it was, once broken off")
	stuck := f.task(ids[0])
	require.Equal(t, types.PHASE_REVEAL, stuck.Phase)
	window := types.DefaultParams().WindowBlocks
	require.Equal(t, f.ctx.BlockHeight()+window, stuck.Queued)
	require.Zero(t, f.books.get(f.ctx, "settled/"+ids[0]))
	require.EqualValues(t, 1_000*len(seats), f.books.get(f.ctx, "locked"), "its stakes are still counted")
	f.begin()
	f.end()
	require.Zero(t, f.failures(), "it is not tried again and again")
	f.ctx = f.ctx.WithBlockHeight(stuck.Queued - 1)
	f.begin()
	require.Equal(t, 2, f.failures(), "it is tried again after a window, and put back again")
	require.Equal(t, f.ctx.BlockHeight()+window, f.task(ids[0]).Queued)
	f.end()

	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, g.Validate())

	f.books.fail = nil
	f.ctx = f.ctx.WithBlockHeight(f.task(ids[0]).Queued - 1)
	f.begin()
	f.end()
	require.Equal(t, types.ENDING_ACCEPTED, f.task(ids[0]).Ending)
	require.Zero(t, f.books.get(f.ctx, "locked"))
	checkNothingOpen(t, f)
}

// TestAWaitingTurnThatFails: a provisional answer whose settlement fails when its turn has come is broken off too; it
// would otherwise wait for ever, since nothing before it is left to wake it.
func TestAWaitingTurnThatFails(t *testing.T) {
	f := newFixture(t, 20)
	ids := f.openWaiting()
	times := 0
	f.books.fail = func(call, what string) error {
		if call == "market.Settle" && what == ids[1] {
			if times++; times == 1 {
				panic("once")
			}
		}
		return nil
	}
	f.finish(ids...)
	require.Equal(t, types.ENDING_ACCEPTED, f.task(ids[0]).Ending)
	require.Equal(t, types.ENDING_BROKEN, f.task(ids[1]).Ending)
	require.Zero(t, f.books.get(f.ctx, "locked"))
	checkNothingOpen(t, f)
}

// TestAWaitingTurnThatCannotEvenBeBroken is provisional, waits for nothing, and is put back in the queue until it can end.
func TestAWaitingTurnThatCannotEvenBeBroken(t *testing.T) {
	f := newFixture(t, 20)
	ids := f.openWaiting()
	f.books.fail = func(call, what string) error {
		if call == "market.Settle" && what == ids[1] {
			return errors.New("always")
		}
		return nil
	}
	f.finish(ids[0])
	stuck := f.task(ids[1])
	require.Equal(t, types.PHASE_TURN, stuck.Phase)
	require.NotZero(t, stuck.Queued, "it is not forgotten")
	f.books.fail = nil
	f.ctx = f.ctx.WithBlockHeight(stuck.Queued - 1)
	f.begin()
	f.end()
	require.Equal(t, types.ENDING_ACCEPTED, f.task(ids[1]).Ending, "its turn was open all the while")
	checkNothingOpen(t, f)
}

// TestAFailedOpening leaves nothing behind: x/market refunds what could not be opened.
func TestAFailedOpening(t *testing.T) {
	f := newFixture(t, 20)
	ids := f.open(1)
	d := f.market.deals[f.task(ids[0]).Deal]
	require.ErrorIs(t, f.k.OpenTask(f.ctx, d, 0), types.ErrExists)
	d.Terms.MaxAttempts = 0
	require.ErrorContains(t, f.k.OpenTask(f.ctx, d, 1), "terms.max_attempts")
	d.Id = "nonsense"
	require.ErrorIs(t, f.k.OpenTask(f.ctx, d, 1), types.ErrInvalid)
}

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
