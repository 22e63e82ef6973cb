package poco

import (
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// exactStake computes the stake of protocol section 5 in exact rationals. It returns nil when no stake suffices.
func exactStake(x Q64, e Exposure) *big.Rat {
	one := big.NewRat(1, 1)
	rest := new(big.Rat).Sub(one, rat(x))
	if rest.Sign() <= 0 {
		return nil
	}
	amount := func(v uint64) *big.Rat { return new(big.Rat).SetInt(new(big.Int).SetUint64(v)) }
	s := new(big.Rat).Mul(rat(x), amount(e.Value))
	s.Add(s, amount(e.Cost)).Quo(s, rest).Sub(s, amount(e.Reward))
	if s.Cmp(amount(e.CourtCost)) < 0 {
		return amount(e.CourtCost)
	}
	return s
}

func TestStakeNeededAgainstRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.OneOf(rapid.Uint64Range(0, 1_000), rapid.Uint64())
		e := Exposure{amount.Draw(t, "G"), amount.Draw(t, "r"), amount.Draw(t, "c"), amount.Draw(t, "court")}
		x := Q64{Hi: uint64(rapid.IntRange(0, 9).Draw(t, "certain") / 9), Lo: rapid.Uint64().Draw(t, "x")}
		exact := exactStake(x, e)
		got, ok := StakeNeeded(x, e)
		if exact == nil {
			require.False(t, ok)
			return
		}
		up := new(big.Int).Quo(new(big.Int).Add(exact.Num(), new(big.Int).Sub(exact.Denom(), big.NewInt(1))), exact.Denom())
		require.Equal(t, up.IsUint64(), ok, "needs %s", up)
		if ok {
			require.Equal(t, up.Uint64(), got)
		}
	})
}

func anyPlanInput(t *rapid.T) PlanInput {
	ledger := func(name string) Ledger {
		l := Ledger{Trust: rapid.SampledFrom([]uint64{2, 10, 1_000, 100_000}).Draw(t, name+" trust"), N: rapid.Uint64Range(0, 10_000).Draw(t, name+" N")}
		l.D = l.Budget(QuarterQ64).MulDivUp(rapid.Uint64Range(0, 11).Draw(t, name+" D"), 10)
		l.Charges[0] = rapid.Uint64Range(0, 3).Draw(t, name+" charges")
		l.Peak[0] = rapid.Uint64Range(0, 20).Draw(t, name+" peak")
		return l
	}
	amount := rapid.OneOf(rapid.Uint64Range(0, 100), rapid.Uint64Range(0, 1<<40))
	return PlanInput{
		Class: ledger("class"), Requester: ledger("requester"), Allowances: DefaultAllowances, Height: 10, Window: 100,
		Faction: rapid.Uint64Range(2, 60).Draw(t, "faction"), Eligible: rapid.Uint64Range(0, 200).Draw(t, "eligible"),
		Factor:    rapid.Uint64Range(1, 8).Draw(t, "factor"),
		FuelLimit: 1 << 20, MinReplicas: rapid.Uint32Range(0, MaxReplicas).Draw(t, "min"),
		MaxSeats: rapid.Uint32Range(1, MaxReplicas+1).Draw(t, "max seats"), Stake: amount.Draw(t, "stake"),
		Exposure: Exposure{amount.Draw(t, "G"), amount.Draw(t, "r"), amount.Draw(t, "c"), amount.Draw(t, "court") / 16},
	}
}

// fits says whether a plan of n replicas and a lottery of a passes the error debt and the stake inequality.
func fits(in PlanInput, allowance Q64, n, a uint64) bool {
	x := Collusion(in.Faction, in.Eligible, n, a, in.Factor)
	stake, ok := StakeNeeded(x, in.Exposure)
	return Charge(x).Cmp(allowance) <= 0 && ok && stake <= in.Stake
}

