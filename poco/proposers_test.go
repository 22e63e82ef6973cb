package poco

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProposerChoices(t *testing.T) {
	for k, want := range []uint64{1, 2, 4, 10, 34, 154, 874, 5_914} {
		require.Equal(t, want, ProposerChoices(uint64(k)), "%d colluders", k)
	}
	require.EqualValues(t, 522_956_314, ProposerChoices(12))
	for _, k := range []uint64{13, 14, 33, 1 << 40} {
		require.EqualValues(t, MostChoices, ProposerChoices(k), "%d colluders", k)
	}
}

func TestChoicesAfterLeaving(t *testing.T) {
	for k, want := range []uint64{1, 3, 16, 244, 8_194} {
		require.Equal(t, want, ChoicesAfterLeaving(uint64(k)), "%d colluders", k)
	}
	for k := range uint64(40) {
		require.GreaterOrEqual(t, ChoicesAfterLeaving(k), ProposerChoices(k), "%d colluders", k)
	}
	require.EqualValues(t, MostChoices, ChoicesAfterLeaving(1<<40))
}

// TestWhatTheFactorCosts pins the table of ADR 61: the plan of the first task of a young ledger, for several numbers of seats. Of 200
// organisations, 40 may collude. Replicas are counted in sixteenths.
func TestWhatTheFactorCosts(t *testing.T) {
	for seats, want := range map[uint64]uint32{1: 2*16 + 9, 4: 2*16 + 15, 7: 3*16 + 6, 10: 3*16 + 14, 13: 4*16 + 11, 19: 6*16 + 9} {
		ledger := Ledger{Trust: 10_000}
		plan := makePlan(PlanInput{
			Class: ledger, Requester: ledger, Allowances: DefaultAllowances, Height: 10, Window: 100, Faction: 40, Eligible: 200,
			Factor: ProposerChoices((seats - 1) / 3), FuelLimit: 1 << 20, MaxSeats: MaxReplicas + 1, Trust: ledger.Trust,
		})
		require.Equal(t, BoundDebt, plan.Bound)
		require.Equal(t, want, plan.Replicas*LotterySteps+plan.Lottery, "%d seats", seats)
	}
}

// TestReplicasOfTheBenchmark: docs/performance.md says how many replicas the first task of BenchmarkTasks with n=3 has, by the number of
// seats. Of its 20 organisations, 4 may collude. Replicas are counted in sixteenths.
func TestReplicasOfTheBenchmark(t *testing.T) {
	for seats, want := range map[uint64]uint32{1: 3 * 16, 4: 3 * 16, 20: 4*16 + 12} {
		ledger := Ledger{Trust: 2}
		plan := makePlan(PlanInput{
			Class: ledger, Requester: ledger, Allowances: DefaultAllowances, Height: 10, Window: 100, Faction: Faction(1, 5, 20), Eligible: 20,
			Factor: ProposerChoices((seats - 1) / 3), FuelLimit: 1 << 20, MinReplicas: 3, MaxSeats: MaxReplicas + 1, Trust: ledger.Trust,
		})
		require.False(t, plan.Court, "%d seats", seats)
		require.Equal(t, want, plan.Replicas*LotterySteps+plan.Lottery, "%d seats", seats)
	}
}
