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
			for i := range f.who {
				if c.opensSeat(f, i) {
					c.openSeat(f, i, f.task.From)
				}
			}
			effects = c.applyEvent(f, poco.Due{Height: f.task.Deadline})
		}
		c.carryOut(f, effects)
	}
}

// opensSeat says whether a seat opens its commitment in time.
func (c *chain) opensSeat(f *flight, seat int) bool {
	who := f.who[seat]
	switch {
	case f.acts[seat] == none:
		return false
	case !c.crowd.collude[who]:
		return c.crowd.outFor(who) == 0
	case c.isLate():
		return allAgree(f.acts) && f.acts[seat] == lie // its lie passes without a court
	}
	return !c.isHiding(f, seat)
}

// opensLate says whether a seat that did not open its commitment in time does so before the court reveals.
func (c *chain) opensLate(f *flight, seat int) bool {
	who := f.who[seat]
	switch {
	case f.acts[seat] == none || f.task.Seats[seat].State != poco.SeatCommitted:
		return false
	case !c.crowd.collude[who]:
		return c.crowd.outFor(who) <= c.trial.World.LateTasks
	}
	return c.isLate() && !c.isHiding(f, seat)
}

// isHiding says whether a coalition does not open a seat, because its lie failed.
func (c *chain) isHiding(f *flight, seat int) bool {
	p, ok := c.trial.Population.(withholder)
	return ok && p.isWithholding() && f.acts[seat] == lie && !allAgree(f.acts)
}

func (c *chain) isLate() bool {
	p, ok := c.trial.Population.(lateOpener)
	return ok && p.isLate()
}

func (c *chain) openSeat(f *flight, seat int, height int64) {
	c.applyEvent(f, poco.Revealed{
		Height: height, Bench: poco.BenchWorkers, Who: c.names[f.who[seat]], Attempt: f.task.Attempt, Outcome: c.outcomeOf(f, seat), Salt: salt,
	})
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

// holdCourt seats the validators, who all find the truth. Until they reveal it, workers open late what they did not open in time.
func (c *chain) holdCourt(f *flight) []poco.Effect {
	c.tally.Courts++
	c.tally.Audits += len(c.bench)
	c.tally.Waves++
	truth := outcomeOf(right)
	if c.isWithdrawn(f) {
		truth = poco.Outcome{Kind: poco.KindInputUnavailable}
	}
	c.applyEvent(f, poco.CourtOpened{Height: c.currentHeight(), Seats: c.bench})
	if f.task.TakesLate() {
		for i := range f.who {
			if c.opensLate(f, i) {
				c.openSeat(f, i, c.currentHeight())
			}
		}
	}
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
