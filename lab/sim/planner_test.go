package sim

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
)

// For any contents of the ledgers, the planner agrees with poco.Credence.Plan in every field.
func TestPlannerIsMakePlan(t *testing.T) {
	d := NewDice(3, 1)
	memory := newPlanner()
	var asked, courts int
	for range 4_000 {
		in := poco.PlanInput{
			Allowances: poco.DefaultAllowances, Height: 10, Window: windowBlocks, Faction: uint64(2 + d.IntN(3)), Eligible: uint64(3 + d.IntN(5)), Factor: uint64(1 + d.IntN(2)),
			FuelLimit: shortFuel, MinReplicas: uint32(d.IntN(3)), MaxSeats: uint32(3 + d.IntN(22)),
			Stake: []uint64{50, 400, 1_000_000}[d.IntN(3)], Exposure: poco.Exposure{Value: 1_000, Reward: 10, Cost: 10, CourtCost: 40},
		}
		for _, l := range []*poco.Ledger{&in.Class, &in.Requester} {
			l.Trust = []uint64{2, 100, 1_000_000}[d.IntN(3)]
			l.N = d.Uint64() >> (44 + d.IntN(20))
			l.D = l.Budget(in.Allowances.Errors).MulDivUp(uint64(d.IntN(12)), 10)
			l.Value.D = poco.MoneyOf(d.Uint64() >> (32 + d.IntN(8)) % poco.DefaultAllowances.Value)
			l.Charges[0], l.Peak[1] = uint64(d.IntN(3)), uint64(d.IntN(50))
		}
		want := poco.Credence{}.Plan(in)
		require.Equal(t, want, memory.makePlan(in))
		require.Equal(t, want, memory.makePlan(in), "from memory")
		asked++
		if want.Court {
			courts++
		}
	}
	require.Less(t, courts, asked, "plans were compared too")
	require.Positive(t, courts)
}
