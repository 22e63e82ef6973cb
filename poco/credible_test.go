package poco

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/poco/credibility"
)

func TestCredible(t *testing.T) {
	for _, c := range []struct {
		name    string
		trust   uint64
		records []uint64
		want    bool
	}{
		// A new worker brings 152169/65536 = 2.32 bits; a trust of 10 needs 3.32, one of 100 needs 6.64.
		{"two new workers, one in ten", 10, []uint64{0, 0}, true},
		{"one new worker, one in ten", 10, []uint64{0}, false},
		{"two new workers, one in a hundred", 100, []uint64{0, 0}, false},
		{"three new workers, one in a hundred", 100, []uint64{0, 0, 0}, true},
		{"nobody", 2, nil, false},
		{"a record beyond the table", 1_000, []uint64{math.MaxUint64}, true},
	} {
		got, err := Credible(c.trust, c.records)
		require.NoError(t, err)
		require.Equal(t, c.want, got, c.name)
	}
	_, err := Credible(0, []uint64{1})
	require.ErrorIs(t, err, credibility.ErrTrust)
}

// TestCredibleIsMonotone: a set never becomes less credible by one more record, by a longer record, or by a lower trust.
func TestCredibleIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := rapid.SliceOfN(rapid.Uint64Range(0, 1<<20), 1, 12).Draw(t, "records")
		trust := rapid.Uint64Range(MinTrust, MaxTrust).Draw(t, "trust")
		if ok, err := Credible(trust, records); err != nil || !ok {
			require.NoError(t, err)
			return
		}
		longer := slices.Clone(records)
		longer[rapid.IntRange(0, len(longer)-1).Draw(t, "which")] += rapid.Uint64Range(0, 1<<20).Draw(t, "more")
		for _, better := range [][]uint64{longer, append(records, 0)} {
			ok, err := Credible(trust, better)
			require.NoError(t, err)
			require.True(t, ok)
		}
		ok, err := Credible(rapid.Uint64Range(MinTrust, trust).Draw(t, "lower"), records)
		require.NoError(t, err)
		require.True(t, ok)
	})
}
