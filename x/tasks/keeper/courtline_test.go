package keeper_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/keeper"
	"github.com/credence-chain/credence/x/tasks/types"
)

// bar is the court's executors: each seat has one, which runs as many tasks at once as it has slots, each for so many blocks,
// and those first whose window closes first.
type bar struct {
	*fixture
	slots, blocks int
	running       map[string]map[string]int // seat -> task -> blocks to go
}

func newBar(f *fixture, slots, blocks int) *bar {
	return &bar{fixture: f, slots: slots, blocks: blocks, running: map[string]map[string]int{}}
}

// next makes a block in which every executor works.
func (b *bar) next() {
	b.begin()
	var sessions []types.Task
	for _, id := range b.sessions() {
		sessions = append(sessions, b.task(id))
	}
	slices.SortStableFunc(sessions, func(x, y types.Task) int { return int(x.Deadline - y.Deadline) })
	for _, org := range b.seats {
		b.seat(addressOf("seat of "+org), sessions)
	}
	b.end()
	b.save()
}

// sessions lists the courts that were called and have not ended, by what the chain tells a seat's executor.
func (b *bar) sessions() (ids []string) {
	rng := collections.NewPrefixedPairRange[string, string](addressOf("seat of " + b.seats[0]))
	require.NoError(b.t, b.k.Assignments.Walk(b.ctx, rng, func(key collections.Pair[string, string]) (bool, error) {
		ids = append(ids, key.K2())
		return false, nil
	}))
	return ids
}

// seat has one executor work for a block.
func (b *bar) seat(who string, sessions []types.Task) {
	work := b.running[who]
	if work == nil {
		work = map[string]int{}
		b.running[who] = work
	}
	wanted := map[string]bool{}
	for _, t := range sessions {
		i := slices.IndexFunc(t.Court, func(s types.Seat) bool { return s.Who == who })
		switch {
		case t.Phase == types.PHASE_COURT_REVEAL && t.Court[i].State == types.SEAT_STATE_COMMITTED && t.From <= b.ctx.BlockHeight():
			require.NoError(b.t, b.reveal(t.Id, who, types.BENCH_COURT))
		case t.Phase == types.PHASE_COURT_COMMIT && t.Deadline > b.ctx.BlockHeight() && t.Court[i].State == types.SEAT_STATE_DRAWN:
			wanted[t.Id] = true
			if _, begun := work[t.Id]; !begun && len(work) < b.slots {
				work[t.Id] = b.blocks
			}
		}
	}
	for id := range work {
		if work[id]--; wanted[id] && work[id] > 0 {
			continue
		}
		if wanted[id] {
			require.NoError(b.t, b.commit(id, who, types.BENCH_COURT, right))
		}
		delete(work, id)
	}
}

// courts opens n tasks of a requester that the court judges at once.
func (b *bar) courts(n uint64, requester string) []string {
	return b.open(n, func(d *dealstypes.Deal) {
		d.Terms.Policy, d.RequesterOrganisation = poco.PolicyCourt, requester
	})
}

func (b *bar) busy() types.Courts {
	res, err := keeper.NewQueryServer(b.k).CourtLine(b.ctx, &types.QueryCourtLineRequest{})
	require.NoError(b.t, err)
	return res.Courts
}

// TestABusyCourtQueues performs the flood: one bag puts 2,000 courts in session, with the ordinary window and executors of one
// slot. None of them is void, no seat is silent, and another requester's court is called within the bound that is stated.
func TestABusyCourtQueues(t *testing.T) {
	f := newFixture(t, 20)
	params, err := f.k.Params.Get(f.ctx)
	require.NoError(t, err)
	params.DuePerBlock = 2_000
	require.NoError(t, f.k.Params.Set(f.ctx, params))
	b := newBar(f, 1, 3)
	flood := b.courts(2_000, "flood")
	b.next()
	require.Equal(t, types.Courts{Waiting: 1_999, Sessions: 1, Pace: b.busy().Pace}, b.busy())
	for range 20 {
		b.next()
	}
	victim := b.courts(1, "acme")[0]
	b.next()
	res, err := keeper.NewQueryServer(f.k).Task(f.ctx, &types.QueryTaskRequest{Id: victim})
	require.NoError(t, err)
	require.LessOrEqual(t, res.CourtPlace, poco.CourtBound(1, 2)+1, "its place in the line")
	require.Greater(t, res.CourtWaiting, uint64(1_900))

	// Before it are the session under way and those of the bound, and none holds a seat longer than its window.
	bound := int64(poco.CourtBound(1, 2)+1) * terms().CourtBlocks
	for f.task(victim).Phase != types.PHASE_DONE {
		b.next()
		require.LessOrEqual(t, f.ctx.BlockHeight()-f.task(victim).Opened, bound+terms().CourtBlocks+terms().CourtRevealBlocks)
	}
	require.Equal(t, types.ENDING_ACCEPTED, f.task(victim).Ending)
	t.Logf("judged after %d blocks, beside a flood of 2,000", f.task(victim).Done-f.task(victim).Opened)

	for range 200 {
		b.next()
	}
	judged := 0
	for _, id := range flood {
		task := f.task(id)
		switch task.Phase {
		case types.PHASE_DONE:
			judged++
			require.Equal(t, types.ENDING_ACCEPTED, task.Ending)
			require.Empty(t, task.Settlement.CourtSilent)
		case types.PHASE_COURT_WAIT:
			require.Zero(t, task.Deadline, "no window runs while it waits")
		}
	}
	require.Greater(t, judged, 40)
	require.EqualValues(t, 2_000, judged+int(b.busy().Waiting)+len(b.sessions()), "none is lost")
	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Empty(t, g.CourtSilences, "no seat was struck for a court that waited")
}

