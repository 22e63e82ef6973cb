package proposers

import "math"

// A Game is that of a coalition of proposers who want the seed of one height, the target, to be good. A seed is good with the chance
// Chance, independently of any other.
type Game struct {
	Target int64
	Chance float64
	// Ours says whether the turn is the coalition's. Others are honest: they propose, and what they propose is decided.
	Ours func(Turn) bool
	// Seat names whose turn it is. It may be nil where no seat has two turns of one height. A seat's block has the same seed in every
	// round of a height, so that a second turn is no second choice.
	Seat func(Turn) string
	// Next computes the seed of a block that the coalition proposes. It needs the key of whoever's turn it is.
	Next func(seed []byte, at Turn) []byte
	// Good says whether the coalition likes a seed of the target.
	Good func(seed []byte) bool
}

// CountForeseen returns how many seeds of the target the coalition can compute before a turn: one for each way in which it proposes
// all blocks that are left.
func (g Game) CountForeseen(at Turn) int {
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
	return g.CountForeseen(Turn{Height: at.Height + 1}) + withheld
}

// CountChoices returns among how many seeds of the target the coalition chooses from a turn on: those that it foresees, and those
// that it has once it leaves the best of the turns to an honest proposer.
func (g Game) CountChoices(at Turn) int {
	choices, _ := g.findExit(at)
	return g.CountForeseen(at) + choices
}

// Value returns the chance that the target's seed is good, if the coalition does what is best for it from a turn on.
func (g Game) Value(at Turn) float64 {
	miss := math.Pow(1-g.Chance, float64(g.CountChoices(at)))
	return 1 - miss
}

// findExit returns how many choices are left after the best honest block that the coalition can let come, and whether the coalition
// reaches it by withholding the block of this turn.
func (g Game) findExit(at Turn) (choices int, withhold bool) {
	if !g.Ours(at) {
		if at.Height == g.Target {
			return 1, false
		}
		return g.CountChoices(Turn{Height: at.Height + 1}), false
	}
	choices, _ = g.findExit(next(at))
	if at.Height < g.Target {
		if published, _ := g.findExit(Turn{Height: at.Height + 1}); published > choices {
			return published, false
		}
	}
	return choices, true
}

// Withholds says whether the coalition withholds the block of a turn of its own, if seed is that of the block before.
func (g Game) Withholds(at Turn, seed []byte) bool {
	if good, withhold := g.findGood(at, seed); good {
		return withhold
	}
	_, withhold := g.findExit(at)
	return withhold
}

// findGood says whether the coalition can reach a good seed with blocks of its own alone, and whether it does so by withholding this one.
func (g Game) findGood(at Turn, seed []byte) (good, withhold bool) {
	if !g.Ours(at) {
		return false, false
	}
	ours := g.Next(seed, at)
	if at.Height == g.Target {
		good = g.Good(ours)
	} else {
		good, _ = g.findGood(Turn{Height: at.Height + 1}, ours)
	}
	if good {
		return true, false
	}
	good, _ = g.findGood(next(at), seed)
	return good, good
}

// repeats says whether the seat whose turn it is had an earlier one at this height.
func (g Game) repeats(at Turn) bool {
	if g.Seat == nil {
		return false
	}
	seat := g.Seat(at)
	for earlier := (Turn{Height: at.Height}); earlier != at; earlier = next(earlier) {
		if g.Seat(earlier) == seat {
			return true
		}
	}
	return false
}

// next is the turn that comes when the block of a turn is withheld.
func next(at Turn) Turn { return Turn{Height: at.Height, Round: at.Round + 1} }
