// Package plain holds the protocol's formulas in their plain form: a colluding fraction q that never changes, exact rationals, no
// surcharges. The chain uses the refined rules of package poco. The published check cases are stated in the plain formulas, and the
// refined rules are compared with them.
//
// Source of all of them: RATIONALE.md, "Plain forms".
package plain

import (
	"errors"
	"math/big"
)

// ErrRange: an argument is outside the formula's domain; the wrapping text says
// which and why.
var ErrRange = errors.New("argument out of range")

func newOne() *big.Rat { return big.NewRat(1, 1) }

// ratPow is x^n, n not negative.
func ratPow(x *big.Rat, n int) *big.Rat {
	e := big.NewInt(int64(n))
	num := new(big.Int).Exp(x.Num(), e, nil)
	return new(big.Rat).SetFrac(num, new(big.Int).Exp(x.Denom(), e, nil))
}

// oddsOf is x/(1-x), x below 1.
func oddsOf(x *big.Rat) *big.Rat {
	return new(big.Rat).Quo(x, new(big.Rat).Sub(newOne(), x))
}

// floorRat and ceilRat round a rational to an integer.
func floorRat(x *big.Rat) *big.Int {
	return new(big.Int).Div(x.Num(), x.Denom()) // Euclidean: floor, the denominator is positive
}

func ceilRat(x *big.Rat) *big.Int {
	return new(big.Int).Neg(floorRat(new(big.Rat).Neg(x)))
}
