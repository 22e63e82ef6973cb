package baseline

import (
	"fmt"
	"math/big"
)

// maxMargin bounds the margin, an exponent of exact rationals.
const maxMargin = 100_000

// Iterative is iterative redundancy: results are collected until one value
// leads by d, each right with probability r (gambler's ruin):
//
//	error   = (1-r)^d / (r^d + (1-r)^d)
//	results = d (2R-1)/(2r-1),  R = 1-error;  d^2 at r = 1/2
//
// Source: Brun et al., ICDCS 2011, re-derived. Error: ErrRange for r outside
// [0, 1] or d outside 1..100,000.
func Iterative(r *big.Rat, d int) (wrong, results *big.Rat, err error) {
	if err := checkProbability("r", r); err != nil {
		return nil, nil, err
	}
	if d < 1 || d > maxMargin {
		return nil, nil, fmt.Errorf("%w: d is %d, expected 1 to %d", ErrRange, d, maxMargin)
	}
	right, miss := ratPow(r, d), ratPow(complement(r), d)
	wrong = new(big.Rat).Quo(miss, new(big.Rat).Add(right, miss))

	lead := new(big.Rat).Sub(r, complement(r)) // 2r-1
	margin := new(big.Rat).SetInt64(int64(d))
	if lead.Sign() == 0 {
		return wrong, margin.Mul(margin, margin), nil
	}
	end := new(big.Rat).Sub(complement(wrong), wrong) // 2R-1
	return wrong, margin.Mul(margin, end).Quo(margin, lead), nil
}
