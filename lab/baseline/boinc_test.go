package baseline_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/lab/baseline"
)

func TestTrusted(t *testing.T) {
	for _, c := range []struct {
		valid   int64
		random  *big.Rat
		trusted bool
	}{
		{0, big.NewRat(99, 100), false}, {9, big.NewRat(99, 100), false}, {10, big.NewRat(1, 10), false},
		{10, big.NewRat(11, 100), true}, {50, big.NewRat(2, 100), false}, {50, big.NewRat(3, 100), true},
	} {
		require.Equal(t, c.trusted, baseline.Trusted(c.valid, c.random), "%d, %s", c.valid, c.random)
	}
}

func TestCheckSet(t *testing.T) {
	for _, c := range []struct {
		name                 string
		quorum               int
		results              []string
		canonical, min, next int
	}{
		{"one is enough", 1, []string{"a"}, 0, 1, 0},
		{"two agree", 2, []string{"a", "a"}, 0, 2, 0},
		{"a third decides", 2, []string{"a", "b", "a"}, 0, 2, 0},
		{"the first to have enough", 2, []string{"b", "a", "a", "b"}, 0, 2, 0},
		{"no agreement asks for one more", 2, []string{"a", "b"}, -1, 2, 3},
		{"too few asks for one more", 3, []string{"a", "a"}, -1, 2, 3},
		{"a majority of three", 3, []string{"b", "a", "a"}, 1, 2, 0},
		{"half of four is not enough", 4, []string{"a", "a", "b", "c"}, -1, 3, 5},
		{"nothing yet", 1, nil, -1, 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			q, err := baseline.CheckSet(c.quorum, c.results)
			require.NoError(t, err)
			require.Equal(t, baseline.Quorum{Canonical: c.canonical, MinValid: c.min, NextCount: c.next}, q)
		})
	}
	_, err := baseline.CheckSet(0, nil)
	require.ErrorIs(t, err, baseline.ErrRange)
}

func TestConsecutive(t *testing.T) {
	n := int64(10)
	for i, e := range []baseline.HostEvent{
		baseline.ValidReplicated, baseline.ValidUnreplicated, baseline.Invalid, baseline.ValidReplicated,
		baseline.TimedOut, baseline.ValidReplicated, baseline.ClientError, baseline.ValidUnreplicated,
	} {
		n = baseline.Consecutive(n, e)
		require.Equal(t, []int64{11, 11, 0, 1, 0, 1, 0, 0}[i], n, "event %d", i)
	}
}
