package keeper_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil/until"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
)

// plannedTask lives a task of ten that can be drawn, six of whom may collude, until it is planned.
func plannedTask(t testing.TB, seed byte, edit ...func(*dealstypes.Deal)) (*fixture, string) {
	t.Helper()
	return plannedTaskOf(t, seed, right, edit...)
}

// plannedTaskOf is plannedTask with what the first worker answers.
func plannedTaskOf(t testing.TB, seed byte, first poco.Outcome, edit ...func(*dealstypes.Deal)) (*fixture, string) {
	t.Helper()
	return plannedTaskAfter(t, 4, seed, first, edit...)
}

// plannedTaskAfter is plannedTaskOf with another delay of the beacon.
func plannedTaskAfter(t testing.TB, delay int64, seed byte, first poco.Outcome, edit ...func(*dealstypes.Deal)) (*fixture, string) {
	t.Helper()
	f := newFixture(t, 30)
	f.list, f.registered, f.delay = tickets(20, 30), 30, delay
	id := f.open(1, append([]func(*dealstypes.Deal){func(d *dealstypes.Deal) {
		d.Id = types.IDText([32]byte{seed, 11})
		d.RequesterOrganisation, d.Terms.Trust, d.Terms.MinReplicas, d.Terms.MaxSeats = "org-001", 10, 1, 25
		d.Terms.RetryBlocks, d.Terms.WaitBlocks = 1, 8
	}}, edit...)...)[0]
	f.begin()
	f.work(id, first)
	f.end()
	f.begin()
	f.end()
	require.Nil(t, f.task(id).Plan)
	f.begin()
	require.Equal(t, types.PHASE_LOCKED, f.task(id).Phase)
	require.NotNil(t, f.task(id).Plan, "it is planned two blocks after the first answer")
	f.end()
	return f, id
}

func tickets(from, to uint64) (out []uint64) {
	for i := from; i < to; i++ {
		out = append(out, i)
	}
	return out
}

// drawSecondWave makes the blocks up to a planned task's draw.
func (f *fixture) drawSecondWave(id string) types.Task {
	for range 2 {
		f.begin()
		f.end()
	}
	return f.task(id)
}

// ticketsOf are those of a task's blind seats.
func ticketsOf(task types.Task) (out []uint64) {
	for _, s := range task.Seats[1:] {
		ticket, _, _ := workers{n: new(uint64)}.TicketHeldBy(nil, "", s.Organisation) //nolint:staticcheck // takes no context
		out = append(out, ticket)
	}
	return out
}

// TestThePlanIsMadeBeforeTheSeed: whatever happens among the organisations between the plan and the draw, by whoever knows
// the seed, the task is drawn from those that were counted, at no greater risk than was planned, or not drawn at all and
// charged.
func TestThePlanIsMadeBeforeTheSeed(t *testing.T) {
	drawn, refused, fitted := 0, 0, 0
	until.Check(t, func(r *rapid.T) {
		f, id := plannedTask(t, rapid.Byte().Draw(r, "seed"))
		plan := *f.task(id).Plan
		counted := slices.DeleteFunc(tickets(20, 30), func(i uint64) bool { return workers{}.org(i) == f.task(id).Seats[0].Organisation })
		var left, taken, early []uint64
		for _, i := range counted {
			if rapid.IntRange(0, 7).Draw(r, "drawn in the plan's block") == 7 {
				f.leave(true, i)
				early = append(early, i)
			}
		}
		f.begin()
		for _, i := range counted {
			if slices.Contains(early, i) {
				continue
			}
			switch rapid.IntRange(0, 5).Draw(r, "does") {
			case 4:
				f.leave(false, i)
				left = append(left, i)
			case 5:
				f.leave(true, i)
				taken = append(taken, i)
			}
		}
		came := tickets(30, 30+rapid.Uint64Range(0, 20).Draw(r, "came"))
		f.come(came...)
		for _, i := range slices.Concat(left, taken, early) {
			if rapid.Bool().Draw(r, "comes back") {
				f.come(i)
			}
		}
		f.end()
		f.begin()
		task := f.task(id)
		x, err := poco.Q64FromBytes(plan.X)
		require.NoError(r, err)
		if task.Phase == types.PHASE_LOCKED {
			refused++
			require.Equal(r, plan.X, task.Risk, "a refused draw leaves its risk behind")
			require.Nil(r, task.Plan)
			require.NotEmpty(r, slices.Concat(left, taken, early))
			return
		}
		drawn++
		got := ticketsOf(task)
		require.Len(r, slices.Compact(slices.Sorted(slices.Values(got))), len(got), "an organisation has two seats")
		for _, i := range got {
			require.Contains(r, counted, i)
			require.NotContains(r, left, i)
			require.NotContains(r, taken, i)
			require.NotContains(r, early, i)
		}
		require.Equal(r, plan.Charge, task.Plan.Charge)
		truth := poco.Collusion(plan.Faction, plan.Eligible-uint64(len(left)+len(taken)+len(early)), uint64(task.Plan.Replicas), uint64(task.Plan.Lottery), 1)
		require.GreaterOrEqual(r, x.Cmp(truth), 0, "fewer are left than were planned with")
		if task.Plan.Replicas != plan.Replicas {
			fitted++
		}
		replayed(t, f, id)
	}, func() bool { return drawn > 0 && refused > 0 && fitted > 0 })
}

