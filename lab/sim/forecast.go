package sim

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/credence-chain/credence/poco"
)

// Question holds what a user who plans to use the chain knows.
type Question struct {
	Organisations int
	Colluding     float64 // share of the organisations that collude; plans assume a fifth
	Trust         uint64
	Tasks         int
	Value         uint64        // what a wrong result is worth to whoever causes it
	Price         uint64        // of a replica
	Stake         uint64        // that the pool locks per assignment; 0 means a tenth more than two replicas need
	Seats         uint64        // of the court
	Runtime       time.Duration // of one execution; 0 when it is not known
	Slots         int           // executions that an organisation runs at the same time; 0 means one
	Seeds         int
	Seed          uint64
}

// Case is one world of a forecast.
type Case struct {
	Name string
	Row  Row
}

// Forecast is the laboratory's answer to a question.
type Forecast struct {
	Question Question
	First    poco.Plan // of the first task
	// Planned is the work of all tasks if nothing goes wrong. It is computed from their plans (poco.ForecastTasks), not simulated.
	Planned  poco.Forecast
	Peace    Case
	Attacked []Case
	// Stakes are the stakes that the stake inequality demands for plans: a pool with a smaller stake needs more replicas.
	Stakes []Stake
}

// Stake is the stake that a plan demands of a pool.
type Stake struct {
	Replicas, Lottery uint32
	Needed            uint64
}

// Answer measures the question's world without attacks, against the coalition that it names, and with assumptions that fail.
func (q Question) Answer() (Forecast, error) {
	trust, err := poco.QuantiseTrust(q.Trust)
	if err != nil {
		return Forecast{}, err
	}
	switch {
	case q.Organisations < 1 || q.Organisations > 100_000:
		return Forecast{}, fmt.Errorf("organisations: got %d, expected 1 to 100000", q.Organisations)
	case q.Colluding < 0 || q.Colluding > 1:
		return Forecast{}, fmt.Errorf("colluding: got %v, expected a share from 0%% to 100%%", q.Colluding)
	case q.Runtime < 0 || q.Runtime > 365*24*time.Hour:
		return Forecast{}, fmt.Errorf("runtime: got %s, expected 0s to a year", q.Runtime)
	case q.Slots < 0 || q.Slots > 1_000:
		return Forecast{}, fmt.Errorf("slots: got %d, expected 1 to 1000", q.Slots)
	case q.Tasks < 1 || q.Tasks > 10_000_000:
		return Forecast{}, fmt.Errorf("tasks: got %d, expected 1 to 10000000", q.Tasks)
	}
	q.Trust = trust
	w := Standard(trust, q.Tasks)
	w.Organisations, w.Colluding = q.Organisations, int(float64(q.Organisations)*q.Colluding+0.5)
	w.Value, w.Price, w.Cost, w.Court = q.Value, q.Price, q.Price*8/10, q.Seats
	if q.Stake == 0 {
		needed, _ := q.stakeNeeded(Stake{Replicas: 2})
		q.Stake = needed + needed/10
	}
	w.Stake = q.Stake
	measure := func(name string, w World, s Credence, p Population) Case {
		return Case{name, Cell{"plan", s, w, p, "", q.Seeds}.Measure(q.Seed)}
	}
	f := Forecast{Question: q, Peace: measure("peace", w, Credence{}, Peace{})}
	first := newChain(Credence{}, Trial{World: w, Population: Peace{}, Seed: q.Seed})
	f.First = first.planTask(nil)
	if f.Planned, err = poco.ForecastTasks(poco.Credence{}, first.planInput(nil), 0, uint64(q.Tasks)); err != nil {
		return Forecast{}, err
	}

	back := w
	back.ReEntry = true
	f.Attacked = append(f.Attacked,
		measure(fmt.Sprintf("%d organisations collude, banned at the first proven lie", w.Colluding), w, Credence{}, Informed{}),
		measure("the same, and they come back at once under new names", back, Credence{}, Informed{}))
	more := back
	if more.Colluding = min(2*w.Colluding, w.Organisations); more.Colluding > w.Colluding {
		f.Attacked = append(f.Attacked, measure(fmt.Sprintf("%d collude: twice as many", more.Colluding), more, Credence{}, Informed{}))
	}
	faulty := w
	faulty.Colluding, faulty.FaultRate = 0, 1e-4
	f.Attacked = append(f.Attacked,
		measure("one honest execution in 10,000 is wrong", faulty, Credence{}, Peace{}),
		measure("every second checker is bribed after the draw", back, Credence{}, Briber{Chance: 0.5}))

	for _, t := range []Stake{{Replicas: 1, Lottery: 1}, {Replicas: 1, Lottery: 8}, {Replicas: 2}, {Replicas: 3}, {Replicas: 4}} {
		if needed, ok := q.stakeNeeded(t); ok {
			t.Needed = needed
			f.Stakes = append(f.Stakes, t)
		}
	}
	return f, nil
}

