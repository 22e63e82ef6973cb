package sim

import (
	"encoding/binary"
	"slices"

	"github.com/credence-chain/credence/poco"
)

// The second wave: how many replicas a task gets, and which workers. The plan and the draw are those of the chain. The laboratory
// adds a population that may refuse a draw, or propose blocks and choose among draws.

// planAndDrawSecond plans a locked task, draws wave 2 and lets it commit.
func (c *chain) planAndDrawSecond(f *flight) {
	refusals := 0
	if p, ok := c.trial.Population.(refuser); ok && f.acts[0] != right {
		refusals = p.countRefusals()
	}
	seats := f.seats[:0]
	for f.task.Phase == poco.PhaseLocked {
		c.applyEvent(f, poco.Due{Height: f.task.Deadline})
		plan := c.planTask(f)
		if plan.Bound == poco.BoundFew {
			c.enterTurns(f, c.applyEvent(f, poco.DrawFailed{Height: f.task.WaitEnd}))
			f.at = c.now
			c.scheduleFlight(f)
			return
		}
		if plan.Court {
			c.enterTurns(f, c.applyEvent(f, poco.PlanMade{Height: f.task.Deadline, Plan: plan}))
			break
		}
		c.applyEvent(f, poco.PlanMade{Height: f.task.Deadline, Plan: plan, Remaining: 1})
		c.applyEvent(f, poco.Due{Height: f.task.Deadline})
		c.seedDraw(f, 2)
		f.chance += c.rehearseLie(f, plan)
		who := c.drawSecond(f, plan)
		if refusals > 0 && c.countColluders(who) < len(who) {
			refusals--
			c.enterTurns(f, c.applyEvent(f, poco.DrawRefused{Height: f.task.Deadline})) // at the end of the wait it is the court's
			continue
		}
		f.who = who
		for _, i := range f.who[1:] {
			seats = append(seats, c.seatOf(i))
		}
		c.crowd.takeSlots(f.who[1:], 1)
		f.seats = seats
		c.enterTurns(f, c.applyEvent(f, poco.SecondDrawn{Height: f.task.Deadline, Plan: plan, Seats: seats}))
	}
	c.answerAll(f, c.dice)
	for i := 1; i < len(f.who); i++ {
		if f.acts[i] != none {
			c.commitSeat(f, i)
		}
	}
	f.at = c.now
	if len(seats) > 0 {
		f.at += f.duration
	}
	c.scheduleFlight(f)
}

// planTask returns the plan of a task, or of a task that would come now.
func (c *chain) planTask(f *flight) poco.Plan {
	if s := c.scheme; s.Replicas > 0 {
		x := poco.Collusion(c.faction, uint64(c.trial.World.Organisations), uint64(s.Replicas), uint64(s.Lottery), 1)
		return poco.Plan{Replicas: s.Replicas, Lottery: s.Lottery, X: x, Charge: poco.Charge(x)}
	}
	in := c.planInput(f)
	if c.scheme.Variant != nil {
		return c.scheme.Variant.makePlan(c, in)
	}
	return c.planner.makePlan(in)
}

// planInput returns the input of a plan that is made now.
func (c *chain) planInput(f *flight) poco.PlanInput {
	eligible, _ := c.crowd.countDrawable(len(c.names))
	if f != nil && len(f.who) > 0 && !c.crowd.isDrawable(f.who[0]) {
		eligible++ // the first, whatever has become of it
	}
	terms, asker, risk := c.terms, &c.books.victims[0], poco.Q64{}
	if f != nil {
		terms = f.task.Terms
		if !c.scheme.FreeRefusals {
			risk = f.task.Risk
		}
		asker = c.books.askerOf(f)
	}
	return poco.PlanInput{
		Class: c.books.class.Ledger, Requester: asker.Ledger, Allowances: c.books.start, Height: c.currentHeight(), Window: windowBlocks,
		Faction: c.faction, Eligible: uint64(eligible), Factor: max(1, c.scheme.Factor),
		Risk: risk, FuelLimit: terms.FuelLimit, MinReplicas: terms.MinReplicas, MaxSeats: terms.MaxSeats, Stake: terms.ChargePayer(),
		Exposure: terms.Exposure(c.trial.World.Court),
	}
}

// drawSecond draws wave 2. A coalition that proposes several blocks in a row takes the draw that suits it best.
func (c *chain) drawSecond(f *flight, plan poco.Plan) []int {
	draw := func() []int {
		n := int(plan.Replicas) - 1
		if f.entropy.Lottery(plan.Lottery) {
			n++
		}
		return c.drawOrganisations(f.entropy, slices.Clone(f.who[:1]), n)
	}
	best := draw()
	p, ok := c.trial.Population.(proposer)
	if !ok || f.line != Lied {
		return best
	}
	for range p.countRedraws() - 1 {
		if c.countColluders(best) == len(best) {
			break
		}
		c.seedDraw(f, 2)
		best = draw()
	}
	return best
}

// drawOrganisations takes organisations by their tickets, as the chain does. Each holds one ticket.
func (c *chain) drawOrganisations(e poco.Entropy, who []int, count int) []int {
	ranking := e.Ranking(c.space)
	for range count {
		ticket, found, err := ranking.Pick(func(t uint64) (bool, error) {
			return t < uint64(len(c.names)) && c.crowd.isDrawable(int(t)) && !slices.Contains(who, int(t)), nil
		})
		if err != nil {
			panic(err)
		}
		if !found {
			// The chain then draws from its list of eligible organisations.
			seats := make([]Seat, len(who))
			for i, w := range who {
				seats[i].Worker = w
			}
			i, ok := c.crowd.pickWorker(len(c.names), seats, c.dice)
			if !ok {
				return nil
			}
			ticket = uint64(i)
		}
		who = append(who, int(ticket))
	}
	return who
}

// seedDraw gives a draw its entropy, as a beacon that nobody can influence would.
func (c *chain) seedDraw(f *flight, wave uint32) {
	for i := 0; i < len(f.beacon); i += 8 {
		binary.BigEndian.PutUint64(f.beacon[i:], c.dice.Uint64())
	}
	f.entropy = poco.Entropy{Beacon: f.beacon[:], Task: f.task.ID, Attempt: f.task.Attempt, Wave: wave}
}

func (c *chain) countColluders(who []int) (n int) {
	for _, i := range who {
		if c.crowd.collude[i] {
			n++
		}
	}
	return n
}

// enterTurns gives a task its turn in both ledgers, if that is among the effects.
func (c *chain) enterTurns(f *flight, effects []poco.Effect) {
	for _, e := range effects {
		if e, ok := e.(poco.EnterLedgers); ok {
			c.books.enterTurns(f, e, c.currentHeight())
		}
	}
}
