package credibility_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/poco/credibility"
)

// twinPrec is the precision of the twins' floats. It is enough for a power of 65536.
const twinPrec = 700

func fl(v float64) *big.Float { return new(big.Float).SetPrec(twinPrec).SetFloat64(v) }

func flRat(r *big.Rat) *big.Float { return new(big.Float).SetPrec(twinPrec).SetRat(r) }

func flPow(x *big.Float, n int) *big.Float {
	out := fl(1)
	for base := fl(0).Set(x); n > 0; n >>= 1 {
		if n&1 == 1 {
			out.Mul(out, base)
		}
		base = fl(0).Mul(base, base)
	}
	return out
}

// bound computes f s (1-s)^k / ((1-f) + f (1-s)^k), the definition, at one s.
func bound(f *big.Rat, k int, s *big.Float) *big.Float {
	survive := flPow(fl(0).Sub(fl(1), s), k)
	survive.Mul(survive, flRat(f))
	all := fl(0).Sub(fl(1), flRat(f))
	all.Add(all, survive)
	survive.Mul(survive, s)
	return survive.Quo(survive, all)
}

// largest finds p(k) by trying, with a ternary search on the definition.
func largest(f *big.Rat, k int) *big.Float {
	lo, hi := fl(0), fl(1)
	for range 400 { // (2/3)^400 is far below the twin's needs
		third := fl(0).Sub(hi, lo)
		third.Quo(third, fl(3))
		a, b := fl(0).Add(lo, third), fl(0).Sub(hi, third)
		if bound(f, k, a).Cmp(bound(f, k, b)) < 0 {
			lo = a
		} else {
			hi = b
		}
	}
	return bound(f, k, lo)
}

// requireBits checks 2^-(l+1) < p^65536 <= 2^-l, which is the definition of
// L = floor(65536 * -log2 p).
func requireBits(t require.TestingT, p *big.Float, l uint64, msg string) {
	power := flPow(p, credibility.Unit)
	atLeast := new(big.Float).SetMantExp(fl(1), -int(l))
	require.True(t, power.Cmp(atLeast) <= 0, "%s: L = %d claims more than the true value", msg, l)
	more := new(big.Float).SetMantExp(fl(1), -int(l+1))
	require.True(t, power.Cmp(more) > 0, "%s: L = %d is more than a unit below the true value", msg, l)
}

func TestExactTwin(t *testing.T) {
	for _, f := range []*big.Rat{big.NewRat(1, 20), big.NewRat(1, 5), big.NewRat(1, 3), big.NewRat(7, 20), big.NewRat(9, 10)} {
		for _, k := range []int{1, 2, 3, 5, 10, 50, 255, 256, 1000, 4095} {
			l, err := credibility.Exact(f, uint32(k))
			require.NoError(t, err)
			requireBits(t, largest(f, k), l, fmt.Sprintf("f = %s, k = %d", f, k))
		}
		l, err := credibility.Exact(f, 0)
		require.NoError(t, err)
		requireBits(t, flRat(f), l, "k = 0")
	}
}

func TestExactTwinAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		den := rapid.Int64Range(2, 1_000_000).Draw(t, "den")
		f := big.NewRat(rapid.Int64Range(1, den-1).Draw(t, "num"), den)
		k := rapid.IntRange(1, 3000).Draw(t, "k")
		l, err := credibility.Exact(f, uint32(k))
		require.NoError(t, err)
		// The error of the search is far below the distance of p to the next unit. On a tie, as for f = 4/5 and k = 2, the search ends
		// below p.
		requireBits(t, largest(f, k), l, fmt.Sprintf("f = %s, k = %d", f, k))
	})
}

func TestExactValues(t *testing.T) {
	cases := []struct {
		name string
		f    *big.Rat
		k    uint32
		l    uint64
	}{
		{"a newcomer at 1/5", big.NewRat(1, 5), 0, 152169},
		{"a newcomer at 1/2 is one bit", big.NewRat(1, 2), 0, 65536},
		{"a newcomer at 1/8 is three bits", big.NewRat(1, 8), 0, 3 * 65536},
		{"a veteran at 1/5", big.NewRat(1, 5), 4095, 1020032},
		{"p is exactly 1/2", big.NewRat(8, 9), 1, 65536},
		{"p is exactly 1/2, two checks", big.NewRat(27, 28), 2, 65536},
		{"p is exactly 1/4", big.NewRat(4, 5), 2, 131072},
		{"p is exactly 1/16", big.NewRat(256, 499), 4, 262144},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			l, err := credibility.Exact(c.f, c.k)
			require.NoError(t, err)
			require.Equal(t, c.l, l)
			if c.k > 0 {
				requireBits(t, largest(c.f, int(c.k)), l, "the twin, ties among them")
			}
		})
	}
}

func TestExactRefusesFractions(t *testing.T) {
	for _, f := range []*big.Rat{nil, new(big.Rat), big.NewRat(1, 1), big.NewRat(-1, 5), big.NewRat(6, 5)} {
		_, err := credibility.Exact(f, 3)
		require.ErrorIs(t, err, credibility.ErrFraction)
		_, err = credibility.NewTable(f)
		require.ErrorIs(t, err, credibility.ErrFraction)
	}
}
