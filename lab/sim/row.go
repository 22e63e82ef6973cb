package sim

import (
	"slices"

	"github.com/credence-chain/credence/lab/plain"
	"github.com/credence-chain/credence/poco"
)

// Row is the result of a cell. Rates are per task of the run unless another unit is given; errors are standard errors over seeds.
type Row struct {
	Table      string `json:"table"`
	Scheme     string `json:"scheme"`
	Population string `json:"population"`
	Note       string `json:"note,omitempty"`
	Trust      uint64 `json:"trust"`
	Tasks      int    `json:"tasks"`
	Seeds      int    `json:"seeds"`

	Wrong        int     `json:"wrong"`         // wrong results accepted, over all seeds
	Rate         Mean    `json:"rate"`          // wrong results a task
	Upper        float64 `json:"upper"`         // 95 % upper bound of Rate, as if tasks were independent; 3/N when none was seen
	Likely       Mean    `json:"likely"`        // the same rate by importance sampling
	Promise      float64 `json:"promise"`       // (N+1)/T + E0, a task
	Certificate  Mean    `json:"certificate"`   // D/N at the end of the run
	Spent        float64 `json:"spent"`         // the largest D/B that any seed saw
	Victim       Mean    `json:"victim"`        // wrong results for each of the victim's tasks
	Executions   Mean    `json:"executions"`    // all, courts and checks among them
	Replicas     Mean    `json:"replicas"`      // those by workers for the task
	Courts       Mean    `json:"courts"`        // share of tasks that were decided by a court
	Waves        Mean    `json:"waves"`         // executions in a row until the answer
	Wait         Mean    `json:"wait"`          // for the turn, in short executions
	Open         Mean    `json:"open"`          // share of tasks that ended without an answer
	Lifetime     Mean    `json:"lifetime"`      // wrong results a run
	Convicted    Mean    `json:"convicted"`     // colluders' wrong answers that were proven, a run
	Unlucky      Mean    `json:"unlucky"`       // honest workers' wrong answers that were proven, a run
	Lost         Mean    `json:"lost"`          // honest stake lost by execution, in stakes of an assignment
	Profit       Mean    `json:"profit"`        // the coalition's by task, in units of the price's denomination
	Booty        Mean    `json:"booty"`         // the coalition's by attack
	Attacks      Mean    `json:"attacks"`       // share of tasks in which the first worker lied
	VictimLikely Mean    `json:"victim_likely"` // Victim by importance sampling
	// VictimPromise is the promise of each victim's own ledger, a task.
	VictimPromise float64 `json:"victim_promise"`
	Value         Mean    `json:"value"`            // sampled value of wrong results, of all that was at risk
	Kept          Mean    `json:"kept"`             // share of one assignment's stake that an honest worker keeps over the run
	Jailed        Mean    `json:"jailed"`           // honest workers that are banned at the end
	Late          Mean    `json:"late"`             // share of honest executions whose commitment was opened late
	Beyond        float64 `json:"beyond"`           // share of runs with more wrong results than plain.Concentration allows at 1 %
	Commit        string  `json:"commit,omitempty"` // that measured it, where that is not the commit of the results
	Curve         []Point `json:"curve,omitempty"`  // the mean over seeds, in the table of certificates
}

