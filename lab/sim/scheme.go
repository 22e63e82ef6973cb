package sim

// Trial is one run of a scheme.
type Trial struct {
	World      World
	Population Population
	Seed       uint64
}

// Scheme decides tasks. Run plays a whole trial.
type Scheme interface {
	Name() string
	Run(t Trial) Tally
}

// Answers are numbers: the right one, the coalition's, and wrong ones that differ from all others.
const (
	right   = 0
	lie     = 1
	strange = 2 // and up
	none    = -1
)

// Seat is one worker's execution of a task.
type Seat struct {
	Worker int
	Answer int
}

// Verdict is what a scheme made of a task.
type Verdict struct {
	Accepted int // an answer, or none
	Seats    []Seat
	Audits   int   // executions beside the replicas: spot-checks, audits, courts
	Court    bool  // the truth was found by re-execution
	Waves    int   // executions that had to wait for one another
	Passed   []int // workers that passed a spot-check
	Failed   []int // workers that failed one
}

// rules are the rules of a published scheme. Decide asks workers and changes nothing, so that a task can be rehearsed. Learn
// updates the records with the result of a task, and returns the workers that it convicts.
type rules interface {
	DecideTask(a *Ask) Verdict
	LearnVerdict(v *Verdict) (convicted []int)
	// ForgetWorker starts a worker's record again.
	ForgetWorker(worker int)
	// ExpectedError is how many replicas a task would take now; adversaries know it.
	ExpectedError() float64
}

// Ask is one task as its scheme sees it: it can draw and ask workers. All seats of these schemes are public: the coalition sees the
// whole batch before it answers.
type Ask struct {
	crowd  *crowd
	dice   *Dice
	people Population
	view   View
	honest []int // right answers of each worker since it was last found wrong
	seats  []Seat
	waves  int
	other  int
}

// Batch draws and asks n more workers at the same time, or fewer if no workers are left. It returns all seats so far.
func (a *Ask) Batch(n int) []Seat {
	return a.BatchWhile(func(int) bool { n--; return n > 0 })
}

// BatchWhile draws workers as long as more returns true for the last one, then asks all of them at the same time.
func (a *Ask) BatchWhile(more func(worker int) bool) []Seat {
	from := len(a.seats)
	for {
		i, ok := a.crowd.pickWorker(len(a.crowd.collude), a.seats, a.dice)
		if !ok {
			break
		}
		a.seats = append(a.seats, Seat{Worker: i})
		a.view.Seen++
		if a.crowd.collude[i] {
			a.view.Mine++
		}
		if !more(i) {
			break
		}
	}
	a.waves++
	for i := from; i < len(a.seats); i++ {
		a.seats[i].Answer = a.drawAnswer(a.seats[i].Worker)
	}
	return a.seats
}

// Check gives a worker a task whose answer is known. The worker cannot tell it from a task that it runs alone.
func (a *Ask) Check(worker int) (passed bool) {
	b := Ask{crowd: a.crowd, dice: a.dice, people: a.people, honest: a.honest, view: a.view}
	b.view.Mine, b.view.Seen, b.view.Line = 1, 1, Undecided
	answer := b.drawAnswer(worker)
	return answer == right || answer == none
}

// Verdict closes the task with an answer.
func (a *Ask) Verdict(accepted int) Verdict {
	return Verdict{Accepted: accepted, Seats: a.seats, Waves: a.waves}
}

// Court closes the task with the truth, found by re-execution.
func (a *Ask) Court() Verdict {
	return Verdict{Accepted: right, Seats: a.seats, Waves: a.waves + 1, Audits: int(a.crowd.world.Court), Court: true}
}

// wrongWorkers lists the workers that answered something else than was accepted.
func (v *Verdict) wrongWorkers() (out []int) {
	for _, s := range v.Seats {
		if v.Accepted != none && s.Answer != none && s.Answer != v.Accepted {
			out = append(out, s.Worker)
		}
	}
	return out
}

// countMost returns the answer with the most copies, how many it has, and how many the next has.
func countMost(seats []Seat) (answer, first, second int) {
	answer = none
	for i, s := range seats {
		if s.Answer == none || hasAnswer(seats[:i], s.Answer) {
			continue
		}
		n := 0
		for _, o := range seats[i:] {
			if o.Answer == s.Answer {
				n++
			}
		}
		if n > first {
			answer, first, second = s.Answer, n, first
		} else if n > second {
			second = n
		}
	}
	return answer, first, second
}

func hasAnswer(seats []Seat, answer int) bool {
	for _, s := range seats {
		if s.Answer == answer {
			return true
		}
	}
	return false
}

func (a *Ask) drawAnswer(i int) int {
	if !a.crowd.collude[i] {
		w := a.crowd.world
		switch {
		case a.crowd.outFor(i) > 0 || a.dice.Flip(w.Outage):
			return none
		case a.dice.Flip(w.FaultRate):
			a.other++
			return strange + a.other
		}
		return right
	}
	v := a.view
	v.Record = a.honest[i]
	act := a.people.ChooseAct(v, a.dice)
	if a.view.Line == Undecided {
		a.view.Line = Told
		if act == Lie {
			a.view.Line = Lied
		}
	}
	switch act {
	case Lie:
		return lie
	case Err:
		a.other++
		return strange + a.other
	case Vanish:
		return none
	}
	return right
}

// runInTurn plays a trial of rules that decide one task after the other. It also rehearses each task with tilted dice, with the
// current records: the weighted errors of the rehearsals estimate the same mean as the count.
func runInTurn(t Trial, r rules) Tally {
	dice, shadow := NewDice(t.Seed, 1), NewDice(t.Seed, 2)
	crowd := newCrowd(t.World, dice)
	record := make([]int, len(crowd.collude))
	tally := newTally(t)
	ask := func(d *Dice, task int, coin float64) *Ask {
		return &Ask{
			crowd: crowd, dice: d, people: t.Population, honest: record,
			view: View{Progress: float64(task) / float64(t.World.Tasks), Coin: coin, Victim: task >= t.World.FarmTasks, Expected: r.ExpectedError},
		}
	}
	for task := range t.World.Tasks {
		crowd.moveTo(task, dice)
		shadow.beginRehearsal()
		if v := r.DecideTask(ask(shadow, task, shadow.Float64())); v.Accepted > right {
			tally.Likely += shadow.Weight
		}
		v := r.DecideTask(ask(dice, task, dice.Float64()))
		tally.addVerdict(task, v, crowd)
		for _, s := range v.Seats {
			record[s.Worker]++
		}
		for _, i := range r.LearnVerdict(&v) {
			record[i] = 0
			tally.countConviction(crowd.collude[i])
			crowd.strikeWorker(i)
			r.ForgetWorker(i)
		}
		for _, s := range v.Seats {
			if v.Accepted != none && s.Answer != v.Accepted {
				record[s.Worker] = 0
			}
		}
	}
	tally.finishRun(crowd)
	return tally
}
