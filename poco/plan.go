package poco

import "fmt"

// PlanDelay is the number of blocks between commit 1, in block C, and the plan of wave 2. The plan is made at the beginning of
// block C+2. It uses the last state that nobody who knows the seed of the draw can have shaped: d = max(2, k+1) blocks lie between
// commit 1 and the draw (protocol section 7). If k colluding proposers follow block C+1, they know the seed of block C+d once block
// C+1 is proposed. The content of block C+1 was chosen before.
const PlanDelay = 2

// Plan says how a task will be checked. It is decided before the wave-2 draw, from what is known then.
type Plan struct {
	Court      bool   // no replicas suffice: the full court decides
	Replicas   uint32 // n, the first worker among them
	Lottery    uint32 // the extra replica is drawn with probability Lottery/LotterySteps
	X          Q64    // chance that every blind seat colludes, Risk included
	Risk       Q64    // of it, what earlier plans of the task took, whose draws were refused
	Charge     Q64    // w = X/(1-X)
	Long       bool   // declared limit more than about twice the class's median
	Faction    uint64 // F_c the plan assumed
	Eligible   uint64 // M the plan saw
	Bound      Bound  // what decided n
	Allowance  Q64    // the largest charge the ledgers allowed
	StakeFloor uint64 // the least stake the plan needs
}

// Bound is the reason why a plan is as large as it is.
type Bound string

// The reasons for a plan's size.
const (
	BoundDebt     Bound = "debt"     // the error debt
	BoundValue    Bound = "value"    // the value at risk: the error debt's account in money
	BoundStake    Bound = "stake"    // the stake inequality
	BoundRequest  Bound = "request"  // the requester's least number of replicas
	BoundSpent    Bound = "spent"    // the debt has reached the budget: court
	BoundTable    Bound = "table"    // more replicas than MaxReplicas: court
	BoundBudget   Bound = "budget"   // more replicas than the requester pays for: court
	BoundEvidence Bound = "evidence" // no records reach the trust that static credibility asks for: court
	BoundFew      Bound = "few"      // fewer eligible organisations than the plan needs: wait, then court or refund
	BoundPolicy   Bound = "policy"   // the policy's own number
)

// PlanInput is everything a plan depends on.
type PlanInput struct {
	Class, Requester Ledger // the two ledgers the task must pass
	Allowances       Allowances
	Height, Window   int64

	Faction  uint64 // F_c
	Eligible uint64 // M: organisations that can be drawn, the first among them
	Factor   uint64 // the beacon's: ProposerChoices

	Risk Q64 // Task.Risk

	FuelLimit   uint64   // declared; tells long tasks from short ones
	MinReplicas uint32   // the requester's floor
	MaxSeats    uint32   // seats the escrow pays for, the lottery's among them
	Stake       uint64   // what pays for a charge: Terms.ChargePayer
	Exposure    Exposure // its Value is what the account in money counts
	Trust       uint64   // the demanded one
	// Records are the confirmations of each worker drawn so far, as they were at its draw, in draw order. Policies that weigh
	// records use them. Before the first draw the list is empty.
	Records []uint64
}

// Limit returns the charge that both ledgers allow the task.
func (in PlanInput) Limit() Limit {
	long := in.Class.Limits.Long(in.FuelLimit)
	class := in.Class.Limit(in.Allowances, in.Exposure.Value, long, in.Height, in.Window)
	return class.takeLesser(in.Requester.Limit(in.Allowances, in.Exposure.Value, long, in.Height, in.Window))
}

