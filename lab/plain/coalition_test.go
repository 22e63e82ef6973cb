package plain_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/lab/plain"
)

// The blind draw is compared with a count of every set of n-1 that can be drawn from the identities other than the first.
func TestBlindDrawTwin(t *testing.T) {
	for pool := 1; pool <= 9; pool++ {
		for colluders := 1; colluders <= pool; colluders++ {
			for n := 1; n <= pool; n++ {
				all, bad := int64(0), int64(0)
				others := pool - 1
				for set := range 1 << others {
					size, honest := 0, 0
					for i := range others {
						if set>>i&1 == 1 {
							size++
							if i >= colluders-1 {
								honest++
							}
						}
					}
					if size == n-1 {
						all++
						if honest == 0 {
							bad++
						}
					}
				}
				x, err := plain.BlindDraw(colluders, pool, n)
				require.NoError(t, err)
				require.Zero(t, x.Cmp(big.NewRat(bad, all)), "F %d, P %d, n %d: %s, expected %d/%d", colluders, pool, n, x, bad, all)
			}
		}
	}
}

// The lifetime bound is compared with its story: the coalition attacks until it is gone. A success changes nothing, and a failure costs one
// identity.
func TestLifetimeErrorsTwin(t *testing.T) {
	for _, c := range []struct{ colluders, pool, n int }{{40, 200, 2}, {40, 200, 3}, {70, 200, 3}, {5, 9, 2}, {3, 100, 6}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			story := 0.0
			for i := c.colluders; i >= 1; i-- {
				x, err := plain.BlindDraw(i, c.pool-(c.colluders-i), c.n)
				require.NoError(t, err)
				p, _ := x.Float64()
				for chain := p; chain > 1e-18; chain *= p {
					story += chain // the j-th success in a row
				}
			}
			bound, err := plain.LifetimeErrors(c.colluders, c.pool, c.n)
			require.NoError(t, err)
			got, _ := bound.Float64()
			require.InEpsilon(t, story+1e-300, got+1e-300, 1e-9)
		})
	}
}

func TestCoalitionErrors(t *testing.T) {
	for _, c := range []struct{ colluders, pool, n int }{{0, 5, 2}, {6, 5, 2}, {2, 5, 0}, {2, 5, 6}} {
		_, err := plain.BlindDraw(c.colluders, c.pool, c.n)
		require.ErrorIs(t, err, plain.ErrRange, "%v", c)
	}
	for _, c := range []struct{ colluders, pool, n int }{{6, 5, 2}, {-1, 5, 2}, {5, 5, 2}, {20_001, 50_000, 2}} {
		_, err := plain.LifetimeErrors(c.colluders, c.pool, c.n)
		require.ErrorIs(t, err, plain.ErrRange, "%v", c)
	}
	none, err := plain.LifetimeErrors(0, 5, 2)
	require.NoError(t, err)
	require.Zero(t, none.Sign())
}

func TestUnanimous(t *testing.T) {
	for _, c := range []struct {
		f, eps *big.Rat
		n      int
	}{
		{big.NewRat(1, 20), big.NewRat(1, 1_000_000), 5},
		{big.NewRat(1, 10), big.NewRat(1, 1_000_000), 6}, // equality is enough
		{big.NewRat(1, 5), big.NewRat(1, 1_000_000), 9},
		{big.NewRat(7, 20), big.NewRat(1, 1_000_000), 14},
		{new(big.Rat), big.NewRat(1, 2), 1},
	} {
		n, p, err := plain.Unanimous(c.f, c.eps)
		require.NoError(t, err)
		require.Equal(t, c.n, n)
		require.True(t, p.Cmp(c.eps) <= 0)
		if c.f.Sign() > 0 {
			require.True(t, new(big.Rat).Quo(p, c.f).Cmp(c.eps) > 0, "n-1 would do")
		}
	}
	for _, c := range [][2]*big.Rat{
		{big.NewRat(1, 1), big.NewRat(1, 2)}, {big.NewRat(1, 5), new(big.Rat)}, {big.NewRat(9999, 10_000), big.NewRat(1, 1_000_000)},
	} {
		_, _, err := plain.Unanimous(c[0], c[1])
		require.ErrorIs(t, err, plain.ErrRange)
	}
}

