package poco

import (
	"fmt"
	"math"
	"math/big"
)

// MostForecast is the largest number of tasks in a forecast: the tasks of the largest bag.
const MostForecast = 1 << 40

// Forecast is the expected work of future tasks if nothing goes wrong: no charge, no silent worker, and as many other tasks in
// flight as lately.
type Forecast struct {
	Tasks    uint64 // asked for
	Steps    uint64 // expected replicas of those that replicas decide, in parts of 1/LotterySteps
	ToCourt  uint64 // tasks whose plan is the court
	Cheapest Plan   // that of the last task
}

// ForecastTasks plans the given number of tasks like the given one, one after the other, at most MostForecast. Each task counts in
// both ledgers and pays its premium, so that plans never become more expensive: it looks for the tasks at which the plan changes.
// There are at most MaxReplicas times LotterySteps different plans, and to find each takes at most 81 plans, so a few thousand
// plans are enough for any number of tasks.
func ForecastTasks(p Policy, in PlanInput, premium, tasks uint64) (Forecast, error) {
	if tasks > MostForecast {
		return Forecast{}, fmt.Errorf("tasks: got %d, expected at most %d; forecast fewer", tasks, uint64(MostForecast))
	}
	f := Forecast{Tasks: tasks}
	planAt := func(i uint64) Plan {
		later := in
		for _, l := range []*Ledger{&later.Class, &later.Requester} {
			l.N += i
			l.Value.P = l.Value.P.Add(Money(Q64{Lo: premium}.MulDivUp(i, 1)))
		}
		return p.Plan(later)
	}
	for at := uint64(0); at < tasks; {
		plan := planAt(at)
		// The first task after at with another plan is in (same, other].
		same, other := at, tasks
		for step := uint64(1); at+step < tasks; step *= 2 {
			if !planAt(at + step).isLike(plan) {
				other = at + step
				break
			}
			same = at + step
		}
		for other-same > 1 {
			if middle := same + (other-same)/2; planAt(middle).isLike(plan) {
				same = middle
			} else {
				other = middle
			}
		}
		count := same + 1 - at
		if plan.Court {
			f.ToCourt += count
		} else {
			f.Steps += count * (uint64(plan.Replicas)*LotterySteps + uint64(plan.Lottery))
		}
		f.Cheapest, at = plan, same+1
	}
	return f, nil
}

// isLike says whether two plans draw the same number of replicas, with the same lottery, or both call the court.
func (p Plan) isLike(o Plan) bool {
	return p.Court == o.Court && p.Replicas == o.Replicas && p.Lottery == o.Lottery
}

// CostOf returns the cost of a forecast's tasks under the terms, in ucred. bench is the number of seats of the court, for plans
// that call it. Each replica costs the price, which under a price by use is the most that it can cost. CostOf saturates.
func (t Terms) CostOf(f Forecast, bench uint64) uint64 {
	times := func(a, b uint64) *big.Int {
		return new(big.Int).Mul(new(big.Int).SetUint64(a), new(big.Int).SetUint64(b))
	}
	steps := times(t.Price, f.Steps)
	cost := steps.Add(steps, big.NewInt(LotterySteps-1)).Quo(steps, big.NewInt(LotterySteps))
	for _, each := range []uint64{t.AppPrice, t.DatasetPrice, t.Premium} {
		cost.Add(cost, times(each, f.Tasks))
	}
	if t.policyRules().Court != CourtAtOnce { // the first worker's replica
		cost.Add(cost, times(t.Price, f.ToCourt))
	}
	court := times(t.CourtFee, bench)
	if cost.Add(cost, court.Mul(court, new(big.Int).SetUint64(f.ToCourt))); !cost.IsUint64() {
		return math.MaxUint64
	}
	return cost.Uint64()
}
