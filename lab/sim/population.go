package sim

import (
	"fmt"

	"github.com/credence-chain/credence/poco"
)

// Act is the answer that a colluder chooses at its seat.
type Act uint8

// The acts.
const (
	Tell   Act = iota // the right answer
	Lie               // the coalition's wrong answer, the same for all its members
	Err               // a wrong answer unlike any other
	Vanish            // no answer at all
)

// Line says what the coalition's members have answered to a task so far.
type Line uint8

// The lines.
const (
	Undecided Line = iota
	Told
	Lied
)

// View holds what a coalition knows about a task when one of its members must answer.
type View struct {
	Progress   float64        // share of the run's tasks that have been decided
	Coin       float64        // one number in [0, 1) for all members
	Mine, Seen int            // seats of the coalition among those that it sees, this one included
	Blind      bool           // more seats may be drawn once this answer is locked
	Line       Line           // what members have answered
	Record     int            // the member's right answers since it was last found wrong
	Victim     bool           // the task is not the coalition's own
	Expected   func() float64 // replicas that the scheme would use for a task like this now
}

// ownsAll says whether the coalition holds all seats that it sees, and all its members that have answered have lied.
func (v View) ownsAll() bool { return v.Mine == v.Seen && v.Line != Told }

// Population is the behaviour of the colluding organisations. The zero values of the types below are useless; see Populations.
type Population interface {
	Name() string
	ChooseAct(v View, d *Dice) Act
}

// A population may implement more behaviour:
type (
	// withholder commits like other populations, but opens no lie that would be found out.
	withholder interface{ isWithholding() bool }
	// briber buys honest members of wave 2, whose names are public; each can be bought with a chance.
	briber interface{ bribeOf() float64 }
	// withdrawer takes the task's input away when its attack would fail.
	withdrawer interface{ isWithdrawing() bool }
	// proposer chooses among several draws of wave 2, by withholding blocks.
	proposer interface{ countRedraws() int }
	// lateOpener opens its commitments late, when the court sits and it has seen what others have opened.
	lateOpener interface{ isLate() bool }
	// refuser makes an unsuitable draw of wave 2 impossible, a few times for each task, by pausing organisations.
	refuser interface{ countRefusals() int }
)

// A population without the method would still compile, and not use its strategy.
var (
	_ briber     = Briber{}
	_ proposer   = Proposer{}
	_ lateOpener = Latecomer{}
	_ proposer   = PausingProposer{}
	_ refuser    = PausingProposer{}
)

// Peace: nobody colludes.
type Peace struct{}

func (Peace) Name() string              { return "peace" }
func (Peace) ChooseAct(View, *Dice) Act { return Tell }

// Static colluders each lie with a chance that never changes. They are the adversary of the published analyses.
type Static struct {
	Chance float64
	Apart  bool // wrong answers differ: they do not collude
}

func (p Static) Name() string {
	if p.Apart {
		return "independent " + formatPercent(p.Chance)
	}
	return "colluding " + formatPercent(p.Chance)
}

func (p Static) ChooseAct(_ View, d *Dice) Act {
	switch {
	case !d.Flip(p.Chance):
		return Tell
	case p.Apart:
		return Err
	}
	return Lie
}

// Coordinated colluders toss one coin for each task.
type Coordinated struct{ Chance float64 }

func (p Coordinated) Name() string { return "coordinated " + formatPercent(p.Chance) }

func (p Coordinated) ChooseAct(v View, _ *Dice) Act {
	if v.Coin < p.Chance {
		return Lie
	}
	return Tell
}

// Informed colluders lie if the coalition holds every seat that it sees, and tell the truth as soon as it does not. So a failed
// attack costs them one member.
type Informed struct{}

func (Informed) Name() string { return "informed" }

func (Informed) ChooseAct(v View, _ *Dice) Act {
	if v.ownsAll() {
		return Lie
	}
	return Tell
}

// Sleeper is honest for a share of the run, then behaves as another population does.
type Sleeper struct {
	From float64
	Then Population
}

func (p Sleeper) Name() string { return "sleeper, then " + p.Then.Name() }

func (p Sleeper) ChooseAct(v View, d *Dice) Act {
	if v.Progress < p.From {
		return Tell
	}
	return p.Then.ChooseAct(v, d)
}

// Opportunist is informed, and attacks only tasks for which few replicas are expected.
type Opportunist struct{ Most float64 }

func (p Opportunist) Name() string { return "attacks when n <= " + trimZeros(p.Most) }