// TestAChosenMomentIsCharged performs the attack: the coalition knows the seed of the draw. Where it does not suit, enough of
// its organisations pause to make the draw impossible, and come back for the next one. Each refused draw adds its risk to the
// next plan's, so that the ledgers are told the sum; and when no plan is cheap enough any more the court comes, with it.
func TestAChosenMomentIsCharged(t *testing.T) {
	f, id := plannedTask(t, 1)
	first := f.task(id).Seats[0].Organisation
	sum, refusals := poco.Q64{}, 0
	for f.task(id).Phase == types.PHASE_LOCKED {
		plan := f.task(id).Plan
		require.NotNil(t, plan)
		friends := slices.DeleteFunc(tickets(20, 27), func(i uint64) bool { return workers{}.org(i) == first })
		f.begin()
		f.leave(false, friends...)
		f.end()
		f.begin() // the draw
		if task := f.task(id); task.Phase == types.PHASE_LOCKED {
			refusals++
			x := poco.Collusion(plan.Faction, plan.Eligible, uint64(plan.Replicas), uint64(plan.Lottery), 1)
			sum = sum.Add(x)
			require.Equal(t, sum.Bytes(), task.Risk)
		}
		f.come(friends...)
		f.end()
		for f.task(id).Phase == types.PHASE_LOCKED && f.task(id).Plan == nil {
			f.begin()
			f.end()
		}
	}
	require.Positive(t, refusals)
	task := f.task(id)
	require.True(t, task.Plan.Court)
	charge, err := poco.Q64FromBytes(task.Plan.Charge)
	require.NoError(t, err)
	require.Equal(t, poco.Charge(sum), charge)
	ledger, err := f.k.Ledgers.Get(f.ctx, "class/10")
	require.NoError(t, err)
	require.Equal(t, task.Plan.Charge, ledger.UnsettledCharges, "the court is not free")
}

// TestADrawThatProposersMayForesee: where a seat has left since the plan and the rotation changes before the draw, the draw is refused, charged
// and planned anew with the longer delay. A draw before the rotation changes is made.
func TestADrawThatProposersMayForesee(t *testing.T) {
	for _, c := range []struct {
		delay   int64
		refused bool
	}{{4, false}, {5, true}} {
		f, id := plannedTaskAfter(t, c.delay, 2, right)
		f.delay = 2*c.delay - 1 // a seat leaves
		for range c.delay - poco.PlanDelay {
			require.Equal(t, types.PHASE_LOCKED, f.task(id).Phase)
			f.begin()
			f.end()
		}
		task := f.task(id)
		if !c.refused {
			require.Equal(t, types.PHASE_SECOND, task.Phase)
			continue
		}
		require.Equal(t, types.PHASE_LOCKED, task.Phase)
		require.NotEmpty(t, task.Risk)
		for range 2*c.delay - 1 + 2 {
			f.begin()
			f.end()
		}
		require.Equal(t, types.PHASE_SECOND, f.task(id).Phase, "planned with the longer delay, it is drawn")
	}
}

// TestABusyOrganisationIsNotSkipped: a requester that knows the seed has the honest organisations that it would choose drawn
// for tasks of its own, so that the next in order, a friend, takes their place. The draw is refused instead, also when a task that
// the requester holds back until then ends in time, and the organisation is back.
func TestABusyOrganisationIsNotSkipped(t *testing.T) {
	f, id := plannedTask(t, 2)
	task := f.drawSecondWave(id)
	require.Equal(t, types.PHASE_SECOND, task.Phase)
	wanted := ticketsOf(task)

	for _, c := range []struct{ drawn, back bool }{{true, false}, {true, true}, {false, false}, {false, true}} {
		f, id = plannedTask(t, 2)
		f.begin()
		f.leave(c.drawn, wanted[0])
		if c.back {
			f.come(wanted[0])
		}
		f.end()
		f.begin()
		task = f.task(id)
		if c.drawn {
			require.Equal(t, types.PHASE_LOCKED, task.Phase)
			require.NotEmpty(t, task.Risk)
		} else { // whoever leaves by itself only makes room for the next
			require.Equal(t, types.PHASE_SECOND, task.Phase)
			require.NotContains(t, ticketsOf(task), wanted[0])
			require.GreaterOrEqual(t, len(task.Seats), len(wanted))
		}
	}
}
