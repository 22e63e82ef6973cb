package sim

import "fmt"

// SpotCheck is Sarmenta's spot-checking with a blacklist and backtracking. Each task has one worker, and a share Spot of all
// assignments have a known answer. A worker that fails one is banned, and others do again what it has answered in the batch. A
// trial is one batch: answers count only when the batch ends.
type SpotCheck struct{ Spot float64 }

// Name implements Scheme.
func (s SpotCheck) Name() string {
	return fmt.Sprintf("%s spot-checks, backtracking", formatPercent(s.Spot))
}

// Run implements Scheme.
func (s SpotCheck) Run(t Trial) Tally {
	b := batch{SpotCheck: s, trial: t, dice: NewDice(t.Seed, 1), tally: newTally(t)}
	b.crowd = newCrowd(t.World, b.dice)
	b.record, b.answers = make([]int, len(b.crowd.collude)), make([]Seat, t.World.Tasks)
	todo := make([]int, t.World.Tasks)
	for i := range todo {
		todo[i], b.answers[i] = i, nobody
	}
	for len(todo) > 0 {
		task := todo[0]
		todo = append(todo[1:], b.doTask(task)...)
	}
	for task, seat := range b.answers {
		v := Verdict{Accepted: seat.Answer, Seats: []Seat{seat}, Waves: 1}
		if seat == nobody {
			v = Verdict{Accepted: none}
		}
		b.tally.addVerdict(task, v, b.crowd)
	}
	b.tally.Likely = float64(b.tally.Wrong) // common enough to be counted
	b.tally.finishRun(b.crowd)
	return b.tally
}

// nobody is the seat of a task without an answer.
var nobody = Seat{Worker: -1, Answer: none}

// batch is a trial of SpotCheck under way.
type batch struct {
	SpotCheck
	trial   Trial
	dice    *Dice
	crowd   *crowd
	tally   Tally
	record  []int
	answers []Seat // by task
	asked   int
}

// doTask gives a task to a worker, may check the worker, and returns the tasks that have to be done again.
func (b *batch) doTask(task int) (again []int) {
	b.crowd.moveTo(min(b.asked, b.trial.World.Tasks-1), b.dice)
	b.asked++
	a := Ask{crowd: b.crowd, dice: b.dice, people: b.trial.Population, honest: b.record, view: View{
		Progress: float64(task) / float64(b.trial.World.Tasks), Coin: b.dice.Float64(), Victim: task >= b.trial.World.FarmTasks,
		Expected: func() float64 { return 1 },
	}}
	seats := a.Batch(1)
	if len(seats) == 0 {
		return nil // nobody is left
	}
	seat := seats[0]
	b.record[seat.Worker]++
	if seat.Answer == none {
		b.tally.Audits++ // it was asked in vain
		return []int{task}
	}
	b.answers[task] = seat
	if !b.dice.Flip(b.Spot / (1 - b.Spot)) {
		return nil
	}
	b.tally.Audits++
	if a.Check(seat.Worker) {
		return nil
	}
	b.tally.countConviction(b.crowd.collude[seat.Worker])
	b.crowd.strikeWorker(seat.Worker)
	b.record[seat.Worker] = 0
	for other, s := range b.answers {
		if s.Worker == seat.Worker {
			again = append(again, other)
			b.answers[other] = nobody
			b.tally.Audits++ // what was done in vain
		}
	}
	return again
}
