package sim

import (
	"encoding/binary"
	"math"

	"github.com/credence-chain/credence/poco"
)

// answerAll lets all seats of wave 2 answer. Each sees the names of all.
func (c *chain) answerAll(f *flight, d *Dice) {
	view := View{Seen: len(f.who), Mine: c.countColluders(f.who), Line: f.line}
	f.acts = f.acts[:1]
	for i := 1; i < len(f.who); i++ {
		f.acts = append(f.acts, c.answerSeat(f, i, view, d))
	}
}

// answerSeat returns the answer of a seat.
func (c *chain) answerSeat(f *flight, seat int, v View, d *Dice) int {
	w, i := c.trial.World, f.who[seat]
	if !c.crowd.collude[i] {
		b, bribes := c.trial.Population.(briber)
		switch {
		case c.crowd.outFor(i) > 0 || d.Flip(w.Outage):
			return none
		case bribes && seat > 0 && f.line == Lied && d.Flip(b.bribeOf()):
			return lie
		case d.Flip(w.FaultRate):
			return strange + f.number*32 + seat
		}
		return right
	}
	v.Progress, v.Coin, v.Victim, v.Record = float64(f.number)/float64(w.Tasks), f.coin, f.victim, c.record[i]
	v.Expected = func() float64 {
		p := c.planTask(f)
		if p.Court {
			return math.Inf(1)
		}
		return float64(p.Replicas) + float64(p.Lottery)/poco.LotterySteps
	}
	act := c.trial.Population.ChooseAct(v, d)
	if seat == 0 {
		f.line = Told
		if act == Lie {
			f.line = Lied
			c.tally.Attacks++
		}
	}
	switch act {
	case Lie:
		return lie
	case Err:
		return strange + f.number*32 + seat
	case Vanish:
		return none
	}
	return right
}

// rehearseLie estimates the chance that all seats of the plan give the wrong answer of the first worker.
func (c *chain) rehearseLie(f *flight, plan poco.Plan) float64 {
	if f.acts[0] == right {
		return 0
	}
	who, acts, sum := f.who, f.acts, 0.0
	for range rehearsals {
		c.shadow.beginRehearsal()
		n := int(plan.Replicas)
		if c.shadow.Flip(float64(plan.Lottery) / poco.LotterySteps) {
			n++
		}
		seats := []Seat{{Worker: who[0]}}
		for len(seats) < n {
			i, ok := c.crowd.pickWorker(len(c.names), seats, c.shadow)
			if !ok {
				break
			}
			seats = append(seats, Seat{Worker: i})
		}
		f.who, f.acts = nil, []int{acts[0]}
		for _, s := range seats {
			f.who = append(f.who, s.Worker)
		}
		c.answerAll(f, c.shadow)
		if allAgree(f.acts) {
			sum += c.shadow.Weight
		}
	}
	f.who, f.acts = who, acts
	chance := sum / rehearsals
	if p, ok := c.trial.Population.(proposer); ok {
		chance *= float64(p.countRedraws()) // a union bound
	}
	return chance
}

func allAgree(answers []int) bool {
	for _, a := range answers {
		if a != answers[0] {
			return false
		}
	}
	return true
}

func outcomeOf(answer int) poco.Outcome {
	var o poco.Outcome
	o.Kind, o.Fuel = poco.KindResult, 1
	binary.BigEndian.PutUint64(o.Digest[:], uint64(answer)+1)
	return o
}

func (c *chain) commitSeat(f *flight, seat int) {
	who := c.names[f.who[seat]]
	c.applyEvent(f, poco.Committed{
		Height: f.task.Deadline - 1, Bench: poco.BenchWorkers, Who: who, Attempt: f.task.Attempt,
		Commitment: poco.Commitment(poco.BenchWorkers, chainID, f.task.ID, f.task.Attempt, who, c.outcomeOf(f, seat), salt),
	})
}

// outcomeOf returns the outcome that a seat committed. If the input was withdrawn, honest seats answer that it is unavailable.
func (c *chain) outcomeOf(f *flight, seat int) poco.Outcome {
	if seat > 0 && f.acts[seat] == right && c.isWithdrawn(f) {
		return poco.Outcome{Kind: poco.KindInputUnavailable}
	}
	return outcomeOf(f.acts[seat])
}

// isWithdrawn says whether the coalition has taken the task's input away because its lie would be found out.
func (c *chain) isWithdrawn(f *flight) bool {
	p, ok := c.trial.Population.(withdrawer)
	return ok && p.isWithdrawing() && f.line == Lied
}
