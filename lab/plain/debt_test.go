package plain_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/lab/plain"
)

var fifth = big.NewRat(1, 5)

func q64(r *big.Rat) *big.Rat {
	return new(big.Rat).Mul(r, new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), 64)))
}

// planAt returns the plan for trust 10^6 after n tasks without debt.
func planAt(t *testing.T, n int64) plain.Seats {
	b, err := plain.Budget(big.NewInt(n), new(big.Int), big.NewInt(1_000_000))
	require.NoError(t, err)
	s, _, planned, err := plain.Plan(fifth, new(big.Int), b, plain.Seats{N: 1, Lottery: 1})
	require.NoError(t, err)
	require.True(t, planned)
	return s
}

// The published course of a class in peace at q = 1/5, trust 10^6.
func TestPlanInPeace(t *testing.T) {
	for _, c := range []struct {
		tasks      int64
		n, lottery int
	}{
		{0, 9, 13}, {10, 8, 3}, {1000, 5, 8}, {10_000, 4, 0}, {100_000, 2, 11}, {249_998, 2, 1}, {249_999, 2, 0},
		{1_000_000, 1, 10}, {10_000_000, 1, 2},
	} {
		t.Run(fmt.Sprint(c.tasks), func(t *testing.T) {
			require.Equal(t, plain.Seats{N: c.n, Lottery: c.lottery}, planAt(t, c.tasks))
		})
	}
}

func TestPlanErrors(t *testing.T) {
	ok := plain.Seats{N: 1}
	for _, c := range []struct {
		name  string
		q     *big.Rat
		floor plain.Seats
	}{
		{"q is 1", big.NewRat(1, 1), ok},
		{"q below 0", big.NewRat(-1, 5), ok},
		{"no replica", fifth, plain.Seats{}},
		{"too many replicas", fifth, plain.Seats{N: plain.MaxReplicas + 1}},
		{"too many sixteenths", fifth, plain.Seats{N: 1, Lottery: 16}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, _, err := plain.Plan(c.q, new(big.Int), big.NewInt(1), c.floor)
			require.ErrorIs(t, err, plain.ErrRange)
		})
	}
	_, err := plain.Budget(new(big.Int), new(big.Int), new(big.Int))
	require.ErrorIs(t, err, plain.ErrRange)
	_, err = plain.Budget(big.NewInt(-1), new(big.Int), big.NewInt(1))
	require.ErrorIs(t, err, plain.ErrRange)

	_, _, planned, err := plain.Plan(fifth, new(big.Int), new(big.Int), ok)
	require.NoError(t, err)
	require.False(t, planned, "an empty budget is for the court")
}

// The charge is the smallest integer not below 2^64 x/(1-x). Here x follows from the meaning of the lottery: a chance of j in 16 that one
// more seat must collude.
func TestChargeTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		den := rapid.Int64Range(2, 200).Draw(t, "den")
		q := big.NewRat(rapid.Int64Range(1, den-1).Draw(t, "num"), den)
		s := plain.Seats{N: rapid.IntRange(1, 24).Draw(t, "n"), Lottery: rapid.IntRange(0, 15).Draw(t, "j")}

		x := big.NewRat(1, 1)
		for range s.N - 1 {
			x.Mul(x, q)
		}
		x.Mul(x, new(big.Rat).Add(big.NewRat(int64(16-s.Lottery), 16), new(big.Rat).Mul(q, big.NewRat(int64(s.Lottery), 16))))
		require.Zero(t, x.Cmp(plain.Undetected(q, s)))

		w, ok := plain.Charge(q, s)
		if s.N == 1 && s.Lottery == 0 {
			require.False(t, ok)
			return
		}
		require.True(t, ok)
		honest := new(big.Rat).Sub(big.NewRat(1, 1), x)
		needed := q64(x)
		above := new(big.Rat).Mul(honest, new(big.Rat).SetInt(w))
		require.True(t, above.Cmp(needed) >= 0, "W is below 2^64 x/(1-x)")
		below := new(big.Rat).Mul(honest, new(big.Rat).SetInt(new(big.Int).Sub(w, big.NewInt(1))))
		require.True(t, below.Cmp(needed) < 0, "W is not the smallest")
	})
}

// The plan is compared with the best of all plans.
func TestPlanTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		den := rapid.Int64Range(2, 50).Draw(t, "den")
		q := big.NewRat(rapid.Int64Range(1, den-1).Draw(t, "num"), den)
		debt := new(big.Int).SetUint64(rapid.Uint64().Draw(t, "debt"))
		tasks := big.NewInt(rapid.Int64Range(0, 1_000_000).Draw(t, "N"))
		trust := big.NewInt(rapid.Int64Range(1, 1_000_000).Draw(t, "T"))
		floor := plain.Seats{N: rapid.IntRange(1, 4).Draw(t, "n"), Lottery: rapid.IntRange(0, 15).Draw(t, "j")}
		budget, err := plain.Budget(tasks, new(big.Int), trust)
		require.NoError(t, err)
		got, w, planned, err := plain.Plan(q, debt, budget, floor)
		require.NoError(t, err)

		var best *plain.Seats
		for n := plain.MaxReplicas; n >= 1; n-- {
			for j := 15; j >= 0; j-- {
				s := plain.Seats{N: n, Lottery: j}
				charge, ok := plain.Charge(q, s)
				if !s.Less(floor) && ok && charge.Add(charge, debt).Cmp(budget) <= 0 {
					best = &s
				}
			}
		}
		require.Equal(t, best != nil, planned)
		if planned {
			require.Equal(t, *best, got)
			require.True(t, w.Add(w, debt).Cmp(budget) <= 0)
		}
	})
}