// TestPlanIsTheCheapestThatFits compares the plan with every possible plan.
func TestPlanIsTheCheapestThatFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyPlanInput(t)
		plan := makePlan(in)
		one := in.Class.Limit(in.Allowances, in.Exposure.Value, false, in.Height, in.Window)
		two := in.Requester.Limit(in.Allowances, in.Exposure.Value, false, in.Height, in.Window)
		a, spentA, b, spentB := one.Charge, one.Spent(), two.Charge, two.Spent()
		if b.Cmp(a) < 0 {
			a = b
		}
		require.Equal(t, a, plan.Allowance)
		if spentA || spentB {
			require.True(t, plan.Court)
			require.Equal(t, BoundSpent, plan.Bound)
			return
		}
		var n, lottery uint64 // the slow twin takes the first fitting plan in order of expected seats, n + a
		for steps := uint64(max(in.MinReplicas, 1)) * LotterySteps; steps < (MaxReplicas+1)*LotterySteps && n == 0; steps++ {
			k, j := steps/LotterySteps, steps%LotterySteps
			seats := k
			if j > 0 {
				seats++
			}
			if seats >= 2 && seats <= in.Eligible && fits(in, a, k, j) {
				n, lottery = k, j
			}
		}
		switch {
		case n == 0:
			require.True(t, plan.Court)
			require.Contains(t, []Bound{BoundFew, BoundTable, BoundStake}, plan.Bound)
		case n+min(lottery, 1) > uint64(in.MaxSeats):
			require.True(t, plan.Court)
			require.Equal(t, BoundBudget, plan.Bound)
		default:
			require.False(t, plan.Court)
			require.Equal(t, [2]uint64{n, lottery}, [2]uint64{uint64(plan.Replicas), uint64(plan.Lottery)})
			require.LessOrEqual(t, plan.Charge.Cmp(plan.Allowance), 0)
			require.LessOrEqual(t, plan.StakeFloor, in.Stake)
			require.GreaterOrEqual(t, plan.Replicas, in.MinReplicas)
		}
		require.NotEmpty(t, plan.Text())
	})
}

func TestPlanCases(t *testing.T) {
	seven := PlanInput{
		Class: Ledger{Trust: 10_000}, Requester: Ledger{Trust: 10_000}, Allowances: DefaultAllowances, Height: 1, Window: 600,
		Faction: 2, Eligible: 7, Factor: 1, FuelLimit: 1 << 20, MaxSeats: 10, Stake: 1_000_000,
		Exposure: Exposure{Value: 1_000, Reward: 10, Cost: 10, CourtCost: 40},
	}
	spent := func(l Ledger) Ledger { l.D = l.Budget(QuarterQ64); return l }
	for _, c := range []struct {
		name     string
		malleate func(*PlanInput)
		court    bool
		n, a     uint32
		bound    Bound
		says     string
	}{
		{"seven organisations, 99.99%", func(*PlanInput) {}, false, 2, 6, BoundDebt, "2 replicas and one more with chance 6/16"},
		{"at least three", func(in *PlanInput) { in.MinReplicas = 3 }, false, 3, 0, BoundRequest, "as many as the requester asked for"},
		{"a beacon of two choices asks for more", func(in *PlanInput) { in.Factor = 2 }, false, 2, 11, BoundDebt, "error debt"},
		{"low trust and a stake that carries it: one replica and the lottery", func(in *PlanInput) {
			in.Class.Trust, in.Requester.Trust = 2, 2
		}, false, 1, 14, BoundDebt, "1 replica and one more"},
		{"the stake decides", func(in *PlanInput) { in.Stake, in.Exposure.Value = 40, 1_000_000 }, false, 3, 0, BoundStake, "makes honesty pay"},
		{"no stake is enough", func(in *PlanInput) { in.Stake = 39 }, true, 0, 0, BoundStake, "the stake is too small"},
		{"no stake is enough, and few are there: waiting would not help", func(in *PlanInput) { in.Stake, in.Eligible = 39, 1 }, true, 0, 0, BoundStake, ""},
		{"the class's debt is spent", func(in *PlanInput) { in.Class = spent(in.Class) }, true, 0, 0, BoundSpent, "reached its budget"},
		{"the requester's debt is spent", func(in *PlanInput) { in.Requester = spent(in.Requester) }, true, 0, 0, BoundSpent, ""},
		{"the budget is too small", func(in *PlanInput) { in.MaxSeats = 2 }, true, 0, 0, BoundBudget, "more replicas than the price pays for"},
		{"three eligible, four asked for", func(in *PlanInput) { in.Eligible, in.MinReplicas = 3, 4 }, true, 0, 0, BoundFew, "too few"},
		{"only the first is there", func(in *PlanInput) { in.Eligible = 1 }, true, 0, 0, BoundFew, ""},
		{"all may collude, and there are many of them", func(in *PlanInput) { in.Faction, in.Eligible = 60, 50 }, true, 0, 0, BoundTable, "not even 24"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := seven
			c.malleate(&in)
			plan := makePlan(in)
			require.Equal(t, c.court, plan.Court, "%+v", plan)
			require.Equal(t, [2]uint32{c.n, c.a}, [2]uint32{plan.Replicas, plan.Lottery}, "%s", plan.Text())
			require.Equal(t, c.bound, plan.Bound)
			require.True(t, strings.Contains(plan.Text(), c.says), plan.Text())
		})
	}
	require.Contains(t, Plan{Court: true, Bound: BoundEvidence}.Text(), "records")
}

