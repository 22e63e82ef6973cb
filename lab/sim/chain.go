package sim

import (
	"container/heap"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/credence-chain/credence/poco"
)

// chain plays one trial. A task is created in each block (startTask) and its first worker commits. When the second wave is due
// it is planned and drawn (planAndDrawSecond), then all seats reveal (revealAll), and the effects of the judgement are carried
// out (carryOut): the turn in the ledgers, the court, the end. Turns that wait are asked again (askWaiting) when an earlier one
// is decided (decideTurn). What seats answer is in answers.go, what a settlement brings whom in payout.go.
type chain struct {
	scheme  Credence
	trial   Trial
	dice    *Dice
	shadow  *Dice
	crowd   *crowd
	planner *planner
	tally   Tally
	terms   poco.Terms
	names   []string
	byName  map[string]int
	record  []int
	start   poco.Allowances
	faction uint64
	space   uint64
	bench   []poco.Seat

	class poco.Ledger
	// asker is the ledger of the coalition as a requester, and of the victim; each keeps turns of its own.
	asker                  [2]poco.Ledger
	classTurns, askerTurns *turns
	victimTurns            *turns

	started, open, decided int
	now                    float64 // in the time that a short execution takes
	sequence               int
	agenda                 agenda
	settled                bool      // a turn has settled since the waiting ones were asked
	waiting                []*flight // tasks whose turn has not come, in draw order
}

func newChain(s Credence, t Trial) *chain {
	w := t.World
	dice := NewDice(t.Seed, 1)
	c := &chain{
		scheme: s, trial: t, dice: dice, shadow: NewDice(t.Seed, 2), planner: newPlanner(), tally: newTally(t),
		crowd: newCrowd(w, dice), byName: map[string]int{},
		start: poco.Allowances{Errors: poco.QuarterQ64, Value: math.MaxUint64}, // only the count decides
		class: poco.Ledger{Trust: w.Trust}, classTurns: newTurns(), askerTurns: newTurns(), victimTurns: newTurns(),
	}
	c.asker[0].Trust, c.asker[1].Trust = w.Trust, w.Trust
	if s.NoAllowance {
		c.start.Errors = poco.Q64{}
	}
	if s.Replicas > 0 {
		c.start.Errors = poco.Q64{Hi: 1 << 40}
	}
	for i := range w.Organisations {
		name := fmt.Sprintf("organisation %d", i)
		c.names, c.byName[name] = append(c.names, name), i
	}
	c.record = make([]int, len(c.crowd.collude))
	c.space = poco.TicketSpace(uint64(w.Organisations))
	assumed := s.Assumed
	if assumed == 0 {
		assumed = 20
	}
	c.faction = poco.Faction(assumed, 100, uint64(w.Organisations))
	for i := range w.Court {
		c.bench = append(c.bench, poco.Seat{Who: fmt.Sprintf("validator %d", i), Power: 1})
	}
	c.terms = poco.Terms{
		ChainID: chainID, Policy: poco.PolicyCredence, Trust: w.Trust, Price: w.Price, Stake: w.Stake, Value: w.Value,
		CourtFee: w.Price, InformerBps: 2500, MinReplicas: s.MinReplicas, MaxSeats: poco.MaxReplicas + 1, FuelLimit: shortFuel,
		Requester: "requester", AppOwner: "app", PoolOwner: "pool",
		CommitBlocks: taskBlocks, RevealBlocks: taskBlocks, CourtBlocks: taskBlocks, CourtRevealBlocks: taskBlocks,
		WaitBlocks: 1, RetryBlocks: 1, MaxAttempts: 3,
	}
	if p, ok := t.Population.(refuser); ok {
		c.terms.WaitBlocks += int64(2 * p.countRefusals()) // a plan and a draw each
	}
	return c
}

func (c *chain) currentHeight() int64 { return int64(c.started) }

// applyEvent sends an event; the laboratory sends none that the task refuses.
func (c *chain) applyEvent(f *flight, e poco.Event) []poco.Effect {
	next, effects, err := f.task.Apply(e)
	if err != nil {
		panic(fmt.Sprintf("sim: task %d: %T: %v", f.number, e, err))
	}
	f.task = next
	return effects
}

