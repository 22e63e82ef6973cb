package credibility

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The bit-by-bit logarithm is compared with the power of 65536, for any rational.
func TestFloorLog2Twin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		den := rapid.Int64Range(1, 1<<30).Draw(t, "den")
		x := big.NewRat(rapid.Int64Range(den, 1<<40).Draw(t, "num"), den)
		l := floorLog2(x)
		exp := big.NewInt(Unit)
		num, denPow := new(big.Int).Exp(x.Num(), exp, nil), new(big.Int).Exp(x.Denom(), exp, nil)
		require.True(t, shift(denPow, int(l)).Cmp(num) <= 0, "2^L above x^65536")
		require.True(t, shift(denPow, int(l)+1).Cmp(num) > 0, "2^(L+1) not above x^65536")
	})
}

// The slow path needs a number closer to 2^(j/65536) than chance gives, so the test makes one.
func TestExactFraction(t *testing.T) {
	for _, x := range []*big.Rat{big.NewRat(1, 1), big.NewRat(3, 2), big.NewRat(65537, 65536), big.NewRat(131071, 65536)} {
		require.Equal(t, floorLog2(x), exactFraction(x.Num(), x.Denom()), "x = %s", x)
	}
	tiny := new(big.Rat).SetFrac(big.NewInt(1), shift(big.NewInt(1), 300))
	require.EqualValues(t, 0, floorLog2(tiny.Add(tiny, big.NewRat(1, 1))), "1 + 2^-300")
}

// The bounds must enclose the value: the squared roots give back what they came from.
func TestIntervals(t *testing.T) {
	a := newArith(firstPrec)
	for i := 1; i < len(a.roots); i++ {
		square := a.mul(a.roots[i], a.roots[i])
		require.True(t, square.lo.Cmp(a.roots[i-1].hi) <= 0 && square.hi.Cmp(a.roots[i-1].lo) >= 0, "root %d", i)
	}
	rapid.Check(t, func(t *rapid.T) {
		units := rapid.Uint64Range(0, 40*Unit).Draw(t, "units")
		p := a.exp2neg(units)
		require.True(t, p.lo.Cmp(p.hi) <= 0)
		width := new(big.Int).Sub(p.hi, p.lo)
		require.LessOrEqual(t, width.BitLen(), 8, "the bounds of 2^(-%d/65536) are wide", units)
		// (2^(-u/65536))^65536 = 2^-u
		if units > 0 && units <= 100 {
			whole := a.pow(p, Unit)
			exact := new(big.Int).Rsh(a.one, uint(units))
			require.True(t, whole.lo.Cmp(exact) <= 0 && whole.hi.Cmp(exact) >= 0)
		}
	})
}
