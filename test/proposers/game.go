package proposers

import "math"

// A Game is that of a coalition of proposers who want the seed of one height, the target, to be good. A seed is good with the chance
// Chance, independently of any other.
type Game struct {
	Target int64
	Chance float64
	// Ours says whether the coalition proposes in the slot. Others are honest: they propose, and what they propose is decided.
	Ours func(Slot) bool
	// Seat names the seat that proposes in the slot. It may be nil where no seat has two slots of one height. A seat's block has the
	// same seed in every round of a height, so that a second slot is no second choice.
	Seat func(Slot) string
	// Next computes the seed of a block that the coalition proposes. It needs the key of the seat that proposes.
	Next func(seed []byte, at Slot) []byte
	// Good says whether the coalition likes a seed of the target.
	Good func(seed []byte) bool
}

// CountForeseen returns how many seeds of the target the coalition can compute before a slot: one for each way in which it proposes
// all blocks that are left.
func (g Game) CountForeseen(at Slot) int {
	if !g.Ours(at) {
		return 0
	}
	withheld := g.CountForeseen(next(at))
	if g.repeats(at) {
		return withheld
	}
	if at.Height == g.Target {
		return 1 + withheld
	}
	return g.CountForeseen(Slot{Height: at.Height + 1}) + withheld
}

// CountChoices returns among how many seeds of the target the coalition chooses from a slot on: those that it foresees, and those
// that it has once it leaves the best of the slots to an honest proposer.
func (g Game) CountChoices(at Slot) int {
	choices, _ := g.findExit(at)
	return g.CountForeseen(at) + choices
}

// Value returns the chance that the target's seed is good, if the coalition does what is best for it from a slot on.
func (g Game) Value(at Slot) float64 {
	miss := math.Pow(1-g.Chance, float64(g.CountChoices(at)))
	return 1 - miss
}

// findExit returns how many choices are left after the best honest block that the coalition can let come, and whether the coalition
// reaches it by withholding the block of this slot.
func (g Game) findExit(at Slot) (choices int, withhold bool) {
	if !g.Ours(at) {
		if at.Height == g.Target {
			return 1, false
		}
		return g.CountChoices(Slot{Height: at.Height + 1}), false
	}
	choices, _ = g.findExit(next(at))
	if at.Height < g.Target {
		if published, _ := g.findExit(Slot{Height: at.Height + 1}); published > choices {
			return published, false
		}
	}
	return choices, true
}

// Withholds says whether the coalition withholds the block of a slot of its own, if seed is that of the block before.
func (g Game) Withholds(at Slot, seed []byte) bool {
	if good, withhold := g.findGood(at, seed); good {
		return withhold
	}
	_, withhold := g.findExit(at)
	return withhold
}

// findGood says whether the coalition can reach a good seed with blocks of its own alone, and whether it does so by withholding this one.
func (g Game) findGood(at Slot, seed []byte) (good, withhold bool) {
	if !g.Ours(at) {
		return false, false
	}
	ours := g.Next(seed, at)
	if at.Height == g.Target {
		good = g.Good(ours)
	} else {
		good, _ = g.findGood(Slot{Height: at.Height + 1}, ours)
	}
	if good {
		return true, false
	}
	good, _ = g.findGood(next(at), seed)
	return good, good
}

// repeats says whether the seat of the slot had an earlier one at this height.
func (g Game) repeats(at Slot) bool {
	if g.Seat == nil {
		return false
	}
	seat := g.Seat(at)
	for earlier := (Slot{Height: at.Height}); earlier != at; earlier = next(earlier) {
		if g.Seat(earlier) == seat {
			return true
		}
	}
	return false
}

// next is the slot that comes when the block of a slot is withheld.
func next(at Slot) Slot { return Slot{Height: at.Height, Round: at.Round + 1} }
