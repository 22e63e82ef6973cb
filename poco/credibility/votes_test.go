package credibility_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/poco/credibility"
)

// TestOddsAreSarmentas: the whole numbers are CrP/(1-CrP) of the definition, for the fraction that the chain assumes. The credibility is 1
// - f/k, and 1 - f for a newcomer.
func TestOddsAreSarmentas(t *testing.T) {
	one := big.NewRat(1, 1)
	for _, k := range []uint64{0, 1, 2, 3, 6, 20, 100, 1_000, 1 << 31, math.MaxUint64} {
		bad := credibility.GovernedFraction()
		if k > 0 {
			bad.Quo(bad, new(big.Rat).SetInt(new(big.Int).SetUint64(k)))
		}
		odds := new(big.Rat).Quo(new(big.Rat).Sub(one, bad), bad)
		require.True(t, odds.IsInt(), "k = %d", k)
		require.Equal(t, odds.Num(), credibility.Odds(k), "k = %d", k)
	}
	require.EqualValues(t, 4, credibility.Odds(0).Int64())
	require.EqualValues(t, 499, credibility.Odds(100).Int64())
}

// TestBelievedTwin compares the test with CrG as a rational.
func TestBelievedTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		odds, others := rapid.Int64Range(0, 1<<40).Draw(t, "odds"), rapid.Int64Range(0, 1<<20).Draw(t, "others")
		trust := rapid.Uint64Range(1, 1<<30).Draw(t, "trust")
		group := big.NewRat(odds, 1+odds+others)
		demanded := new(big.Rat).SetFrac(new(big.Int).SetUint64(trust-1), new(big.Int).SetUint64(trust))
		require.Equal(t, group.Cmp(demanded) >= 0, credibility.Believed(big.NewInt(odds), big.NewInt(others), trust))
	})
	require.True(t, credibility.Believed(big.NewInt(99), new(big.Int), 100), "equality is enough")
	require.False(t, credibility.Believed(big.NewInt(98), new(big.Int), 100))
}