func (p Opportunist) ChooseAct(v View, d *Dice) Act {
	if v.Line == Undecided && v.Expected() > p.Most+1 {
		return Tell
	}
	return Informed{}.ChooseAct(v, d)
}

// Rare is informed, and attacks a small share of its chances.
type Rare struct{ Chance float64 }

func (p Rare) Name() string { return "attacks " + formatPercent(p.Chance) + " of chances" }

func (p Rare) ChooseAct(v View, d *Dice) Act {
	if v.Line == Undecided && v.Coin >= p.Chance {
		return Tell
	}
	return Informed{}.ChooseAct(v, d)
}

// Oscillator builds up a record, lies until it is found out, and builds up a record again. It does not know other members' seats.
type Oscillator struct{ Record int }

func (p Oscillator) Name() string { return "oscillator" }

func (p Oscillator) ChooseAct(v View, _ *Dice) Act {
	if v.Record >= p.Record {
		return Lie
	}
	return Tell
}

// Lazy workers compute nothing and guess one of two possible answers.
type Lazy struct{}

func (Lazy) Name() string { return "lazy, yes or no" }

func (Lazy) ChooseAct(_ View, d *Dice) Act {
	if d.Flip(0.5) {
		return Lie
	}
	return Tell
}

// Withholder is informed and opens no lie that fails.
type Withholder struct{ Informed }

func (Withholder) Name() string        { return "non-revealing" }
func (Withholder) isWithholding() bool { return true }

// Latecomer is informed, and opens everything late but a lie that passes. A lie that fails it never opens.
type Latecomer struct{ Withholder }

// Name implements Population.
func (Latecomer) Name() string { return "opening late" }
func (Latecomer) isLate() bool { return true }

// Flooder causes courts that cost the others money: it answers right as a first worker, and wrong when there is another answer.
type Flooder struct{}

func (Flooder) Name() string { return "court flooding" }

func (Flooder) ChooseAct(v View, _ *Dice) Act {
	if v.Blind {
		return Tell
	}
	return Err
}

// Briber is informed and buys honest workers of wave 2, each with a chance.
type Briber struct {
	Informed
	Chance float64
}

func (p Briber) Name() string     { return "bribes " + formatPercent(p.Chance) + " after the draw" }
func (p Briber) bribeOf() float64 { return p.Chance }

// Withdrawer is informed and is also the requester. It takes the input away when the attack would fail.
type Withdrawer struct{ Informed }

func (Withdrawer) Name() string        { return "input withdrawal" }
func (Withdrawer) isWithdrawing() bool { return true }

// Proposer is informed, and several of its members propose blocks one after the other. It chooses among all draws that they can
// compute (docs/adr/0061-what-proposers-can-choose.md).
type Proposer struct {
	Informed
	Proposers uint64
}

// Name implements Population.
func (p Proposer) Name() string {
	text := "1 proposer"
	if p.Proposers > 1 {
		text = fmt.Sprintf("%d proposers in a row", p.Proposers)
	}
	return text + fmt.Sprintf(", %d seeds to choose from", p.countRedraws())
}

func (p Proposer) countRedraws() int { return int(poco.ProposerChoices(p.Proposers)) }

// Refuser is informed and knows the seed. It refuses up to Refusals draws of a task, and the next plan has to count each of them.
type Refuser struct {
	Informed
	Refusals int
}

// Name implements Population.
func (p Refuser) Name() string       { return "refuses a draw " + trimZeros(float64(p.Refusals)) + " times" }
func (p Refuser) countRefusals() int { return p.Refusals }

// PausingProposer is a Proposer with friends that pause: where none of the seeds among which it can choose suits it, it refuses the draw,
// up to Refusals times a task, and chooses again for the next. It can do so for every draw, which is more than a rotation of proposers
// allows.
type PausingProposer struct {
	Proposer
	Refusals int
}

// Name implements Population.
func (p PausingProposer) Name() string {
	return p.Proposer.Name() + ", " + Refuser{Refusals: p.Refusals}.Name()
}
func (p PausingProposer) countRefusals() int { return p.Refusals }

// Farmer is informed, and lies only in the victim's tasks. Its own tasks fill the budget.
type Farmer struct{}

func (Farmer) Name() string { return "dilution by own tasks" }

func (Farmer) ChooseAct(v View, d *Dice) Act {
	if !v.Victim {
		return Tell
	}
	return Informed{}.ChooseAct(v, d)
}
