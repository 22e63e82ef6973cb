package sim

import "math/rand/v2"

// Dice are the random numbers of a trial. Errors are too rare to be counted, so a rehearsal uses tilted dice, which make lies and
// colluders more likely than they are. Weight is the factor that corrects an outcome for this (importance sampling): the mean of
// the weighted outcomes is that of fair dice.
type Dice struct {
	*rand.Rand
	tilted bool
	Weight float64
}

// tiltedChance is the chance that tilted dice give to any event that is less likely.
const tiltedChance = 0.5

// NewDice returns fair dice for a seed; different streams of one seed are independent.
func NewDice(seed, stream uint64) *Dice {
	return &Dice{Rand: rand.New(rand.NewPCG(seed, stream)), Weight: 1}
}

// beginRehearsal begins a rehearsal.
func (d *Dice) beginRehearsal() { d.tilted, d.Weight = true, 1 }

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