// rowOf returns the row for the trials of a cell.
func (c Cell) rowOf(ys []Tally) Row {
	r := Row{
		Table: c.Table, Scheme: c.Scheme.Name(), Population: c.Population.Name(), Note: c.Note,
		Trust: c.World.Trust, Tasks: c.World.Tasks, Seeds: c.Seeds,
	}
	perTask := func(figure func(Tally) float64) Mean {
		return Over(ys, func(t Tally) float64 { return figure(t) / float64(t.Tasks) })
	}
	ratio := func(part, whole func(Tally) float64) Mean {
		return Over(ys, func(t Tally) float64 {
			if whole(t) == 0 {
				return 0
			}
			return part(t) / whole(t)
		})
	}
	for _, t := range ys {
		r.Wrong += t.Wrong
		r.Spent = max(r.Spent, t.Spent)
	}
	wrong := func(t Tally) float64 { return float64(t.Wrong) }
	r.Rate, r.Lifetime = perTask(wrong), Over(ys, wrong)
	r.Upper = UpperBound(r.Wrong, r.Tasks*r.Seeds)
	r.Likely = perTask(func(t Tally) float64 { return t.Likely })
	n := float64(c.World.Tasks)
	r.Promise = 1 / float64(c.World.Trust)
	if s, ok := c.Scheme.(Credence); ok {
		r.Promise = (n + 1) / float64(c.World.Trust) / n
		if !s.NoAllowance {
			r.Promise += toFloat(poco.QuarterQ64) / n
		}
		r.Certificate = perTask(func(t Tally) float64 { return t.Debt })
		if c.Table == "certificate" {
			r.Curve = meanCurve(ys)
		}
	}
	r.Victim = ratio(func(t Tally) float64 { return float64(t.VictimWrong) }, func(t Tally) float64 { return float64(t.VictimTasks) })
	r.VictimPromise = victimPromise(c)
	r.VictimLikely = ratio(func(t Tally) float64 { return t.VictimLikely }, func(t Tally) float64 { return float64(t.VictimTasks) })
	r.Value = ratio(func(t Tally) float64 { return t.LikelyValue }, func(t Tally) float64 { return t.AtRisk })
	if honest := float64(c.World.Organisations - c.World.Colluding); honest > 0 && c.World.Stake > 0 {
		r.Kept = Over(ys, func(t Tally) float64 { return 1 - t.Slashed/float64(c.World.Stake)/honest })
	}
	r.Jailed = Over(ys, func(t Tally) float64 { return float64(t.Jailed) })
	for _, t := range ys {
		if float64(t.Wrong) > plain.Concentration(t.Debt, 0.01) {
			r.Beyond += 1 / float64(len(ys))
		}
	}
	r.Executions = perTask(func(t Tally) float64 { return float64(t.Replicas + t.Audits) })
	r.Replicas = perTask(func(t Tally) float64 { return float64(t.Replicas) })
	r.Courts = perTask(func(t Tally) float64 { return float64(t.Courts) })
	r.Waves = perTask(func(t Tally) float64 { return float64(t.Waves) })
	r.Wait = perTask(func(t Tally) float64 { return t.Wait })
	r.Open = perTask(func(t Tally) float64 { return float64(t.Open) })
	r.Convicted = Over(ys, func(t Tally) float64 { return float64(t.Convicted) })
	r.Unlucky = Over(ys, func(t Tally) float64 { return float64(t.Unlucky) })
	r.Lost = ratio(func(t Tally) float64 { return t.Slashed / float64(c.World.Stake) }, func(t Tally) float64 { return float64(t.Honest) })
	r.Late = ratio(func(t Tally) float64 { return float64(t.Late) }, func(t Tally) float64 { return float64(t.Honest) })
	r.Profit = perTask(func(t Tally) float64 { return t.Profit })
	r.Booty = ratio(func(t Tally) float64 { return t.Booty }, func(t Tally) float64 { return float64(t.Attacks) })
	r.Attacks = perTask(func(t Tally) float64 { return float64(t.Attacks) })
	return r
}

// victimPromise is ((n+1)/T + E0)/n for the n tasks of one victim of Credence.
func victimPromise(c Cell) float64 {
	s, ok := c.Scheme.(Credence)
	if !ok {
		return 1 / float64(c.World.Trust)
	}
	n := float64((c.World.Tasks - c.World.FarmTasks) / max(1, c.World.Requesters))
	e0 := 0.25
	if s.NoAllowance {
		e0 = 0
	}
	return ((n+1)/float64(c.World.Trust) + e0) / n
}

// meanCurve is the mean of runs of equal length.
func meanCurve(ys []Tally) []Point {
	curve := slices.Clone(ys[0].Curve)
	for i := range curve {
		curve[i].Wrong = Over(ys, func(t Tally) float64 { return t.Curve[i].Wrong }).Mean
		curve[i].Debt = Over(ys, func(t Tally) float64 { return t.Curve[i].Debt }).Mean
	}
	return curve
}
