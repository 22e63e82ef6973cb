package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
)

// pool is what organisations a draw finds: how many tickets were given out, and whose holders are eligible.
type pool struct {
	given    uint64
	eligible []uint64
}

// secondPlan lives a task up to its second draw and returns its plan, nil where too few can be drawn, and its seats. The
// pool is another in the second draw than in the first; registered are as many throughout.
func secondPlan(t testing.TB, registered uint64, seed byte, before, after pool) (*types.Plan, []types.Seat) {
	t.Helper()
	f := newFixture(t, before.given)
	f.list, f.registered = before.eligible, registered
	id := f.open(1, func(d *dealstypes.Deal) {
		d.Id = types.IDText([32]byte{seed, 11})
		d.RequesterOrganisation, d.Terms.Trust, d.Terms.MinReplicas, d.Terms.MaxSeats = "org-001", 10, 1, 25
	})[0]
	f.begin()
	f.work(id, right)
	f.end()
	if f.task(id).Phase == types.PHASE_OPEN {
		return nil, nil
	}
	require.Equal(t, types.PHASE_LOCKED, f.task(id).Phase)
	f.organisations, f.list = after.given, after.eligible
	f.begin()
	f.end()
	f.begin()
	return f.task(id).Plan, f.task(id).Seats
}

func tickets(from, to uint64) (out []uint64) {
	for i := from; i < to; i++ {
		out = append(out, i)
	}
	return out
}

// TestLatecomersDoNotCount: ten organisations can be drawn, six may collude. Sixteen that come after the first draw are
// not drawn by the second, and so must not make the plan believe in a larger crowd: 0.04 where it is 0.28 is a lie.
func TestLatecomersDoNotCount(t *testing.T) {
	before := pool{20, tickets(10, 20)}
	for seed := range byte(5) {
		alone, seats := secondPlan(t, 30, seed, before, before)
		require.NotNil(t, alone)
		require.EqualValues(t, 6, alone.Faction)
		require.EqualValues(t, 10, alone.Eligible)
		joined, same := secondPlan(t, 30, seed, before, pool{36, tickets(10, 36)})
		require.Equal(t, alone, joined)
		require.Equal(t, seats, same)
		// Tickets of some who cannot be drawn are taken off as well: fewer are counted, and the plan is stricter.
		some, _ := secondPlan(t, 30, seed, before, pool{27, tickets(10, 24)})
		require.EqualValues(t, 7, some.Eligible)
		require.Greater(t, some.Replicas*poco.LotterySteps+some.Lottery, alone.Replicas*poco.LotterySteps+alone.Lottery)
		// And where more came than could be drawn, nobody is counted but the first: the draw waits.
		none, _ := secondPlan(t, 30, seed, before, pool{50, tickets(10, 20)})
		require.Nil(t, none)
	}
}

// TestAPlanKnowsItsCrowd: whoever comes, goes or pauses between the draws, no plan claims a smaller chance of collusion
// than there is among those whom its draw is from.
func TestAPlanKnowsItsCrowd(t *testing.T) {
	planned := 0
	rapid.Check(t, func(r *rapid.T) {
		before := pool{given: rapid.Uint64Range(4, 30).Draw(r, "given")}
		before.eligible = tickets(0, before.given)
		after := pool{given: before.given + rapid.Uint64Range(0, 20).Draw(r, "came")}
		for _, ticket := range tickets(0, after.given) {
			if rapid.IntRange(0, 3).Draw(r, "eligible") > 0 {
				after.eligible = append(after.eligible, ticket)
			}
		}
		if len(after.eligible) == 0 {
			after.eligible = []uint64{0}
		}
		registered := rapid.Uint64Range(before.given, after.given).Draw(r, "registered")
		plan, seats := secondPlan(t, registered, rapid.Byte().Draw(r, "seed"), before, after)
		if plan == nil || plan.Court {
			return
		}
		planned++
		crowd := uint64(1) // the first
		for _, ticket := range after.eligible {
			org := workers{}.org(ticket)
			if ticket < before.given && org != "org-001" && org != seats[0].Organisation {
				crowd++
			}
		}
		require.LessOrEqual(r, plan.Eligible, crowd)
		if after.given == before.given {
			require.Equal(r, crowd, plan.Eligible)
		}
		x, err := poco.Q64FromBytes(plan.X)
		require.NoError(r, err)
		truth := poco.Collusion(plan.Faction, crowd, uint64(plan.Replicas), uint64(plan.Lottery), 1)
		require.GreaterOrEqual(r, x.Cmp(truth), 0)
	})
	require.Positive(t, planned)
}
