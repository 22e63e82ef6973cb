package poco

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// exactCollusion is x as protocol section 3 writes it, in exact rationals.
func exactCollusion(f, m, n, lottery, factor int64) *big.Rat {
	all := func(n int64) *big.Rat {
		x := big.NewRat(1, 1)
		for j := int64(1); j < n; j++ {
			if j >= m {
				return big.NewRat(1, 1)
			}
			if j >= f {
				return new(big.Rat)
			}
			r := big.NewRat(f-j, m-j)
			if r.Cmp(big.NewRat(1, 1)) > 0 {
				r = big.NewRat(1, 1)
			}
			x.Mul(x, r)
		}
		return x
	}
	a := big.NewRat(lottery, LotterySteps)
	x := new(big.Rat).Mul(new(big.Rat).Sub(big.NewRat(1, 1), a), all(n))
	if lottery > 0 {
		x.Add(x, new(big.Rat).Mul(a, all(n+1)))
	}
	x.Mul(x, big.NewRat(factor, 1))
	if x.Cmp(big.NewRat(1, 1)) > 0 {
		return big.NewRat(1, 1)
	}
	return x
}

func rat(q Q64) *big.Rat { return new(big.Rat).SetFrac(q.Big(), One.Big()) }

func TestCollusionNeverBelowTheTruthAndHardlyAbove(t *testing.T) {
	slack := new(big.Rat).SetFrac64(1, 1<<50) // 2*MaxReplicas roundings of at most 2^-64, times the factor
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.Int64Range(1, 300).Draw(t, "eligible")
		f := rapid.Int64Range(1, 80).Draw(t, "faction")
		n := rapid.Int64Range(1, MaxReplicas).Draw(t, "n")
		a := rapid.Int64Range(0, LotterySteps-1).Draw(t, "lottery")
		k := rapid.Int64Range(1, 40).Draw(t, "factor")
		exact := exactCollusion(f, m, n, a, k)
		got := Collusion(uint64(f), uint64(m), uint64(n), uint64(a), uint64(k))
		require.True(t, rat(got).Cmp(exact) >= 0, "x rounded down: %s < %s", rat(got), exact)
		require.True(t, rat(got).Cmp(new(big.Rat).Add(exact, slack)) <= 0, "x far above: %s", rat(got))

		w := Charge(got)
		if got == One {
			require.Equal(t, MaxQ64, w)
			return
		}
		need := new(big.Rat).Quo(rat(got), new(big.Rat).Sub(big.NewRat(1, 1), rat(got)))
		require.True(t, rat(w).Cmp(need) >= 0, "w rounded down")
		require.True(t, rat(w).Cmp(new(big.Rat).Add(need, rat(Q64{Lo: 1}))) < 0, "w more than a unit up")
	})
}

func TestCollusionCases(t *testing.T) {
	for _, c := range []struct {
		name               string
		f, m, n, a, factor uint64
		x                  Q64
	}{
		{"seven organisations, two replicas", 2, 7, 2, 0, 1, FracUp(1, 6)},
		{"seven organisations, three replicas", 2, 7, 3, 0, 1, Q64{}},
		{"alone", 2, 7, 1, 0, 1, One},
		{"one blind seat with a beacon of two choices", 2, 7, 2, 0, 2, FracUp(1, 6).MulDivUp(2, 1)},
		{"everyone eligible may collude", 5, 4, 3, 0, 1, One},
		{"more seats than organisations", 2, 3, 4, 0, 1, Q64{}},
		{"nobody but the first", 2, 1, 2, 0, 1, One},
		{"40 of 200, two replicas", 40, 200, 2, 0, 1, FracUp(39, 199)},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.x, Collusion(c.f, c.m, c.n, c.a, c.factor))
		})
	}
	require.EqualValues(t, 2, Faction(1, 5, 0))
	require.EqualValues(t, 2, Faction(1, 5, 7))
	require.EqualValues(t, 3, Faction(1, 5, 11))
	require.EqualValues(t, 40, Faction(1, 5, 200))
}