// TestCourtsKeepToTheCapacity: in no block do courts in session ask more of a seat than it declared, where more than one is on.
func TestCourtsKeepToTheCapacity(t *testing.T) {
	f := newFixture(t, 20)
	params, err := f.k.Params.Get(f.ctx)
	require.NoError(t, err)
	pace := (poco.Task{Terms: poco.Terms{CourtBlocks: terms().CourtBlocks, FuelLimit: terms().FuelLimit}}).CourtPace()
	params.CourtSlots, params.CourtFuelPerBlock = 4, 3*pace
	require.NoError(t, f.k.Params.Set(f.ctx, params))
	b := newBar(f, 3, 2)
	ids := b.courts(30, "acme")
	most := uint32(0)
	b.next()
	for len(b.sessions())+int(b.busy().Waiting) > 0 {
		b.next()
		busy := b.busy()
		most = max(most, busy.Sessions)
		require.LessOrEqual(t, busy.Pace, params.CourtFuelPerBlock)
	}
	require.EqualValues(t, 3, most, "the fuel, not the slots, bounds them")
	for _, id := range ids {
		require.Equal(t, types.ENDING_ACCEPTED, f.task(id).Ending)
	}
	require.Zero(t, b.busy().Pace)
	checkNothingOpen(t, f)
}

// TestATaskThatCannotEndHoldsNoSeat: its court is over and its settlement fails, again and again; the others are called.
func TestATaskThatCannotEndHoldsNoSeat(t *testing.T) {
	f := newFixture(t, 20)
	b := newBar(f, 1, 1)
	b.courts(3, "acme")
	stuck := ""
	f.books.fail = func(call, what string) error {
		if call == "market.Settle" && what == stuck {
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

// TestAnAppWhoseWorkersAreConvicted is suspended once courts have convicted workers of enough organisations.
func TestAnAppWhoseWorkersAreConvicted(t *testing.T) {
	f := newFixture(t, 20)
	orgs := map[string]bool{}
	rule := types.DefaultParams().ConvictionRule()
	for f.books.get(f.ctx, "reviewed/studio/paint") == 0 {
		require.Less(t, len(orgs), int(rule.Organisations))
		id := disputed(f)
		f.hear(id, 100, f.seats...)
		require.Equal(t, types.ENDING_ACCEPTED, f.task(id).Ending)
		orgs[f.task(id).Seats[1].Organisation] = true
	}
	require.Len(t, orgs, int(rule.Organisations))
	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Empty(t, g.AppConvictions, "and counted anew")
}

// TestTheCourtsLineIsExported: with courts in session, waiting, and waiting again, everything comes back from genesis.
func TestTheCourtsLineIsExported(t *testing.T) {
	f := newFixture(t, 20)
	recalled := disputed(f)
	b := newBar(f, 1, 3)
	b.courts(5, "flood")
	b.courts(3, "")
	f.hear(recalled, 31, "val-0", "val-1")
	require.Equal(t, types.PHASE_COURT_WAIT, f.task(recalled).Phase)
	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, g.Validate())
	require.NotZero(t, g.CourtRound)

	other := newFixture(t, 20)
	require.NoError(t, other.k.InitGenesis(other.ctx, *g))
	again, err := other.k.ExportGenesis(other.ctx)
	require.NoError(t, err)
	require.Equal(t, g, again)
	require.Equal(t, indexes(t, f), indexes(t, other))
}
