package credibility_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/poco/credibility"
)

// The committed table equals the generated one. `go generate ./poco/credibility` makes it.
func TestGovernedIsCurrent(t *testing.T) {
	table, err := credibility.NewTable(credibility.GovernedFraction())
	require.NoError(t, err)
	require.Equal(t, table, credibility.Governed())
}

// Every exact entry is bracketed with wide floats that are computed from the definition.
func TestGovernedTwin(t *testing.T) {
	table := credibility.Governed()
	requireBits(t, flRat(credibility.GovernedFraction()), table.L(0), "k = 0")
	for k := 1; k < credibility.ExactRecords; k += 7 {
		requireBits(t, largest(credibility.GovernedFraction(), k), table.L(uint32(k)), "governed")
	}
}

func TestTableLaws(t *testing.T) {
	for _, f := range []*big.Rat{big.NewRat(1, 1000), big.NewRat(1, 20), big.NewRat(1, 5), big.NewRat(1, 3), big.NewRat(1, 2), big.NewRat(9, 10)} {
		table, err := credibility.NewTable(f)
		require.NoError(t, err)
		t.Run(f.String(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				k := record(t)
				here := table.L(k)
				if k < math.MaxUint32 {
					require.LessOrEqual(t, here, table.L(k+1), "L falls after k = %d", k)
				}
				exact, err := credibility.Exact(f, k)
				require.NoError(t, err)
				require.LessOrEqual(t, here, exact, "L(%d) is above the true value", k)
				if k < credibility.ExactRecords {
					require.Equal(t, exact, here)
				}
			})
		})
	}
	governed := credibility.Governed()
	for _, k := range []uint32{256, 1000, 4095, 1 << 20} {
		exact, err := credibility.Exact(credibility.GovernedFraction(), k)
		require.NoError(t, err)
		require.LessOrEqual(t, exact-governed.L(k), uint64(18), "the extension gives too much away at k = %d", k)
	}
}

// record draws a record of any size. Each power of two is equally likely.
func record(t *rapid.T) uint32 {
	bits := rapid.IntRange(0, 32).Draw(t, "bits")
	return uint32(rapid.Uint64Range(0, 1<<bits-1).Draw(t, "k"))
}
