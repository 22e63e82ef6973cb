package keeper_test

import (
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
