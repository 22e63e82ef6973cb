package keeper_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/keeper"
	"github.com/credence-chain/credence/x/tasks/types"
)

// seatsDrawn lives a task to its end, the eligible organisations being those at the tickets listed from wave 2 on, and returns
// whose seats those of wave 2 are.
func seatsDrawn(t *testing.T, organisations uint64, seed byte, list []uint64) []string {
	t.Helper()
	f := newFixture(t, organisations)
	f.delay = 3
	id := f.open(1, func(d *dealstypes.Deal) {
		d.Id = types.IDText([32]byte{seed, 7})
		d.RequesterOrganisation, d.AppOrganisation, d.Terms.MinReplicas = "org-001", "org-002", 4
	})[0]
	f.begin()
	f.work(id, right)
	for f.task(id).Plan == nil {
		f.end()
		f.begin()
	}
	gone := slices.DeleteFunc(tickets(0, organisations), func(i uint64) bool { return slices.Contains(list, i) })
	f.leave(false, gone...)
	f.list = list
	for f.task(id).Phase <= types.PHASE_LOCKED {
		f.end()
		f.begin()
	}
	replayed(t, f, id)
	var out []string
	for _, s := range f.task(id).Seats[1:] {
		out = append(out, s.Organisation)
	}
	return out
}

// replayed checks that everybody can recompute a task's draws.
func replayed(t *testing.T, f *fixture, id string) {
	t.Helper()
	res, err := keeper.NewQueryServer(f.k).ReplayDraw(f.ctx, &types.QueryReplayDrawRequest{Id: id})
	require.NoError(t, err)
	require.NotEmpty(t, res.Recorded)
	require.Equal(t, res.Recorded, res.Recomputed)
	require.True(t, res.Equal_)
	forged := f.task(id)
	forged.Draws = slices.Clone(forged.Draws) // the lists of the record that was read are shared
	forged.Draws[0].Drawn = slices.Clone(forged.Draws[0].Drawn)
	forged.Draws[0].Drawn[0]++
	require.NoError(t, f.k.Tasks.Set(f.ctx, id, forged))
	res, err = keeper.NewQueryServer(f.k).ReplayDraw(f.ctx, &types.QueryReplayDrawRequest{Id: id})
	require.NoError(t, err)
	require.False(t, res.Equal_, "a record that was not drawn is told")
}

// TestTheSecondDrawIgnoresTheArraysOrder: whoever makes the block before it, and pauses and resumes its workers in whatever
// order, leaves the draw as it was; taking out an organisation that would have been drawn moves those behind it up.
func TestTheSecondDrawIgnoresTheArraysOrder(t *testing.T) {
	const n = 24
	var plain []uint64
	for i := range uint64(n) {
		plain = append(plain, i)
	}
	reverse := slices.Clone(plain)
	slices.Reverse(reverse)
	swapped := append(slices.Clone(plain[12:]), plain[:12]...)
	for seed := range byte(10) {
		want := seatsDrawn(t, n, seed, plain)
		require.GreaterOrEqual(t, len(want), 3)
		require.Equal(t, want, seatsDrawn(t, n, seed, reverse))
		require.Equal(t, want, seatsDrawn(t, n, seed, swapped))
		// An organisation that was drawn is taken out, in three ways that leave different arrays behind.
		gone := slices.IndexFunc(plain, func(i uint64) bool { return workers{}.org(i) == want[1] })
		for _, list := range [][]uint64{plain, reverse, swapped} {
			list = slices.DeleteFunc(slices.Clone(list), func(i uint64) bool { return i == uint64(gone) })
			got := seatsDrawn(t, n, seed, list)
			require.Equal(t, append([]string{want[0]}, want[2:]...), got[:len(want)-1], "seed %d", seed)
		}
	}
}