// At the minimal stake an attack and honesty are worth the same: (1-x)(S+r) = x G + c. In whole units the minimal stake is the smallest at
// which the attack is not worth more.
func TestMinStakeLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := big.NewRat(rapid.Int64Range(0, 999).Draw(t, "x"), 1000)
		value := big.NewRat(rapid.Int64Range(0, 1_000_000).Draw(t, "G"), 7)
		cost := big.NewRat(rapid.Int64Range(0, 1000).Draw(t, "c"), 3)
		reward := big.NewRat(rapid.Int64Range(0, 1000).Draw(t, "r"), 1)
		lost := func(stake *big.Rat) *big.Rat {
			out := new(big.Rat).Sub(big.NewRat(1, 1), x)
			return out.Mul(out, new(big.Rat).Add(stake, reward))
		}
		won := new(big.Rat).Mul(x, value)
		won.Add(won, cost)

		s, err := plain.MinStake(x, value, cost, reward)
		require.NoError(t, err)
		require.Zero(t, lost(s).Cmp(won))
		units, err := plain.MinStakeUnits(x, value, cost, reward)
		require.NoError(t, err)
		whole := new(big.Rat).SetInt(units)
		require.True(t, lost(whole).Cmp(won) >= 0)
		require.True(t, lost(whole.Sub(whole, big.NewRat(1, 1))).Cmp(won) < 0)
	})
	_, err := plain.MinStake(big.NewRat(1, 1), new(big.Rat), new(big.Rat), new(big.Rat))
	require.ErrorIs(t, err, plain.ErrRange)
}

// The published tables have the S/G that n replicas need, and the lottery that S/G needs.
func TestEconomicPlan(t *testing.T) {
	unit := big.NewRat(1, 1)
	for _, c := range []struct {
		q, stake *big.Rat
		n        int
	}{
		{fifth, big.NewRat(1, 4), 2}, {fifth, big.NewRat(249, 1000), 3}, {fifth, big.NewRat(1, 24), 3},
		{fifth, big.NewRat(1, 25), 4}, {big.NewRat(1, 3), big.NewRat(1, 2), 2}, {big.NewRat(1, 10), big.NewRat(1, 9), 2},
	} {
		n, err := plain.ReplicasForStake(c.q, c.stake, unit)
		require.NoError(t, err)
		require.Equal(t, c.n, n, "q %s, S/G %s", c.q, c.stake)
	}
	for _, c := range []struct {
		q, stake, a *big.Rat
	}{
		{fifth, big.NewRat(10, 1), big.NewRat(5, 44)}, {fifth, big.NewRat(1, 2), big.NewRat(5, 6)},
		{big.NewRat(1, 3), big.NewRat(1, 2), big.NewRat(1, 1)}, {big.NewRat(1, 3), big.NewRat(1, 1000), big.NewRat(1, 1)},
	} {
		a, err := plain.LotteryForStake(c.q, c.stake, unit)
		require.NoError(t, err)
		require.Zero(t, a.Cmp(c.a), "q %s, S/G %s: %s", c.q, c.stake, a)
	}
	for _, c := range []struct{ q, s, g *big.Rat }{{unit, unit, unit}, {fifth, new(big.Rat), unit}, {fifth, unit, new(big.Rat)}} {
		_, err := plain.ReplicasForStake(c.q, c.s, c.g)
		require.ErrorIs(t, err, plain.ErrRange)
		_, err = plain.LotteryForStake(c.q, c.s, c.g)
		require.ErrorIs(t, err, plain.ErrRange)
	}
}
