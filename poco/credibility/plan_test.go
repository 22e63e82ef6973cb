package credibility_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/poco/credibility"
)

func TestTarget(t *testing.T) {
	cases := []struct {
		name   string
		trust  *big.Rat
		target uint64
		expErr error
	}{
		{"no demand", big.NewRat(1, 1), 0, nil},
		{"a power of two is not rounded up", big.NewRat(1024, 1), 10 * 65536, nil},
		{"just above a power of two is", big.NewRat(1025, 1), 10*65536 + 93, nil},
		{"a hundred", big.NewRat(100, 1), 435412, nil},
		{"a million", big.NewRat(1_000_000, 1), 1306236, nil},
		{"a fraction", big.NewRat(3, 2), 38337, nil},
		{"below one", big.NewRat(1, 2), 0, credibility.ErrTrust},
		{"nothing", nil, 0, credibility.ErrTrust},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			target, err := credibility.Target(c.trust)
			require.ErrorIs(t, err, c.expErr)
			require.Equal(t, c.target, target)
		})
	}
}

// target = ceil(65536*log2 T) means 2^(target-1) < T^65536 <= 2^target.
func TestTargetTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		trust := rapid.Int64Range(1, 1<<40).Draw(t, "trust")
		target, err := credibility.Target(big.NewRat(trust, 1))
		require.NoError(t, err)
		power := new(big.Int).Exp(big.NewInt(trust), big.NewInt(credibility.Unit), nil)
		limit := new(big.Int).Lsh(big.NewInt(1), uint(target))
		require.True(t, power.Cmp(limit) <= 0, "target %d does not reach %d", target, trust)
		if target > 0 {
			require.True(t, power.Cmp(limit.Rsh(limit, 1)) > 0, "target %d is not the smallest for %d", target, trust)
		}
	})
}

func TestDraw(t *testing.T) {
	cases := []struct {
		name   string
		drawn  []uint64
		target uint64
		floor  int
		n      int
		sum    uint64
		enough bool
	}{
		{"reached exactly", []uint64{5, 5, 5}, 10, 1, 2, 10, true},
		{"short by one", []uint64{5, 4, 5}, 10, 1, 3, 14, true},
		{"the floor asks for more", []uint64{50, 50, 50}, 10, 3, 3, 150, true},
		{"no demand still takes the floor", []uint64{1, 1}, 0, 2, 2, 2, true},
		{"too few workers", []uint64{5, 4}, 10, 1, 2, 9, false},
		{"too few for the floor", []uint64{50}, 10, 2, 1, 50, false},
		{"nobody", nil, 1, 0, 0, 0, false},
		{"nothing asked of nobody", nil, 0, 0, 0, 0, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			n, sum, enough := credibility.Draw(c.drawn, c.target, c.floor)
			require.Equal(t, c.n, n)
			require.Equal(t, c.sum, sum)
			require.Equal(t, c.enough, enough)
		})
	}
}
