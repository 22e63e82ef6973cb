package sim

import (
	"slices"

	"github.com/credence-chain/credence/poco"
)

// These functions judge a task. All seats reveal. If the answers are equal, the ledgers are asked for the task's turn; otherwise
// the court decides. A turn that has not come waits, in draw order, until an earlier one is decided.

// revealAll opens the commitments and advances the task as far as possible.
func (c *chain) revealAll(f *flight) {
	if f.task.Phase == poco.PhaseSecond {
		c.applyEvent(f, poco.Due{Height: f.task.Deadline})
	}
	f.done = c.now
	if f.task.Phase == poco.PhaseCourtWait || f.task.Phase == poco.PhaseReveal {
		effects := []poco.Effect{poco.OpenCourt{}}
		if f.task.Phase == poco.PhaseReveal {
			p, hides := c.trial.Population.(withholder)
			hides = hides && p.isWithholding() && !allAgree(f.acts)
			for i, who := range f.who {
				if f.acts[i] == none || hides && f.acts[i] == lie || !c.crowd.collude[who] && c.crowd.isOut(who) {
					continue
				}
				c.applyEvent(f, poco.Revealed{
					Height: f.task.From, Bench: poco.BenchWorkers, Who: c.names[who], Attempt: f.task.Attempt,
					Outcome: c.outcomeOf(f, i), Salt: salt,
				})
			}
			effects = c.applyEvent(f, poco.Due{Height: f.task.Deadline})
		}
		c.carryOut(f, effects)
	}
}

// carryOut carries out the effects of judging a task: its turn, the court, its end.
func (c *chain) carryOut(f *flight, effects []poco.Effect) {
	for _, e := range effects {
		switch e.(type) {
		case poco.AskTurn:
			if g := c.books.askGates(f); g != poco.GateWait {
				c.takeTurn(f, g)
			} else {
				c.awaitTurn(f)
			}
			return
		case poco.OpenCourt:
			c.carryOut(f, c.holdCourt(f))
			return
		}
	}
	c.finishTask(f, effects)
}

// takeTurn ends a task whose turn has come, or sends it to the court.
func (c *chain) takeTurn(f *flight, g poco.Gate) {
	if v := c.scheme.Variant; v != nil && g == poco.GateOpen && c.dice.Flip(v.Audits) {
		f.audited, g = true, poco.GateShut
	}
	c.carryOut(f, c.applyEvent(f, poco.TurnCame{Height: c.currentHeight(), Gate: g}))
}

// holdCourt seats the validators, who all find the truth.
func (c *chain) holdCourt(f *flight) []poco.Effect {
	c.tally.Courts++
	c.tally.Audits += len(c.bench)
	c.tally.Waves++
	truth := outcomeOf(right)
	if c.isWithdrawn(f) {
		truth = poco.Outcome{Kind: poco.KindInputUnavailable}
	}
	c.applyEvent(f, poco.CourtOpened{Height: c.currentHeight(), Seats: c.bench})
	for _, s := range c.bench {
		c.applyEvent(f, poco.Committed{
			Height: c.currentHeight(), Bench: poco.BenchCourt, Who: s.Who, Attempt: f.task.Attempt,
			Commitment: poco.Commitment(poco.BenchCourt, chainID, f.task.ID, f.task.Attempt, s.Who, truth, salt),
		})
	}
	c.applyEvent(f, poco.Due{Height: f.task.Deadline})
	for _, s := range c.bench {
		c.applyEvent(f, poco.Revealed{Height: f.task.From, Bench: poco.BenchCourt, Who: s.Who, Attempt: f.task.Attempt, Outcome: truth, Salt: salt})
	}
	return c.applyEvent(f, poco.Due{Height: f.task.Deadline})
}

// finishTask carries out the effects of a task's end, or of a first worker's.
func (c *chain) finishTask(f *flight, effects []poco.Effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case poco.Resolve:
			f.resolve = &e
		case poco.Finish:
			c.payOut(f, e.Settlement)
		}
	}
	if f.resolve == nil {
		return
	}
	if g := c.books.askGates(f); g != poco.GateWait {
		c.decideTurn(f, g)
	} else {
		c.awaitTurn(f)
	}
}

func (c *chain) awaitTurn(f *flight) {
	at, found := slices.BinarySearchFunc(c.waiting, f.classTurn, func(o *flight, turn uint64) int { return int(o.classTurn) - int(turn) })
	if !found {
		c.waiting = slices.Insert(c.waiting, at, f)
	}
}

// askWaiting asks the waiting turns again, the earliest first, until none can advance.
func (c *chain) askWaiting() {
	for c.settled {
		c.settled = false
		for _, f := range slices.Clone(c.waiting) {
			g := c.books.askGates(f)
			if g == poco.GateWait {
				continue
			}
			c.waiting = slices.DeleteFunc(c.waiting, func(o *flight) bool { return o == f })
			if f.resolve != nil {
				c.decideTurn(f, g)
			} else {
				c.takeTurn(f, g)
			}
		}
		if len(c.waiting) == 0 {
			c.settled = false
		}
	}
}

// decideTurn settles a resolved turn. An open turn is charged unless the first worker was vindicated; a shut one is not.
func (c *chain) decideTurn(f *flight, g poco.Gate) {
	charged := poco.Q64{}
	if g == poco.GateOpen {
		c.addLikely(f) // at a shut turn the court decides, whatever was drawn
		if !f.resolve.Vindicated {
			charged = f.task.Plan.Charge
			c.tally.LargestCharge = max(c.tally.LargestCharge, toFloat(charged))
		}
	}
	c.books.settleTurns(f, charged, c.currentHeight())
	c.settled = true
	debt, budget := toFloat(c.books.class.D), toFloat(c.books.class.Budget(c.books.start.Errors))
	c.tally.Debt, c.tally.Budget = debt, budget
	c.tally.Spent = max(c.tally.Spent, debt/budget)
	c.tally.Counted, c.tally.VictimCounted, c.tally.VictimDebt = c.books.class.N, c.books.victims[0].N, toFloat(c.books.victims[0].D)
	c.countEnded(f)
}

// toFloat is a Q64 as a float.
func toFloat(q poco.Q64) float64 { return float64(q.Hi) + float64(q.Lo)/(1<<64) }
