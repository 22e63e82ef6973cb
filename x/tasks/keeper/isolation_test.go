package keeper_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

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
				if call == "deals.Settle" && what == id {
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

// TestWhatCannotEvenBeBroken: a task whose settlement fails at every attempt is put back by a window of blocks. The blocks before that
// do no work for it. Its money stays where it is, and is counted. The task survives an export, and ends by itself once the fault is
// gone.
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
		if call == "deals.Settle" && what == ids[0] {
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
	require.Equal(t, 2, f.failures(), "one failure normally, one while breaking it off")
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

// TestAFailedOpening leaves nothing behind: x/deals refunds what could not be opened.
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