// TestLatecomersAreNotDrawn: whoever comes to the pool after the plan, when it could know which ticket it gets and where the
// seed ranks it, is drawn for later tasks alone.
func TestLatecomersAreNotDrawn(t *testing.T) {
	for seed := range byte(10) {
		f := newFixture(t, 20)
		f.delay = 3
		id := f.open(1, func(d *dealstypes.Deal) {
			d.Id = types.IDText([32]byte{seed, 9})
			d.RequesterOrganisation, d.AppOrganisation, d.Terms.MinReplicas = "org-001", "org-002", 4
		})[0]
		f.begin()
		f.work(id, right)
		for f.task(id).Plan == nil {
			f.end()
			f.begin()
		}
		f.come(tickets(20, 32)...) // as many tickets as are ranked for 20
		for f.task(id).Phase <= types.PHASE_LOCKED {
			f.end()
			f.begin()
		}
		require.Len(t, f.task(id).Draws, 2)
		require.EqualValues(t, 20, f.task(id).Draws[1].Tickets)
		for _, s := range f.task(id).Seats {
			require.Less(t, s.Organisation, "org-020")
		}
		replayed(t, f, id)
		later := f.open(1)[0]
		f.begin()
		require.EqualValues(t, 32, f.task(later).Draws[0].Tickets)
	}
}

// TestFewHoldersEligible: where most that ever came have left, and hardly any ticket's holder is eligible, the tickets of those that are
// get ranked: the task goes on, nobody gets two seats, no party gets one, and the draw can be recomputed.
func TestFewHoldersEligible(t *testing.T) {
	listed := 0
	for seed := range byte(5) {
		f := newFixture(t, 4_096)
		f.list = []uint64{1, 7, 900, 2, 4_000, 33} // two of them parties; one may collude, which is few enough
		id := f.open(1, func(d *dealstypes.Deal) {
			d.Id = types.IDText([32]byte{seed, 8})
			d.RequesterOrganisation, d.AppOrganisation, d.Terms.MinReplicas = "org-001", "org-002", 4
			d.Terms.Trust, d.Terms.Value = 2, 0
		})[0]
		for f.task(id).Phase < types.PHASE_SECOND {
			f.begin()
			f.work(id, right)
			f.end()
		}
		var orgs []string
		for _, s := range f.task(id).Seats {
			orgs = append(orgs, s.Organisation)
		}
		slices.Sort(orgs)
		require.Equal(t, []string{"org-007", "org-033", "org-4000", "org-900"}, orgs)
		for _, d := range f.task(id).Draws {
			listed += len(d.Lists)
		}
		replayed(t, f, id)
	}
	require.Greater(t, listed, 5)
}

// TestRankedSeatsAreRefusedAfterAnotherDraw: where tickets are ranked, an organisation that was drawn for another task since the plan is
// not among those that are ranked. Whoever knows the seed could have it drawn, so that a friend stands first. The draw is refused, and
// its risk stays. One that left by itself is passed over.
func TestRankedSeatsAreRefusedAfterAnotherDraw(t *testing.T) {
	for _, drawn := range []bool{true, false} {
		refused := 0
		for seed := range byte(8) {
			f := newFixture(t, 4_096)
			f.delay = 4
			f.list = []uint64{7, 900, 4_000, 33, 1_200, 77, 2_048, 3_001, 3_333, 410, 812, 1_999}
			id := f.open(1, func(d *dealstypes.Deal) {
				d.Id = types.IDText([32]byte{seed, 11})
				d.RequesterOrganisation, d.AppOrganisation, d.Terms.MinReplicas = "org-001", "org-002", 3
				d.Terms.Trust, d.Terms.Value = 2, 0
			})[0]
			f.begin()
			f.work(id, right)
			for f.task(id).Plan == nil {
				f.end()
				f.begin()
			}
			f.end()
			f.begin()
			i := slices.IndexFunc(f.list, func(ticket uint64) bool { return workers{}.org(ticket) != f.task(id).Seats[0].Organisation })
			f.leave(drawn, f.list[i])
			for f.task(id).Phase == types.PHASE_LOCKED && f.task(id).Plan != nil {
				f.end()
				f.begin()
			}
			if f.task(id).Phase == types.PHASE_LOCKED {
				require.NotEmpty(t, f.task(id).Risk)
				refused++
			} else {
				replayed(t, f, id)
			}
		}
		if drawn {
			require.Greater(t, refused, 5, "most draws rank a seat, for which nobody can say what the seed chose")
		} else {
			require.Zero(t, refused)
		}
	}
}
