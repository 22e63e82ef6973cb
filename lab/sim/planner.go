package sim

import (
	"slices"
	"sort"

	"github.com/credence-chain/credence/poco"
)

// planner remembers the plans of poco.Credence.Plan, which would take most of the time of a run. With everything except the ledgers'
// allowance fixed, the policy takes the first candidate (n, lottery) whose charge is at most the allowance and whose stake is
// enough. So a plan that was made once holds for every allowance from its own charge up to the least charge of the candidates
// before it. A property test compares every field with the policy's own.
type planner struct {
	known map[setting]*staircase
}

// setting has everything on which a plan depends, except the allowance.
type setting struct {
	faction, eligible, factor uint64
	minReplicas, maxSeats     uint32
	stake                     uint64
	exposure                  poco.Exposure
}

// staircase holds the plans of a setting, by falling charge.
type staircase struct {
	plans []step
	// court is the plan when no candidate is enough, for every allowance up to noneUpTo.
	court    poco.Plan
	noneUpTo poco.Q64
	least    [][poco.LotterySteps]poco.Q64 // least charge of all candidates before (n, lottery), by n-1
}

type step struct {
	from, below poco.Q64 // allowances
	plan        poco.Plan
}

func newPlanner() *planner { return &planner{known: map[setting]*staircase{}} }

// makePlan is poco.Credence.Plan.
func (p *planner) makePlan(in poco.PlanInput) poco.Plan {
	if !in.Risk.IsZero() { // seldom, and no two alike
		return poco.Credence{}.Plan(in)
	}
	limit := in.Limit()
	if limit.By != poco.BoundDebt { // a plan says what bounds it
		return poco.Credence{}.Plan(in)
	}
	long, w := in.Class.Limits.Long(in.FuelLimit), limit.Charge
	key := setting{in.Faction, in.Eligible, in.Factor, in.MinReplicas, in.MaxSeats, in.Stake, in.Exposure}
	s := p.known[key]
	if s == nil {
		s = &staircase{}
		p.known[key] = s
	}
	if at := sort.Search(len(s.plans), func(i int) bool { return s.plans[i].from.Cmp(w) <= 0 }); at < len(s.plans) && w.Cmp(s.plans[at].below) < 0 {
		plan := s.plans[at].plan
		plan.Allowance, plan.Long = w, long
		return plan
	}
	if s.court.Court && w.Cmp(s.noneUpTo) <= 0 {
		plan := s.court
		plan.Allowance, plan.Long = w, long
		return plan
	}
	plan := poco.Credence{}.Plan(in)
	if plan.Court {
		if plan.Bound == poco.BoundFew || plan.Bound == poco.BoundTable {
			s.court, s.noneUpTo = plan, w
		}
		return plan
	}
	below := s.chargeBefore(in, plan)
	if w.Cmp(below) >= 0 {
		return plan // the stake refused a candidate that the ledgers allow: the plan says so, and others would not
	}
	at := sort.Search(len(s.plans), func(i int) bool { return s.plans[i].from.Cmp(plan.Charge) < 0 })
	s.plans = slices.Insert(s.plans, at, step{from: plan.Charge, below: below, plan: plan})
	return plan
}

// chargeBefore is the least charge of the candidates that the policy tries before a plan.
func (s *staircase) chargeBefore(in poco.PlanInput, plan poco.Plan) poco.Q64 {
	for n := uint64(len(s.least)) + 1; n <= uint64(plan.Replicas); n++ {
		var row [poco.LotterySteps]poco.Q64
		least := poco.MaxQ64
		if n > 1 {
			last := n - 1
			least = s.least[n-2][poco.LotterySteps-1]
			if w := chargeOf(in, last, poco.LotterySteps-1); last >= uint64(max(in.MinReplicas, 1)) && w.Cmp(least) < 0 {
				least = w
			}
		}
		for j := range uint64(poco.LotterySteps) {
			row[j] = least
			if n < uint64(max(in.MinReplicas, 1)) || n == 1 && j == 0 {
				continue
			}
			if w := chargeOf(in, n, j); w.Cmp(least) < 0 {
				least = w
			}
		}
		s.least = append(s.least, row)
	}
	return s.least[plan.Replicas-1][plan.Lottery]
}

func chargeOf(in poco.PlanInput, n, lottery uint64) poco.Q64 {
	return poco.Charge(poco.Collusion(in.Faction, in.Eligible, n, lottery, in.Factor))
}
