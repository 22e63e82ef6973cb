package sim

import (
	"container/heap"
	"fmt"
	"math"

	"github.com/credence-chain/credence/poco"
)

// Credence is the protocol itself, not a model of it. Every task goes through poco.Task.Apply, and its draws, its plan, both
// ledgers and its settlement are the chain's own code. The rest of the chain's state (which organisations are registered, which
// workers cool down) is simulated by crowd.
type Credence struct {
	// Factor is the number of seeds among which proposers can choose (poco.ProposerChoices). Plans multiply the chance of collusion
	// by it; 0 means 1.
	Factor uint64
	// Replicas, if not 0, fixes every plan to Replicas and Lottery, whatever the ledgers allow, and opens every turn.
	Replicas, Lottery uint32
	// MinReplicas is the requester's floor.
	MinReplicas uint32
	// NoAllowance makes ledgers begin with E0 = 0 in place of the chain's 1/4.
	NoAllowance bool
	// Assumed is the colluding share, in percent, that plans assume; 0 means 20.
	Assumed uint64
	// Quick speeds up long runs: once nobody can err any more, it counts tasks from their plans alone (quick.go).
	Quick bool
	// Variant, where it is set, plans in another way than the chain.
	Variant *Variant
	// FreeRefusals breaks a rule of the chain: a refused draw adds nothing to the risk of the task's next plan.
	FreeRefusals bool
}

func (s Credence) Name() string {
	name := "Credence"
	if s.Variant != nil {
		name += ", " + s.Variant.Name
	}
	if s.Replicas > 0 {
		name += fmt.Sprintf(", always %d", s.Replicas)
		if s.Lottery > 0 {
			name += fmt.Sprintf(" + %d/%d", s.Lottery, poco.LotterySteps)
		}
	}
	if s.Assumed > 0 {
		name += fmt.Sprintf(", %d%% assumed", s.Assumed)
	}
	if s.FreeRefusals {
		name += ", refusals free"
	}
	if s.NoAllowance {
		name += ", E0 = 0"
	}
	if s.MinReplicas > 0 {
		name += fmt.Sprintf(", at least %d", s.MinReplicas)
	}
	if s.Factor > 1 {
		name += fmt.Sprintf(", beacon factor %d", s.Factor)
	}
	return name
}

// The windows of the simulated chain in blocks; a task is created in each block.
const (
	windowBlocks = 600
	taskBlocks   = 20 // commit window; nobody is late but those that never answer
	shortFuel    = 1 << 20
	longFuel     = 10 << 20
	chainID      = "lab"
	// rehearsals is how often wave 2 of a lie is rehearsed to estimate the chance that the lie is accepted.
	rehearsals = 4
)

var salt = []byte("a salt of the laboratory, 32 bytes long")[:poco.SaltSize]

// Run implements Scheme.
func (s Credence) Run(t Trial) Tally {
	c := newChain(s, t)
	for c.started < t.World.Tasks || c.open > 0 {
		if s.Quick && c.open == 0 && c.isQuiet() {
			c.countByPlans()
		}
		for c.started < t.World.Tasks && c.open < max(1, t.World.InFlight) {
			c.endAudits(c.currentHeight())
			c.startTask()
		}
		// Waiting turns are asked again once for each moment at which other turns settled.
		if c.settled && (len(c.agenda) == 0 || c.agenda[0].at > c.now) {
			c.askWaiting()
			continue
		}
		if len(c.agenda) == 0 {
			if c.open > 0 {
				panic(fmt.Sprintf("sim: %d turns never came", len(c.waiting)))
			}
			continue
		}
		f := heap.Pop(&c.agenda).(*flight)
		c.now = f.at
		if f.task.Phase == poco.PhaseLocked {
			c.planAndDrawSecond(f)
		} else {
			c.revealAll(f)
		}
	}
	c.endAudits(math.MaxInt64)
	c.tally.finishRun(c.crowd)
	return c.tally
}
