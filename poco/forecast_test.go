package poco

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A forecast equals planning one task after the other.
func TestForecastIsOnePlanAfterTheOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		trust := rapid.SampledFrom([]uint64{2, 100, 10_000}).Draw(t, "trust")
		value := rapid.SampledFrom([]uint64{0, 50, 40_000_000, 90_000_000}).Draw(t, "value")
		in := PlanInput{
			Allowances: DefaultAllowances, Height: 10, Window: 600, Faction: rapid.Uint64Range(2, 8).Draw(t, "faction"),
			Eligible: rapid.Uint64Range(1, 30).Draw(t, "eligible"), Factor: 1, MaxSeats: rapid.Uint32Range(1, 25).Draw(t, "seats"),
			MinReplicas: rapid.Uint32Range(0, 3).Draw(t, "least"), Stake: rapid.SampledFrom([]uint64{10, 1_000, 1 << 40}).Draw(t, "stake"),
			Exposure: Exposure{Value: value, Reward: 10, Cost: 10, CourtCost: 70},
		}
		for _, l := range []*Ledger{&in.Class, &in.Requester} {
			l.Trust = trust
			l.N = rapid.Uint64Range(0, 2_000).Draw(t, "counted")
			l.D = l.Budget(in.Allowances.Errors).MulDivUp(rapid.Uint64Range(0, 11).Draw(t, "tenths"), 10)
			l.Charges[0] = rapid.Uint64Range(0, 2).Draw(t, "charges")
		}
		premium := PremiumFor(PolicyCredence, value, trust)
		tasks := rapid.Uint64Range(0, 400).Draw(t, "tasks")
		want, later := Forecast{Tasks: tasks}, in
		for range tasks {
			plan := Credence{}.Plan(later)
			if plan.Court {
				want.ToCourt++
			} else {
				want.Steps += uint64(plan.Replicas)*LotterySteps + uint64(plan.Lottery)
			}
			for _, l := range []*Ledger{&later.Class, &later.Requester} {
				l.N++
				l.Value.P = l.Value.P.Add(MoneyOf(premium))
			}
		}
		got, err := ForecastTasks(Credence{}, in, premium, tasks)
		require.NoError(t, err)
		require.Equal(t, []uint64{want.Tasks, want.Steps, want.ToCourt}, []uint64{got.Tasks, got.Steps, got.ToCourt})
	})
}

// A forecast of a million tasks takes only a moment.
func TestForecastOfManyTasks(t *testing.T) {
	in := PlanInput{
		Allowances: DefaultAllowances, Window: 600, Faction: 40, Eligible: 200, Factor: 1, MaxSeats: 25, Stake: 1 << 40,
		Class: Ledger{Trust: 10_000}, Requester: Ledger{Trust: 10_000},
	}
	f, err := ForecastTasks(Credence{}, in, 0, 1_000_000)
	require.NoError(t, err)
	require.Zero(t, f.ToCourt)
	require.InDelta(t, 1.13, float64(f.Steps)/LotterySteps/1_000_000, 0.01, "what the laboratory measures in peace (docs/trust.md)")
	require.Equal(t, uint32(1), f.Cheapest.Replicas)
}

// countingPolicy counts the plans that it is asked for.
type countingPolicy struct {
	Credence
	plans *int
}

func (p countingPolicy) Plan(in PlanInput) Plan {
	*p.plans++
	return p.Credence.Plan(in)
}

// The plans of a forecast are bounded for any number of tasks: by the number of kinds of plans, times the steps of a search among 2^40. A
// forecast of more tasks is refused.
func TestForecastsAreBounded(t *testing.T) {
	most := MaxReplicas * LotterySteps * 81
	for _, trust := range []uint64{2, 10_000, MaxTrust} {
		for _, tasks := range []uint64{0, 1, 1 << 39, MostForecast - 1, MostForecast} {
			plans := 0
			in := PlanInput{
				Allowances: DefaultAllowances, Window: 600, Faction: 40, Eligible: 200, Factor: 874, MaxSeats: 25, Stake: 1 << 40,
				Class: Ledger{Trust: trust}, Requester: Ledger{Trust: trust},
			}
			f, err := ForecastTasks(countingPolicy{plans: &plans}, in, 1, tasks)
			require.NoError(t, err)
			require.Equal(t, tasks, f.Tasks)
			require.Less(t, plans, most, "trust %d, %d tasks", trust, tasks)
			require.Less(t, plans, 10_000, "trust %d, %d tasks: what is said to be some thousands", trust, tasks)
			t.Logf("trust %d, %d tasks: %d plans", trust, tasks, plans)
		}
	}
	for _, tasks := range []uint64{MostForecast + 1, 1 << 63, ^uint64(0)} {
		_, err := ForecastTasks(Credence{}, PlanInput{}, 0, tasks)
		require.ErrorContains(t, err, "tasks: got ")
	}
}

func TestCostOfAForecast(t *testing.T) {
	terms := testTerms()
	terms.DatasetPrice, terms.Premium = 7, 3
	f := Forecast{Tasks: 10, Steps: 8*2*LotterySteps + 1, ToCourt: 2}
	require.Equal(t, 10*(terms.AppPrice+7+3)+8*2*terms.Price+1+2*(terms.Price+4*terms.CourtFee), terms.CostOf(f, 4), "a sixteenth of a replica is rounded up")
	terms.Policy = PolicyCourt
	require.Equal(t, 10*(terms.AppPrice+7+3)+8*2*terms.Price+1+2*4*terms.CourtFee, terms.CostOf(f, 4), "no worker runs it")
	terms.CourtFee = 1 << 63
	require.Equal(t, ^uint64(0), terms.CostOf(f, 4))
}
