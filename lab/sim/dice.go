package sim

import "math/rand/v2"

// Dice is the chance of a trial. Tilted, they make lies and colluders likelier than they are, and Weight says by how much
// an outcome is to be counted less for it (importance sampling): the mean of weighted outcomes is that of fair dice.
type Dice struct {
	*rand.Rand
	tilted bool
	Weight float64
}

// tiltedChance is what tilted dice make of any rarer event.
const tiltedChance = 0.5

// NewDice returns fair dice for a seed; different streams of one seed are independent.
func NewDice(seed, stream uint64) *Dice {
	return &Dice{Rand: rand.New(rand.NewPCG(seed, stream)), Weight: 1}
}

// tilt begins a rehearsal.
func (d *Dice) tilt() { d.tilted, d.Weight = true, 1 }

// Flip says whether an event of the chance p happens.
func (d *Dice) Flip(p float64) bool {
	if p <= 0 {
		return false
	}
	if p >= 1 {
		return true
	}
	if !d.tilted || p >= tiltedChance {
		return d.Float64() < p
	}
	if d.Float64() < tiltedChance {
		d.Weight *= p / tiltedChance
		return true
	}
	d.Weight *= (1 - p) / (1 - tiltedChance)
	return false
}
