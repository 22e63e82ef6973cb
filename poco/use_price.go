package poco

import (
	"fmt"
	"math/bits"
)

// FuelPerGfuel is the number of units of fuel in one Gfuel, for which a rate is said.
const FuelPerGfuel = 1_000_000_000

// UsePrice is a price by use, in ucred. A right replica is paid Base and the rate times its use, but at most Terms.Price. With the
// zero value there is no price by use: each right replica is paid Terms.Price.
//
// Nothing is measured for it. Fuel is a part of the answer, on which replicas agree or go to court. Seconds are those that the job
// declares, because two honest machines would measure different ones.
type UsePrice struct {
	Base uint64 // whatever was used
	// PerGfuel is for each FuelPerGfuel units of fuel of the answer, PerSecond for each second that the job declares. One of them
	// is 0.
	PerGfuel, PerSecond uint64
}

// IsSet says whether there is a price by use.
func (p UsePrice) IsSet() bool { return p != UsePrice{} }

// Validate checks a price by use against most, the most that a replica may cost, in ucred. The error names the field.
func (p UsePrice) Validate(most uint64) error {
	switch {
	case !p.IsSet():
		return nil
	case p.PerGfuel == 0 && p.PerSecond == 0:
		return fmt.Errorf("use_price: got the base %d without a rate, expected per_gfuel or per_second above 0, or a price alone", p.Base)
	case p.PerGfuel != 0 && p.PerSecond != 0:
		return fmt.Errorf("use_price: got per_gfuel %d and per_second %d, expected one of them to be 0", p.PerGfuel, p.PerSecond)
	case p.Base > most:
		return fmt.Errorf("use_price.base: got %d, expected at most the price, %d ucred", p.Base, most)
	}
	return nil
}

// PriceOf returns what each right replica of an answer is paid, in ucred, the pool's commission included. It is Price, or the cost
// of the answer's use, rounded up, if that is less. Fuel beyond the limit is not paid.
func (t Terms) PriceOf(answer Outcome) uint64 {
	p := t.UsePrice
	if !p.IsSet() {
		return t.Price
	}
	fuel := meteredPrice(p.PerGfuel, min(answer.Fuel, t.FuelLimit), FuelPerGfuel)
	time := meteredPrice(p.PerSecond, uint64(t.Seconds), 1)
	return min(t.Price, addSaturating(p.Base, addSaturating(fuel, time)))
}

// meteredPrice returns rate times use/unit, rounded up, or the largest number if the price exceeds 64 bits.
func meteredPrice(rate, use, unit uint64) uint64 {
	hi, lo := bits.Mul64(rate, use)
	if hi >= unit {
		return ^uint64(0)
	}
	whole, rest := bits.Div64(hi, lo, unit)
	if rest > 0 {
		whole = addSaturating(whole, 1)
	}
	return whole
}

func addSaturating(a, b uint64) uint64 {
	sum, carry := bits.Add64(a, b, 0)
	if carry != 0 {
		return ^uint64(0)
	}
	return sum
}
