package sim

import (
	"container/heap"
	"encoding/binary"
	"fmt"

	"github.com/credence-chain/credence/poco"
)

// chain plays one trial. In each block a task is created (startTask) and its first worker commits. When the second wave is due, it
// is planned and drawn (wave.go). Then all seats reveal and the task is judged (judge.go): its turn in the ledgers (books.go), the
// court, the end. answers.go decides what seats answer, payout.go what a settlement pays.
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
	record  []int         // right answers since the last that was proven wrong: what populations see
	scores  []uint64      // confirmations: what settlements weigh
	outages []poco.Outage // the last outage of each worker
	found   map[int]int64 // by worker: height at which it was last convicted
	banned  uint64        // bans of organisations; some may have come back under another name
	faction uint64
	space   uint64
	bench   []poco.Seat

	books books

	started, open, decided int
	now                    float64 // in the time that a short execution takes
	sequence               int
	agenda                 agenda
	free                   []*flight // ended, to be used again
	audits                 []*flight // accepted, and not final
	settled                bool      // a turn has settled since the waiting ones were asked
	waiting                []*flight // tasks whose turn has not come, in draw order
}

func newChain(s Credence, t Trial) *chain {
	w := t.World
	dice := NewDice(t.Seed, 1)
	c := &chain{
		scheme: s, trial: t, dice: dice, shadow: NewDice(t.Seed, 2), planner: newPlanner(), tally: newTally(t),
		crowd: newCrowd(w, dice), byName: map[string]int{},
		books: newBooks(w, s),
	}
	for i := range w.Organisations {
		name := fmt.Sprintf("organisation %d", i)
		c.names, c.byName[name] = append(c.names, name), i
	}
	workers := len(c.crowd.collude)
	c.record, c.scores, c.outages, c.found = make([]int, workers), make([]uint64, workers), make([]poco.Outage, workers), map[int]int64{}
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
		WaitBlocks: 1, RetryBlocks: 1, MaxAttempts: 3, AuditBlocks: int64(w.AuditTasks),
		CourtDeposit: w.Stake, // so that of the two that pay for charges the stake is the smaller one
	}
	if p, ok := t.Population.(refuser); ok {
		c.terms.WaitBlocks += int64(2 * p.countRefusals()) // a plan and a draw each
	}
	return c
}

func (c *chain) currentHeight() int64 { return int64(c.started) }

// applyEvent sends an event. A refusal is a defect of the laboratory.
func (c *chain) applyEvent(f *flight, e poco.Event) []poco.Effect {
	effects, err := f.task.Advance(e)
	if err != nil {
		panic(fmt.Sprintf("sim: task %d: %T: %v", f.number, e, err))
	}
	return effects
}

// startTask creates a task, draws its first worker and lets it commit.
func (c *chain) startTask() {
	w := c.trial.World
	c.crowd.moveTo(c.started, c.dice)
	f := c.takeFlight()
	f.number, f.duration, f.coin, f.victim = c.started, 1, c.dice.Float64(), c.started >= w.FarmTasks
	f.opened, f.asker = c.currentHeight(), c.started%max(1, w.Requesters)
	c.started++
	c.open++
	terms := c.terms
	if c.dice.Flip(w.LongShare) {
		f.duration, terms.FuelLimit = 10, longFuel
	}
	if w.DearShare > 0 {
		c.priceTask(&terms)
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
		first := c.drawOrganisations(f.entropy, f.who[:0], 1)
		if first == nil {
			c.finishTask(f, c.applyEvent(f, poco.DrawFailed{Height: c.currentHeight() + 1})) // past the wait: it ends
			continue
		}
		f.who, f.acts = first, f.acts[:0]
		c.crowd.takeSlots(first, 1)
		c.applyEvent(f, poco.FirstDrawn{Height: c.currentHeight(), Seat: c.seatOf(first[0])})
		answer := c.answerSeat(f, 0, View{Blind: true, Seen: 1, Mine: 1}, c.dice)
		f.acts = append(f.acts, answer)
		if answer == none {
			c.crowd.takeSlots(first, -1)
			c.finishTask(f, c.applyEvent(f, poco.Due{Height: f.task.Deadline}))
			continue
		}
		c.commitSeat(f, 0)
	}
	f.at = c.now + f.duration
	c.scheduleFlight(f)
}

// priceTask sets the value at risk of a task, in a world of expensive and cheap tasks.
func (c *chain) priceTask(terms *poco.Terms) {
	if c.dice.Flip(c.trial.World.DearShare) {
		terms.Value *= dear
	}
	terms.Premium = poco.PremiumFor(poco.PolicyCredence, terms.Value, terms.Trust)
	c.tally.AtRisk += float64(terms.Value)
}

// dear is how many times the value of a cheap task an expensive task has.
const dear = 100

func (c *chain) seatOf(worker int) poco.Seat {
	return poco.Seat{Who: c.names[worker], Org: c.names[worker], Score: c.scores[worker]}
}

// takeFlight returns an empty flight. It uses an old one again if there is one, for the capacity of its lists.
func (c *chain) takeFlight() *flight {
	if len(c.free) == 0 {
		return &flight{}
	}
	f := c.free[len(c.free)-1]
	c.free = c.free[:len(c.free)-1]
	*f = flight{who: f.who[:0], acts: f.acts[:0], seats: f.seats[:0]}
	return f
}

func (c *chain) scheduleFlight(f *flight) {
	f.sequence = c.sequence
	c.sequence++
	heap.Push(&c.agenda, f)
}
