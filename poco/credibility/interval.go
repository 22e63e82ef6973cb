package credibility

import (
	"math/big"
	"math/bits"
)

// interval encloses a real number between two fixed-point integers: the number
// times 2^prec lies in [lo, hi]. Every operation rounds lo down and hi up.
type interval struct{ lo, hi *big.Int }

// arith does interval arithmetic on non-negative numbers with prec fractional
// bits.
type arith struct {
	prec  uint
	one   *big.Int
	roots [17]interval // roots[i] encloses 2^(-2^-i), i = 0..16
}

func newArith(prec uint) *arith {
	a := &arith{prec: prec, one: new(big.Int).Lsh(big.NewInt(1), prec)}
	half := new(big.Int).Rsh(a.one, 1)
	a.roots[0] = interval{half, half}
	for i := 1; i < len(a.roots); i++ {
		a.roots[i] = a.sqrt(a.roots[i-1])
	}
	return a
}

// ratio encloses num/den, den positive.
func (a *arith) ratio(num, den *big.Int) interval {
	n := new(big.Int).Lsh(num, a.prec)
	lo, rest := new(big.Int).QuoRem(n, den, new(big.Int))
	hi := new(big.Int).Set(lo)
	if rest.Sign() != 0 {
		hi.Add(hi, big.NewInt(1))
	}
	return interval{lo, hi}
}

func (a *arith) mul(x, y interval) interval {
	return interval{a.down(new(big.Int).Mul(x.lo, y.lo)), a.up(new(big.Int).Mul(x.hi, y.hi))}
}

// down is floor(v / 2^prec), up the ceiling; both overwrite v.
func (a *arith) down(v *big.Int) *big.Int { return v.Rsh(v, a.prec) }

func (a *arith) up(v *big.Int) *big.Int {
	v.Add(v, new(big.Int).Sub(a.one, big.NewInt(1)))
	return v.Rsh(v, a.prec)
}

// pow encloses x^n by repeated squaring.
func (a *arith) pow(x interval, n uint64) interval {
	out := interval{a.one, a.one}
	for i := bits.Len64(n) - 1; i >= 0; i-- {
		out = a.mul(out, out)
		if n>>uint(i)&1 == 1 {
			out = a.mul(out, x)
		}
	}
	return out
}

// sqrt encloses the square root.
func (a *arith) sqrt(x interval) interval {
	lo := new(big.Int).Lsh(x.lo, a.prec)
	hi := new(big.Int).Lsh(x.hi, a.prec)
	lo.Sqrt(lo)
	root := new(big.Int).Sqrt(hi)
	if new(big.Int).Mul(root, root).Cmp(hi) != 0 {
		root.Add(root, big.NewInt(1))
	}
	return interval{lo, root}
}

// exp2neg encloses 2^(-units/65536).
func (a *arith) exp2neg(units uint64) interval {
	whole := uint(units / Unit)
	out := interval{new(big.Int).Set(a.one), new(big.Int).Set(a.one)}
	for i := uint(1); i <= 16; i++ {
		if units>>(16-i)&1 == 1 {
			out = a.mul(out, a.roots[i])
		}
	}
	lo := new(big.Int).Rsh(out.lo, whole)
	hi := new(big.Int).Add(out.hi, new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), whole), big.NewInt(1)))
	return interval{lo, hi.Rsh(hi, whole)}
}
