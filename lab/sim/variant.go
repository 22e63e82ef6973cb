package sim

import (
	"fmt"
	"math"

	"github.com/credence-chain/credence/poco"
)

// Variant is another way to plan than the chain's. It is studied to see whether fewer executions would do (docs/adr/0064). The
// gates are the chain's own, so that a ledger's debt never exceeds its budget.
type Variant struct {
	Name string
	// Parts returns into how many parts a ledger's free amount is divided, in place of the chain's rule.
	Parts func(l *poco.Ledger, faction uint64) uint64
	// Residual assumes that each banned organisation belonged to the coalition, and that none takes its place.
	Residual bool
	// Pooled has no ledgers of requesters: the class's ledger alone decides.
	Pooled bool
	// ByValue bounds the value of wrong results instead of their number.
	ByValue bool
	// Audits is the share of answers at open turns that a court checks before they count.
	Audits float64
}

// takeAll lets a task that is alone take all that is free, where the chain's plan leaves a half for others.
var takeAll = &Variant{Name: "all that is free to a task that is alone", Parts: func(l *poco.Ledger, _ uint64) uint64 {
	charges, peak := loadOf(l)
	if charges == 0 {
		return min(2, max(1, peak))
	}
	return 1 + charges + peak
}}

// Variants lists the studied variants, the chain's own way first.
func Variants() []*Variant {
	return []*Variant{
		nil,
		takeAll,
		{Name: "four parts for each charge", Parts: func(l *poco.Ledger, _ uint64) uint64 {
			charges, peak := loadOf(l)
			if charges == 0 {
				return 2
			}
			return 1 + 4*charges + peak
		}},
		{Name: "a part for each colluder after a charge", Parts: func(l *poco.Ledger, faction uint64) uint64 {
			charges, peak := loadOf(l)
			if charges == 0 {
				return 2
			}
			return 1 + max(charges, faction) + peak
		}},
		{Name: "the banned were the coalition's", Residual: true},
		{Name: "one ledger for all requesters", Pooled: true},
		{Name: "value alone", ByValue: true},
		{Name: "a court audits 1/16", Audits: 1. / 16},
	}
}

// loadOf returns the charges and the most tasks in flight of the ledger's last two windows.
func loadOf(l *poco.Ledger) (charges, peak uint64) {
	return l.Charges[0] + l.Charges[1], max(l.Peak[0], l.Peak[1])
}

// makePlan plans a task as the variant would. The policy itself makes the plan, from ledgers that allow what the variant allows.
func (v *Variant) makePlan(c *chain, in poco.PlanInput) poco.Plan {
	if v.Residual {
		in.Faction = max(2, in.Faction-min(in.Faction, c.banned))
	}
	if v.Pooled {
		in.Requester = in.Class
	}
	if v.Parts == nil && v.Audits == 0 {
		return c.planner.makePlan(in)
	}
	most, spent := v.allowanceOf(in.Class, in), false
	if own := v.allowanceOf(in.Requester, in); own.Cmp(most) < 0 {
		most = own
	}
	if spent = most.IsZero(); !spent {
		if v.Audits > 0 { // a charge w is that of a chance y; audits let one pass that is 1/(1-p) times as large
			w := toFloat(most)
			if y := w / (1 + w) / (1 - v.Audits); y < 1 {
				most = toQ64(y / (1 - y))
			}
		}
		// A ledger without charges lets a task take half.
		in.Class = poco.Ledger{Trust: math.MaxUint64, Limits: in.Class.Limits}
		in.Requester = poco.Ledger{Trust: math.MaxUint64}
		in.Allowances.Errors = most.Add(most)
	}
	plan := c.planner.makePlan(in)
	if v.Audits > 0 && !plan.Court {
		plan.X = toQ64(toFloat(plan.X) * (1 - v.Audits))
		plan.Charge = poco.Charge(plan.X)
	}
	return plan
}

// allowanceOf is the largest charge that the variant allows in a ledger, zero when nothing is free.
func (v *Variant) allowanceOf(l poco.Ledger, in poco.PlanInput) poco.Q64 {
	if v.Parts == nil {
		limit := l.Limit(in.Allowances, 0, false, in.Height, in.Window)
		if limit.Spent() {
			return poco.Q64{}
		}
		return limit.Charge
	}
	return l.Budget(in.Allowances.Errors).Sub(l.D).DivDown(v.Parts(&l, in.Faction))
}

// toQ64 converts a number to fixed point, rounded down.
func toQ64(v float64) poco.Q64 {
	whole, part := math.Modf(v)
	return poco.Q64{Hi: uint64(whole), Lo: uint64(part * (1 << 32) * (1 << 32))}
}

// variantWorld has ten requesters, whose tasks are worth a CRED or, a tenth of them, a hundred.
func variantWorld(trust uint64, tasks int) World {
	w := Standard(trust, tasks)
	w.Requesters, w.DearShare, w.Value, w.Stake = 10, 0.1, 1_000_000, 1_000_000_000_000
	return w
}

// variantCells play each way to plan.
func variantCells(size Size) (cells []Cell) {
	for _, trust := range Trusts[1:] {
		for _, v := range Variants() {
			add := func(trust uint64, note string, p Population, change func(*World)) {
				w := variantWorld(trust, size.Tasks/2)
				change(&w)
				cells = append(cells, Cell{"variants", Credence{Variant: v}, w, p, note, max(1, size.Seeds/3)})
			}
			add(trust, "", Peace{}, func(*World) {})
			add(trust, "hardware fault rate 1.0e-04", Peace{}, func(w *World) { w.Colluding, w.FaultRate, w.Strikes, w.Cooling = 0, 1e-4, 2, 100 })
			for _, p := range []Population{Static{Chance: 0.1}, Informed{}, Sleeper{0.5, Informed{}}} {
				add(trust, "", p, func(*World) {})
			}
			for _, p := range []Population{Informed{}, Sleeper{0.5, Informed{}}, Opportunist{2}, Rare{0.01}} {
				add(trust, "free re-entry", p, func(w *World) { w.ReEntry = true })
			}
			farm := func(w *World) { w.ReEntry, w.FarmTasks = true, 9*w.Tasks/10 }
			add(trust, "free re-entry, nine of ten tasks are its own", Farmer{}, farm)
			if trust == Trusts[1] { // where a budget is large, others can spend it
				add(Trusts[0], "free re-entry, nine of ten tasks are its own", Farmer{}, farm)
			}
		}
		// A prior that a consortium declares: a twentieth collude. It is true, or it is not.
		for _, colluding := range []int{10, 40} {
			w := variantWorld(trust, size.Tasks/2)
			w.Colluding = colluding
			note := fmt.Sprintf("%d of 200 collude", colluding)
			cells = append(cells, Cell{"variants", Credence{Assumed: 5}, w, Peace{}, note, max(1, size.Seeds/3)})
			w.ReEntry = true
			cells = append(cells, Cell{"variants", Credence{Assumed: 5}, w, Informed{}, note + ", free re-entry", max(1, size.Seeds/3)})
		}
	}
	return cells
}
