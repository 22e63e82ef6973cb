package baseline

import (
	"fmt"
	"math/big"
)

// maxWorks bounds the works per worker, an exponent of exact rationals.
const maxWorks = 1_000_000

// SpotCheckError is the error rate of spot-checking with blacklisting,
//
//	s f (1-qs)^n / ((1-f) + f (1-qs)^n)
//
// with f the fraction of saboteurs, s how often they lie, q the rate of checks
// and n the works per worker in the batch. Source: Sarmenta, spot-checking.
// Error: ErrRange for a rate outside [0, 1] or n outside 0..1,000,000.
func SpotCheckError(q *big.Rat, n int, f, s *big.Rat) (*big.Rat, error) {
	if err := checkBatch(q, n, f); err != nil {
		return nil, err
	}
	if err := checkProbability("s", s); err != nil {
		return nil, err
	}
	survive := ratPow(complement(new(big.Rat).Mul(q, s)), n)
	bad := new(big.Rat).Mul(f, survive)
	all := new(big.Rat).Add(complement(f), bad)
	if all.Sign() == 0 {
		return new(big.Rat), nil // every worker is a saboteur and all are caught
	}
	bad.Mul(bad, s)
	return bad.Quo(bad, all), nil
}

// SpotCheckBound is Sarmenta's upper bound of [SpotCheckError] over s:
// f/(1-f) / (q n e). e is taken as a rational within 2^-256. Error: ErrRange as
// there, and for f = 1, q = 0 or n = 0, where no bound exists.
func SpotCheckBound(q *big.Rat, n int, f *big.Rat) (*big.Rat, error) {
	if err := checkBatch(q, n, f); err != nil {
		return nil, err
	}
	if f.Cmp(newOne()) == 0 || q.Sign() == 0 || n == 0 {
		return nil, fmt.Errorf("%w: f = %s, q = %s, n = %d, expected f < 1, q and n above 0", ErrRange, f, q, n)
	}
	checks := new(big.Rat).Mul(q, new(big.Rat).SetInt64(int64(n)))
	bound := new(big.Rat).Quo(f, complement(f))
	return bound.Quo(bound, checks.Mul(checks, euler())), nil
}

// gridBits is the resolution of SpotCheckWorst: s is a multiple of 2^-40.
const gridBits = 40

// workBits are the fractional bits of its fixed-point powers.
const workBits = 512

// SpotCheckWorst is the lying rate s that maximises [SpotCheckError], to 40
// binary places, and the error there (at that s, in 512-bit fixed point).
//
// The derivative of the error's logarithm has the sign of
// (1-qs)((1-f) + f(1-qs)^n) - n q s (1-f), which falls in s: one root, found by
// bisection. Errors: as SpotCheckError.
func SpotCheckWorst(q *big.Rat, n int, f *big.Rat) (s, worst *big.Rat, err error) {
	if err := checkBatch(q, n, f); err != nil {
		return nil, nil, err
	}
	unit := int64(1) << gridBits
	lo, hi := int64(0), unit
	for hi-lo > 1 {
		mid := lo + (hi-lo)/2
		if isRising(q, n, f, big.NewRat(mid, unit)) {
			lo = mid
		} else {
			hi = mid
		}
	}
	if hi == unit && isRising(q, n, f, newOne()) {
		lo = unit
	}
	s = big.NewRat(lo, unit)

	survive := fixedPow(complement(new(big.Rat).Mul(q, s)), n)
	bad := new(big.Rat).Mul(f, survive)
	all := new(big.Rat).Add(complement(f), bad)
	if all.Sign() == 0 {
		return s, new(big.Rat), nil
	}
	bad.Mul(bad, s)
	return s, bad.Quo(bad, all), nil
}

// isRising says whether the error still grows at s.
func isRising(q *big.Rat, n int, f, s *big.Rat) bool {
	pass := complement(new(big.Rat).Mul(q, s))
	left := new(big.Rat).Mul(f, fixedPow(pass, n))
	left.Add(left, complement(f)).Mul(left, pass)
	right := new(big.Rat).Mul(q, s)
	right.Mul(right, complement(f)).Mul(right, new(big.Rat).SetInt64(int64(n)))
	return left.Cmp(right) > 0
}

// fixedPow is x^n for 0 <= x <= 1 in fixed point, rounded down: an exact power
// of a 40-bit fraction would have millions of digits.
func fixedPow(x *big.Rat, n int) *big.Rat {
	base := new(big.Int).Lsh(x.Num(), workBits)
	base.Quo(base, x.Denom())
	out := new(big.Int).Lsh(big.NewInt(1), workBits)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			out.Mul(out, base).Rsh(out, workBits)
		}
		base.Mul(base, base).Rsh(base, workBits)
	}
	return new(big.Rat).SetFrac(out, new(big.Int).Lsh(big.NewInt(1), workBits))
}

func checkBatch(q *big.Rat, n int, f *big.Rat) error {
	if err := checkProbability("q", q); err != nil {
		return err
	}
	if err := checkProbability("f", f); err != nil {
		return err
	}
	if n < 0 || n > maxWorks {
		return fmt.Errorf("%w: n is %d, expected 0 to %d", ErrRange, n, maxWorks)
	}
	return nil
}
