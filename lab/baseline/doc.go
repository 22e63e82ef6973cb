// Package baseline holds the published replication schemes with which Credence is compared, as exact rationals: m-first voting,
// spot checks, credibility (Sarmenta 2001/2002), BOINC's adaptive replication and quorum, and iterative redundancy (Brun et al.
// 2011). iExec's rules have a package of their own.
//
// None of them decides anything on the chain. Their sources are in RATIONALE.md,
// "Published schemes"; each function names its own.
package baseline

import (
	"errors"
	"fmt"
	"math/big"
)

// ErrRange: an argument is outside the formula's domain; the wrapping text says
// which and why.
var ErrRange = errors.New("argument out of range")

func newOne() *big.Rat { return big.NewRat(1, 1) }

// complement is 1-x.
func complement(x *big.Rat) *big.Rat { return new(big.Rat).Sub(newOne(), x) }

// ratPow is x^n, n not negative.
func ratPow(x *big.Rat, n int) *big.Rat {
	e := big.NewInt(int64(n))
	num := new(big.Int).Exp(x.Num(), e, nil)
	return new(big.Rat).SetFrac(num, new(big.Int).Exp(x.Denom(), e, nil))
}

// checkProbability reports ErrRange unless 0 <= x <= 1.
func checkProbability(name string, x *big.Rat) error {
	if x == nil || x.Sign() < 0 || x.Cmp(newOne()) > 0 {
		return fmt.Errorf("%w: %s is %v, expected 0 to 1", ErrRange, name, x)
	}
	return nil
}

// euler is e with an error below 2^-256: the sum of 1/i! for i < 64, as a
// rational of denominator 63!.
func euler() *big.Rat {
	num, den := new(big.Int), big.NewInt(1)
	for i := int64(63); i >= 1; i-- {
		num.Add(num, den) // den = 63!/i!
		den.Mul(den, big.NewInt(i))
	}
	num.Add(num, den)
	return new(big.Rat).SetFrac(num, den)
}
