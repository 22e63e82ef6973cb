package credibility

import (
	"errors"
	"fmt"
	"math/big"
)

// ErrFraction: the fraction of bad workers is not strictly between 0 and 1.
var ErrFraction = errors.New("fraction of bad workers must lie strictly between 0 and 1")

const (
	firstPrec = 256  // fractional bits of the first attempt
	lastPrec  = 2048 // beyond it a tie is assumed
	tieRecord = 4096 // largest k whose ties are decided exactly
)

// Exact is L(k) for any fraction f and any record k, by comparison with
// rigorous bounds: no table, no approximation. It costs some hundred big
// multiplications; chain code uses a [Table]. Error: ErrFraction.
//
// For k >= 1 the maximum over s is at the only root of its derivative, where
// p = f u^(k+1) / ((1-f) k) with u = 1-s = k(1-p)/(k+1). The left side of
// f u^(k+1) = (1-f) k p falls in p and the right side rises, so p <= t exactly
// when f (k(1-t)/(k+1))^(k+1) <= (1-f) k t. L is the largest integer for which
// that holds with t = 2^(-L/65536).
func Exact(f *big.Rat, k uint32) (uint64, error) {
	return newExact(firstPrec).bits(f, k)
}

// exact keeps the arithmetic of one precision between calls.
type exact struct{ a *arith }

func newExact(prec uint) *exact { return &exact{a: newArith(prec)} }

func (e *exact) bits(f *big.Rat, k uint32) (uint64, error) {
	if f == nil || f.Sign() <= 0 || f.Cmp(big.NewRat(1, 1)) >= 0 {
		return 0, fmt.Errorf("%w: got %v", ErrFraction, f)
	}
	if k == 0 {
		return floorLog2(new(big.Rat).Inv(f)), nil
	}
	// Grow an upper bound, then bisect: lo always holds, hi never does.
	lo, hi := uint64(0), uint64(Unit)
	for e.holds(f, k, hi) {
		lo, hi = hi, 2*hi
	}
	for hi-lo > 1 {
		mid := lo + (hi-lo)/2
		if e.holds(f, k, mid) {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo, nil
}

// holds decides p(k) <= 2^(-units/65536). It raises the precision until the bounds no longer overlap. Equality is possible only
// where the power is rational. For k below tieRecord this case is decided exactly; above it holds returns false, which can only
// lower L.
func (e *exact) holds(f *big.Rat, k uint32, units uint64) bool {
	a := e.a
	for {
		if verdict, sure := a.compare(f, k, units); sure {
			return verdict
		}
		if a.prec*2 > lastPrec {
			return units%Unit == 0 && k <= tieRecord && exactTie(f, k, uint(units/Unit))
		}
		a = newArith(a.prec * 2)
	}
}

// compare bounds both sides of f u^(k+1) <= (1-f) k t.
func (a *arith) compare(f *big.Rat, k uint32, units uint64) (holds, sure bool) {
	t := a.exp2neg(units)
	n, next := new(big.Int).SetUint64(uint64(k)), new(big.Int).SetUint64(uint64(k)+1)
	good := new(big.Int).Sub(f.Denom(), f.Num())

	// u = (1-t) k/(k+1): t.hi gives the lower end, t.lo the upper one.
	ratio := a.ratio(n, next)
	miss := interval{new(big.Int).Sub(a.one, t.hi), new(big.Int).Sub(a.one, t.lo)}
	u := a.mul(ratio, miss)
	left := a.pow(u, uint64(k)+1)
	left.lo.Mul(left.lo, f.Num())
	left.hi.Mul(left.hi, f.Num())

	scale := new(big.Int).Mul(good, n)
	right := interval{new(big.Int).Mul(t.lo, scale), new(big.Int).Mul(t.hi, scale)}

	switch {
	case left.hi.Cmp(right.lo) <= 0:
		return true, true
	case left.lo.Cmp(right.hi) > 0:
		return false, true
	default:
		return false, false
	}
}

// exactTie compares the two sides as rationals at t = 2^-m.
func exactTie(f *big.Rat, k uint32, m uint) bool {
	t := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), m))
	u := new(big.Rat).Sub(big.NewRat(1, 1), t)
	u.Mul(u, big.NewRat(int64(k), int64(k)+1))
	exp := new(big.Int).SetUint64(uint64(k) + 1)
	left := new(big.Rat).SetFrac(new(big.Int).Exp(u.Num(), exp, nil), new(big.Int).Exp(u.Denom(), exp, nil))
	left.Mul(left, f)
	right := new(big.Rat).Sub(big.NewRat(1, 1), f)
	right.Mul(right, new(big.Rat).SetInt64(int64(k))).Mul(right, t)
	return left.Cmp(right) <= 0
}