// TestFit: a plan is carried out unchanged when as many workers are left as it counted. With fewer workers it takes more seats, or it
// cannot be carried out.
func TestFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		eligible := rapid.Uint64Range(2, 60).Draw(t, "eligible")
		p := Plan{
			Faction: rapid.Uint64Range(2, 20).Draw(t, "faction"), Eligible: eligible,
			Replicas: uint32(rapid.Uint64Range(1, min(eligible, MaxReplicas)).Draw(t, "replicas")),
			Lottery:  rapid.Uint32Range(0, LotterySteps-1).Draw(t, "lottery"), Charge: QuarterQ64,
			Risk: Q64{Lo: rapid.Uint64().Draw(t, "risk")},
		}
		factor, most := rapid.Uint64Range(1, 4).Draw(t, "factor"), uint32(MaxReplicas+1)
		if uint64(p.Replicas) == eligible {
			p.Lottery = 0
		}
		chance := func(p Plan, eligible uint64) Q64 {
			return capOne(p.Risk.Add(Collusion(p.Faction, eligible, uint64(p.Replicas), uint64(p.Lottery), factor)))
		}
		p.X = chance(p, eligible)
		same, ok := p.Fit(eligible, factor, most)
		require.True(t, ok)
		require.Equal(t, p, same)

		left := rapid.Uint64Range(1, eligible).Draw(t, "left")
		fits, ok := p.Fit(left, factor, most)
		if !ok {
			require.Less(t, left, eligible)
			return
		}
		require.LessOrEqual(t, chance(fits, left).Cmp(p.X), 0, "the draw is riskier than the plan")
		require.GreaterOrEqual(t, fits.Replicas*LotterySteps+fits.Lottery, p.Replicas*LotterySteps+p.Lottery)
		require.LessOrEqual(t, uint64(fits.Replicas), left)
		require.Equal(t, p.Charge, fits.Charge, "the charge is the plan's")
	})
}

// TestRefusedDrawsAreCounted: each further seed gives a coalition another chance to lie. Together the plans of a task claim at least the
// sum of these chances.
func TestRefusedDrawsAreCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := testTerms()
		terms.WaitBlocks, terms.RetryBlocks = 100, 1
		p := newPlay(t, terms)
		refusals := rapid.IntRange(0, 5).Draw(t, "refusals")
		in := PlanInput{
			Allowances: DefaultAllowances, Window: 600, Faction: 6, Eligible: 30, Factor: 1, FuelLimit: 1, MaxSeats: 25, Stake: 1 << 40,
			Class: Ledger{Trust: 10}, Requester: Ledger{Trust: 10},
		}
		var sum Q64
		p.second = func(Seat) (Plan, []Seat, bool) {
			if p.task.Planned {
				sum = sum.Add(Collusion(in.Faction, in.Eligible, uint64(p.task.Plan.Replicas), uint64(p.task.Plan.Lottery), 1))
				if refusals--; refusals >= 0 {
					return Plan{}, nil, false
				}
				return p.task.Plan, []Seat{{Who: "x1", Org: "p1"}}, true
			}
			in.Risk, in.Height = p.task.Risk, p.height
			return makePlan(in), nil, true
		}
		p.delay = rapid.Int64Range(0, 3).Draw(t, "delay")
		p.due(1)
		require.NoError(t, p.commit(BenchWorkers, "w1", truth))
		for p.task.Phase == PhaseLocked {
			p.due(p.task.Deadline)
		}
		if p.task.Plan.Court { // no plan was cheap enough; the task still enters with the chance that was risked
			require.Equal(t, sum, p.task.Plan.X)
		}
		require.GreaterOrEqual(t, p.task.Plan.X.Cmp(sum), 0)
		require.Equal(t, Charge(p.task.Plan.X), p.task.Plan.Charge)
		require.Equal(t, p.task.Plan.Charge, p.charge, "the ledgers are told what was risked")
	})
}