// startTask creates a task, draws its first worker and lets it commit.
func (c *chain) startTask() {
	w := c.trial.World
	c.crowd.moveTo(c.started, c.dice)
	f := &flight{number: c.started, duration: 1, coin: c.dice.Float64(), victim: c.started >= w.FarmTasks}
	c.started++
	c.open++
	terms := c.terms
	if c.dice.Flip(w.LongShare) {
		f.duration, terms.FuelLimit = 10, longFuel
	}
	var id [32]byte
	binary.BigEndian.PutUint64(id[:], uint64(f.number))
	task, err := poco.NewTask(id, terms, c.currentHeight())
	if err != nil {
		panic(fmt.Sprintf("sim: %v", err))
	}
	f.task = task
	for f.task.Phase != poco.PhaseLocked {
		if f.task.Phase == poco.PhaseDone {
			c.countEnded(f)
			return
		}
		c.seedDraw(f, 1)
		c.applyEvent(f, poco.Due{Height: c.currentHeight()})
		first := c.drawOrganisations(f.entropy, nil, 1)
		if first == nil {
			c.finishTask(f, c.applyEvent(f, poco.DrawFailed{Height: c.currentHeight() + 1})) // past the wait: it ends
			continue
		}
		f.who, f.acts = first, nil
		c.applyEvent(f, poco.FirstDrawn{Height: c.currentHeight(), Seat: poco.Seat{Who: c.names[first[0]], Org: c.names[first[0]]}})
		answer := c.answerSeat(f, 0, View{Blind: true, Seen: 1, Mine: 1}, c.dice)
		f.acts = []int{answer}
		if answer == none {
			c.finishTask(f, c.applyEvent(f, poco.Due{Height: f.task.Deadline}))
			continue
		}
		c.commitSeat(f, 0)
	}
	f.at = c.now + f.duration
	c.scheduleFlight(f)
}