// stakeNeeded returns the stake that the stake inequality demands for a plan; false if no stake is enough.
func (q Question) stakeNeeded(s Stake) (uint64, bool) {
	registered := uint64(q.Organisations)
	x := poco.Collusion(poco.Faction(1, 5, registered), registered, uint64(s.Replicas), uint64(s.Lottery), 1)
	return poco.StakeNeeded(x, poco.Exposure{Value: q.Value, Reward: q.Price, Cost: q.Price, CourtCost: q.Seats * q.Price})
}

// describeTime says how long answers take without attacks.
func (f Forecast) describeTime() string {
	q, waves := f.Question, f.Peace.Row.Waves.Mean
	text := fmt.Sprintf("%.2f executions in a row", waves)
	if q.Runtime == 0 {
		return text + ", and a block or two between them"
	}
	lanes := float64(q.Organisations * max(1, q.Slots))
	rounds := func(executions float64) time.Duration {
		return time.Duration(executions * float64(q.Runtime)).Round(time.Second)
	}
	return text + fmt.Sprintf(", some %s; all tasks some %s, with %.0f executions at the same time", rounds(waves), rounds(max(waves, f.plannedReplicas()/lanes)), lanes)
}

// Write describes a forecast for people; coins formats an amount.
func (f Forecast) Write(w io.Writer, coins func(float64) string) error {
	q, peace := f.Question, f.Peace.Row
	fmt.Fprintf(w, "%d tasks at trust %d, %d organisations, a stake of %s an assignment, measured in %d runs from seed %d.\n\n", q.Tasks, q.Trust, q.Organisations, coins(float64(q.Stake)), q.Seeds, q.Seed)
	fmt.Fprintf(w, "The first task:   %s\n", f.First.Text())
	planned := f.plannedReplicas()
	fmt.Fprintf(w, "The last task:    %s\n", f.Planned.Cheapest.Text())
	fmt.Fprintf(w, "In peace:         %.0f replicas in all, %.2f a task, %s; %s is locked for each replica until its task ends\n",
		planned, planned/float64(q.Tasks), coins(planned*float64(q.Price)), coins(float64(q.Stake)))
	if f.Planned.ToCourt > 0 {
		fmt.Fprintf(w, "                  %d tasks are planned for the court, %s each, since no replicas would do\n", f.Planned.ToCourt, coins(float64(q.Seats*q.Price)))
	}
	fmt.Fprintf(w, "Until an answer:  %s\n", f.describeTime())
	fmt.Fprintf(w, "The promise:      at most %.3g wrong results in all are to be expected\n\n", peace.Promise*float64(q.Tasks))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "if\twrong results expected\texecutions a task\tto the court\twithout an answer\tprofit of an attack")
	for _, c := range append([]Case{f.Peace}, f.Attacked...) {
		r := c.Row
		n := float64(q.Tasks)
		note := ""
		if r.Likely.Mean-2*r.Likely.Error > r.Promise {
			note = "  BREAKS THE PROMISE"
		}
		booty := "-"
		if r.Attacks.Mean > 0 {
			booty = coins(r.Booty.Mean)
		}
		fmt.Fprintf(t, "%s\t%.3g ± %.1g%s\t%.2f\t%.2f%%\t%.2f%%\t%s\n", c.Name, r.Likely.Mean*n, r.Likely.Error*n, note, r.Executions.Mean, 100*r.Courts.Mean, 100*r.Open.Mean, booty)
	}
	fmt.Fprintln(t)
	fmt.Fprintln(t, "a plan of\tneeds a stake an assignment of")
	for _, s := range f.Stakes {
		plan := fmt.Sprintf("%d replicas", s.Replicas)
		if s.Lottery > 0 {
			plan = fmt.Sprintf("%d replica + 1 with chance %d/%d", s.Replicas, s.Lottery, poco.LotterySteps)
		}
		fmt.Fprintf(t, "%s\t%s\n", plan, coins(float64(s.Needed)))
	}
	return t.Flush()
}

// plannedReplicas is the expected number of replicas of all tasks, if nothing goes wrong.
func (f Forecast) plannedReplicas() float64 { return float64(f.Planned.Steps) / poco.LotterySteps }
