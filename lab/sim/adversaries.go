package sim

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// Adversaries are coalitions of a fifth of the organisations whose members know everything about each other and have time. They
// play against poco's transitions and ledgers; draws and settlements are the chain's own code too. doc.go says what is simulated:
// the beacon, the time, and a court that is always right.
//
// A strategy is a Population. To add one, write its type and add it to Adversaries.

// Decliner is informed. If the coalition does not hold all seats, it declines its seats, because it would rather cause a court than
// help to answer.
type Decliner struct{}

// Name implements Population.
func (Decliner) Name() string { return "declining" }

// ChooseAct implements Population.
func (Decliner) ChooseAct(v View, _ *Dice) Act {
	switch {
	case v.ownsAll():
		return Lie
	case !v.Blind:
		return Vanish
	}
	return Tell
}

// Patient is a coalition that uses every strategy. It is honest for a share of the run. It lies only in the victim's tasks, and
// only if few replicas are expected. It lets many chances pass. It makes unsuitable draws impossible. It declines seats if it does
// not hold all, and opens no lie that would be found out.
type Patient struct {
	From   float64 // share of the run for which it sleeps
	Most   float64 // replicas at most, as in Opportunist
	Chance float64 // share of the chances that it takes
}

// Name implements Population.
func (p Patient) Name() string { return "patient, all of these" }

// ChooseAct implements Population.
func (p Patient) ChooseAct(v View, d *Dice) Act {
	switch {
	case v.Progress < p.From || !v.Victim:
		return Tell
	case v.Line == Undecided && (v.Coin >= p.Chance || v.Expected() > p.Most+1):
		return Tell
	}
	return Decliner{}.ChooseAct(v, d)
}

func (Patient) isWithholding() bool { return true }
func (Patient) countRefusals() int  { return 2 }

// Adversaries lists the coalitions that are played at a trust, each over the given number of tasks.
func Adversaries(trust uint64, tasks, seeds int) (cells []Cell) {
	w := Standard(trust, tasks)
	w.ReEntry, w.InFlight, w.FarmTasks = true, 20, tasks/2
	for _, p := range []Population{
		Informed{}, Sleeper{0.6, Informed{}}, Opportunist{2}, Rare{0.01}, Decliner{}, Withholder{}, Latecomer{}, Withdrawer{}, Flooder{}, Refuser{Refusals: 2}, Farmer{},
		Patient{From: 0.6, Most: 3, Chance: 0.5},
	} {
		cells = append(cells, Cell{"adversaries", Credence{}, w, p, "", seeds})
	}
	return cells
}

// Standing is the result of one coalition: what it achieved, and the bounds on it, as means over seeds.
type Standing struct {
	Population string
	Trust      uint64
	Wrong      Mean    // accepted wrong results, sampled by rehearsals
	Counted    int     // accepted wrong results, seen in all seeds
	Debt       Mean    // D of the class's ledger at the end
	Bound      float64 // (N+1)/T + E0
	Largest    float64 // charge of one task, in all seeds
	// The ledger of the victim, the requester that is attacked. Its wrong results are those that were counted.
	VictimWrong, VictimDebt Mean
	VictimBound             float64
	Convicted               Mean
	Courts                  float64 // for each task
}

// MeasureStanding plays a cell.
func MeasureStanding(c Cell, seed uint64) Standing {
	ys := runTrials([]Cell{c}, seed, nil)[0]
	s := Standing{Population: c.Population.Name(), Trust: c.World.Trust}
	if c.Note != "" {
		s.Population += " (" + c.Note + ")"
	}
	trust, n := float64(c.World.Trust), float64(len(ys))
	s.Wrong = Over(ys, func(y Tally) float64 { return y.Likely })
	s.Debt = Over(ys, func(y Tally) float64 { return y.Debt })
	s.VictimWrong = Over(ys, func(y Tally) float64 { return float64(y.VictimWrong) })
	s.VictimDebt = Over(ys, func(y Tally) float64 { return y.VictimDebt })
	s.Convicted = Over(ys, func(y Tally) float64 { return float64(y.Convicted) })
	for _, y := range ys {
		s.Counted += y.Wrong
		s.Largest = max(s.Largest, y.LargestCharge)
		s.Bound += ((float64(y.Counted)+1)/trust + 0.25) / n
		s.VictimBound += ((float64(y.VictimCounted)+1)/trust + 0.25) / n
		s.Courts += float64(y.Courts) / float64(y.Tasks) / n
	}
	return s
}

// StandingTable formats standings for people.
func StandingTable(rows []Standing) string {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "trust\tcoalition\twrong (seen)\twrong (sampled)\tD\t(N+1)/T + E0\tvictim's wrong\tvictim's D\tits bound\tconvicted\tcourts/task")
	mean := func(m Mean) string { return fmt.Sprintf("%.2f ± %.2f", m.Mean, m.Error) }
	for _, r := range rows {
		fmt.Fprintf(t, "%d\t%s\t%d\t%s\t%s\t%.2f\t%s\t%s\t%.2f\t%.0f\t%.3f\n", r.Trust, r.Population, r.Counted, mean(r.Wrong), mean(r.Debt), r.Bound,
			mean(r.VictimWrong), mean(r.VictimDebt), r.VictimBound, r.Convicted.Mean, r.Courts)
	}
	t.Flush()
	return b.String()
}