// seedDraw gives a draw its entropy, as a beacon that nobody can influence would.
func (c *chain) seedDraw(f *flight, wave uint32) {
	var beacon [32]byte
	for i := 0; i < len(beacon); i += 8 {
		binary.BigEndian.PutUint64(beacon[i:], c.dice.Uint64())
	}
	f.entropy = poco.Entropy{Beacon: beacon[:], Task: f.task.ID, Attempt: f.task.Attempt, Wave: wave}
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
			// The chain then draws from its dense array.
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

// planInput returns the input of a plan that is made now.
func (c *chain) planInput(f *flight) poco.PlanInput {
	eligible, _ := c.crowd.countDrawable(len(c.names))
	if f != nil && len(f.who) > 0 && !c.crowd.isDrawable(f.who[0]) {
		eligible++ // the first, whatever has become of it
	}
	terms, asker, risk := c.terms, 1, poco.Q64{}
	if f != nil {
		terms = f.task.Terms
		if !c.scheme.FreeRefusals {
			risk = f.task.Risk
		}
		asker = c.askerOf(f)
	}
	return poco.PlanInput{
		Class: c.class, Requester: c.asker[asker], Allowances: c.start, Height: c.currentHeight(), Window: windowBlocks,
		Faction: c.faction, Eligible: uint64(eligible), Factor: max(1, c.scheme.Factor),
		Risk: risk, FuelLimit: terms.FuelLimit, MinReplicas: terms.MinReplicas, MaxSeats: terms.MaxSeats, Stake: terms.Stake,
		Exposure: terms.Exposure(c.trial.World.Court),
	}
}

func (c *chain) askerOf(f *flight) int {
	if f.victim {
		return 1
	}
	return 0
}

// planTask returns the plan of a task, or of a task that would come now.
func (c *chain) planTask(f *flight) poco.Plan {
	if s := c.scheme; s.Replicas > 0 {
		x := poco.Collusion(c.faction, uint64(c.trial.World.Organisations), uint64(s.Replicas), uint64(s.Lottery), 1)
		return poco.Plan{Replicas: s.Replicas, Lottery: s.Lottery, X: x, Charge: poco.Charge(x)}
	}
	return c.planner.makePlan(c.planInput(f))
}

// planAndDrawSecond plans a locked task, draws wave 2 and lets it commit.
func (c *chain) planAndDrawSecond(f *flight) {
	refusals := 0
	if p, ok := c.trial.Population.(refuser); ok && f.acts[0] != right {
		refusals = p.countRefusals()
	}
	var seats []poco.Seat
	for f.task.Phase == poco.PhaseLocked {
		c.applyEvent(f, poco.Due{Height: f.task.Deadline})
		plan := c.planTask(f)
		if plan.Bound == poco.BoundFew {
			c.enterLedgers(f, c.applyEvent(f, poco.DrawFailed{Height: f.task.WaitEnd}))
			f.at = c.now
			c.scheduleFlight(f)
			return
		}
		if plan.Court {
			c.enterLedgers(f, c.applyEvent(f, poco.PlanMade{Height: f.task.Deadline, Plan: plan}))
			break
		}
		c.applyEvent(f, poco.PlanMade{Height: f.task.Deadline, Plan: plan, Delay: 1})
		c.applyEvent(f, poco.Due{Height: f.task.Deadline})
		c.seedDraw(f, 2)
		f.chance += c.rehearseLie(f, plan)
		who := c.drawSecond(f, plan)
		if refusals > 0 && c.countColluders(who) < len(who) {
			refusals--
			c.enterLedgers(f, c.applyEvent(f, poco.DrawRefused{Height: f.task.Deadline})) // at the end of the wait it is the court's
			continue
		}
		f.who = who
		for _, i := range f.who[1:] {
			seats = append(seats, poco.Seat{Who: c.names[i], Org: c.names[i]})
		}
		c.enterLedgers(f, c.applyEvent(f, poco.SecondDrawn{Height: f.task.Deadline, Plan: plan, Seats: seats}))
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

func (c *chain) countColluders(who []int) (n int) {
	for _, i := range who {
		if c.crowd.collude[i] {
			n++
		}
	}
	return n
}

// enterLedgers gives a task its turn in both ledgers.
func (c *chain) enterLedgers(f *flight, effects []poco.Effect) {
	for _, e := range effects {
		if e, ok := e.(poco.EnterLedgers); ok {
			a := c.askerOf(f)
			f.classTurn = mustGet(c.class.Enter(c.classTurns, e.Entry, c.currentHeight(), windowBlocks))
			f.askerTurn = mustGet(c.asker[a].Enter(c.turnsOf(f), e.Entry, c.currentHeight(), windowBlocks))
			c.class.Limits.Note(f.task.Terms.FuelLimit)
			c.asker[a].Limits.Note(f.task.Terms.FuelLimit)
		}
	}
}

func (c *chain) turnsOf(f *flight) *turns {
	if f.victim {
		return c.victimTurns
	}
	return c.askerTurns
}

// revealAll opens the commitments and takes the task as far as it can go now.
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
				if f.acts[i] == none || hides && f.acts[i] == lie {
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

// carryOut carries out the effects of a judged task: its turn, the court, its end.
func (c *chain) carryOut(f *flight, effects []poco.Effect) {
	for _, e := range effects {
		switch e.(type) {
		case poco.AskTurn:
			if g := c.askGate(f); g != poco.GateWait {
				c.carryOut(f, c.applyEvent(f, poco.TurnCame{Height: c.currentHeight(), Gate: g}))
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

// holdCourt calls the validators, who all find the truth.
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

// askGate asks both ledgers for a task's turn.
func (c *chain) askGate(f *flight) poco.Gate {
	a := mustGet(c.class.Gate(c.classTurns, f.classTurn, c.start))
	b := mustGet(c.asker[c.askerOf(f)].Gate(c.turnsOf(f), f.askerTurn, c.start))
	return poco.Both(a, b)
}

func (c *chain) awaitTurn(f *flight) {
	at, found := slices.BinarySearchFunc(c.waiting, f.classTurn, func(o *flight, turn uint64) int { return int(o.classTurn) - int(turn) })
	if !found {
		c.waiting = slices.Insert(c.waiting, at, f)
	}
}

// askWaiting asks the waiting turns again, the earliest first, until none can go on.
func (c *chain) askWaiting() {
	for c.settled {
		c.settled = false
		for _, f := range slices.Clone(c.waiting) {
			g := c.askGate(f)
			if g == poco.GateWait {
				continue
			}
			c.waiting = slices.DeleteFunc(c.waiting, func(o *flight) bool { return o == f })
			if f.resolve != nil {
				c.decideTurn(f, g)
			} else {
				c.carryOut(f, c.applyEvent(f, poco.TurnCame{Height: c.currentHeight(), Gate: g}))
			}
		}
		if len(c.waiting) == 0 {
			c.settled = false
		}
	}
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
	if g := c.askGate(f); g != poco.GateWait {
		c.decideTurn(f, g)
	} else {
		c.awaitTurn(f)
	}
}

// decideTurn settles a resolved turn: charged at an open turn unless the first worker was vindicated, nothing at a shut one.
func (c *chain) decideTurn(f *flight, g poco.Gate) {
	charged := poco.Q64{}
	if g == poco.GateOpen {
		c.tally.Likely += f.chance // at a shut turn the court decides, whatever was drawn
		if !f.resolve.Vindicated {
			charged = f.task.Plan.Charge
			c.tally.LargestCharge = max(c.tally.LargestCharge, toFloat(charged))
		}
	}
	a := c.askerOf(f)
	if err := c.class.Settle(c.classTurns, f.classTurn, charged, f.resolve.Counted, c.currentHeight(), windowBlocks); err != nil {
		panic(err)
	}
	if err := c.asker[a].Settle(c.turnsOf(f), f.askerTurn, charged, f.resolve.Counted, c.currentHeight(), windowBlocks); err != nil {
		panic(err)
	}
	c.settled = true
	debt, budget := toFloat(c.class.D), toFloat(c.class.Budget(c.start.Errors))
	c.tally.Debt, c.tally.Budget = debt, budget
	c.tally.Spent = max(c.tally.Spent, debt/budget)
	c.tally.Counted, c.tally.VictimCounted, c.tally.VictimDebt = c.class.N, c.asker[1].N, toFloat(c.asker[1].D)
	c.countEnded(f)
}

func (c *chain) scheduleFlight(f *flight) {
	f.sequence = c.sequence
	c.sequence++
	heap.Push(&c.agenda, f)
}

// toFloat is a Q64 as a float.
func toFloat(q poco.Q64) float64 { return float64(q.Hi) + float64(q.Lo)/(1<<64) }

func mustGet[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