// makePlan returns the cheapest plan (n, a) that the error debt, the stake inequality and the requester's demands allow, or the
// court. If Bound is BoundFew, there are too few organisations for a draw now: the caller waits, then calls the court (fail
// closed).
func makePlan(in PlanInput) Plan {
	plan := Plan{Risk: in.Risk, Faction: in.Faction, Eligible: in.Eligible, Long: in.Class.Limits.Long(in.FuelLimit)}
	limit := in.Limit()
	plan.Allowance = limit.Charge
	if limit.Spent() {
		return plan.toCourt(BoundSpent)
	}
	// If the stake is too small even if every lie is found, the plan is the court at once: to wait for organisations would not
	// help.
	if floor, ok := StakeNeeded(Q64{}, in.Exposure); !ok || floor > in.Stake {
		return plan.toCourt(BoundStake)
	}
	bound := limit.By
	first := uint64(max(in.MinReplicas, 1))
	for n := first; n <= MaxReplicas; n++ {
		if n > in.Eligible {
			return plan.toCourt(BoundFew)
		}
		for j := uint64(0); j < LotterySteps; j++ {
			if n == 1 && j == 0 {
				continue // a first worker that knows it is alone lies for free
			}
			if j > 0 && n+1 > in.Eligible {
				break // nobody is left for the lottery's seat
			}
			x := capOne(in.Risk.Add(Collusion(in.Faction, in.Eligible, n, j, in.Factor)))
			w := Charge(x)
			if w.Cmp(plan.Allowance) > 0 {
				bound = limit.By
				continue
			}
			floor, ok := StakeNeeded(x, in.Exposure)
			if !ok || floor > in.Stake {
				bound = BoundStake
				continue
			}
			seats := n
			if j > 0 {
				seats++
			}
			if seats > uint64(in.MaxSeats) {
				return plan.toCourt(BoundBudget)
			}
			if n == first && n > 1 && j == 0 {
				bound = BoundRequest
			}
			plan.Replicas, plan.Lottery, plan.X, plan.Charge = uint32(n), uint32(j), x, w
			plan.StakeFloor, plan.Bound = floor, bound
			return plan
		}
	}
	return plan.toCourt(BoundTable)
}

// toCourt returns the plan of a court instead. A court adds no risk of its own. The risk of draws that were refused before stays in
// the plan: those draws were chances to lie, and the court must not make them free.
func (p Plan) toCourt(why Bound) Plan {
	p.Court, p.Bound, p.Replicas, p.Lottery = true, why, 0, 0
	p.X, p.Charge = p.Risk, Charge(p.Risk)
	return p
}

// Fit fits the plan to the organisations that are still eligible of those that the plan counted, the first worker's included. It
// returns the cheapest plan with at least as many replicas whose x is not above the plan's own; the charge stays the same. It
// returns false if no such plan has enough organisations and seats: then the draw is refused.
func (p Plan) Fit(eligible, factor uint64, maxSeats uint32) (Plan, bool) {
	fits := p
	fits.Eligible = eligible
	if p.Bound == BoundPolicy { // it claims no chance
		return fits, uint64(p.Replicas) <= eligible
	}
	lottery := uint64(p.Lottery)
	for n := uint64(p.Replicas); n <= min(eligible, uint64(maxSeats)); n++ {
		for j := lottery; j < LotterySteps; j++ {
			if j > 0 && n+1 > min(eligible, uint64(maxSeats)) {
				break
			}
			if capOne(p.Risk.Add(Collusion(p.Faction, eligible, n, j, factor))).Cmp(p.X) <= 0 {
				fits.Replicas, fits.Lottery = uint32(n), uint32(j)
				return fits, true
			}
		}
		lottery = 0
	}
	return p, false
}

// capOne bounds a chance by certainty.
func capOne(x Q64) Q64 {
	if x.Cmp(One) > 0 {
		return One
	}
	return x
}

// Text describes a plan in a sentence, for people.
func (p Plan) Text() string {
	odds := p.X.String()
	switch {
	case p.Court && p.Bound == BoundSpent:
		return "the full court: the error debt has reached its budget"
	case p.Court && p.Bound == BoundTable:
		return fmt.Sprintf("the full court: not even %d replicas would do", MaxReplicas)
	case p.Court && p.Bound == BoundBudget:
		return "the full court: the plan needs more replicas than the price pays for"
	case p.Court && p.Bound == BoundEvidence:
		return "the full court: the records of all eligible workers together do not reach the trust"
	case p.Court && p.Bound == BoundFew:
		return fmt.Sprintf("the full court: %d eligible organisations are too few", p.Eligible)
	case p.Court:
		return "the full court: the stake is too small for any plan"
	}
	text := fmt.Sprintf("%d replicas", p.Replicas)
	if p.Replicas == 1 {
		text = "1 replica"
	}
	if p.Lottery > 0 {
		text += fmt.Sprintf(" and one more with chance %d/%d", p.Lottery, LotterySteps)
	}
	text += fmt.Sprintf("; a lie of the first passes with chance at most %s (at most %d of %d organisations collude)", odds, p.Faction, p.Eligible)
	switch p.Bound {
	case BoundRequest:
		return text + "; as many as the requester asked for"
	case BoundStake:
		return text + "; as many as the stake makes honesty pay"
	case BoundValue:
		return text + "; as many as the value at risk allows"
	}
	return text + "; as many as the error debt allows"
}
