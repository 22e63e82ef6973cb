package poco

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParseTrust(t *testing.T) {
	for _, c := range []struct {
		in     string
		want   uint64
		expErr string
	}{
		{"99.99%", 10_000, ""},
		{"99%", 100, ""},
		{"50%", 2, ""},
		{"99.9999999%", 1_000_000_000, ""},
		{" 99.9% ", 1_000, ""},
		{"66.6%", 3, ""}, // 1/0.334 = 2.99..., rounded up
		{"2", 2, ""},
		{"10000", 10_000, ""},
		{"1000000000", 1_000_000_000, ""},
		{"20bits", 1 << 20, ""},
		{"1bits", 2, ""},
		{"29bits", 1 << 29, ""},
		{"100%", 0, "certainty"},
		{"101%", 0, "certainty"},
		{"49%", 2, ""}, // 1.96, rounded up
		{"0%", 0, "outside"},
		{"-5%", 0, "outside"},
		{"99.99999999%", 0, "outside"},
		{"1", 0, "outside"},
		{"0", 0, "outside"},
		{"-2", 0, "outside"},
		{"1000000001", 0, "outside"},
		{"30bits", 0, "bits"},
		{"0bits", 0, "outside"},
		{"bits", 0, "bits"},
		{"", 0, "not a trust"},
		{"high", 0, "not a trust"},
		{"1e4", 0, "not a trust"},
		{"1/3", 0, "not a trust"},
		{"1.5", 0, "not a trust"},
		{"9e1%", 0, "not a percentage"},
		{"%", 0, "not a percentage"},
	} {
		t.Run(c.in, func(t *testing.T) {
			got, err := ParseTrust(c.in)
			if c.expErr != "" {
				require.ErrorContains(t, err, c.expErr)
				require.ErrorContains(t, err, "99.99%", "the error shows how to write it")
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestQuantiseTrust(t *testing.T) {
	for _, c := range []struct{ in, want uint64 }{
		{2, 2}, {3, 5}, {5, 5}, {6, 10}, {10, 10}, {11, 20}, {99, 100}, {100, 100}, {101, 200}, {10_000, 10_000},
		{10_001, 20_000}, {500_000_001, 1_000_000_000}, {MaxTrust, MaxTrust},
	} {
		got, err := QuantiseTrust(c.in)
		require.NoError(t, err)
		require.Equal(t, c.want, got, "of %d", c.in)
	}
	for _, bad := range []uint64{0, 1, MaxTrust + 1, ^uint64(0)} {
		_, err := QuantiseTrust(bad)
		require.ErrorContains(t, err, "trust")
	}
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.Uint64Range(MinTrust, MaxTrust).Draw(t, "trust")
		up, err := QuantiseTrust(in)
		require.NoError(t, err)
		require.GreaterOrEqual(t, up, in, "never less than demanded")
		require.LessOrEqual(t, 2*up, 5*in, "never more than two and a half times")
		again, err := QuantiseTrust(up)
		require.NoError(t, err)
		require.Equal(t, up, again)
	})
}

// TestTrustOfPercentages: T = 1/(1-p), rounded up, for any percentage of four digits.
func TestTrustOfPercentages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(5_000, 9_999).Draw(t, "hundredths of a percent")
		got, err := ParseTrust(big.NewRat(n, 100).FloatString(2) + "%")
		require.NoError(t, err)
		want := (10_000 + (10_000 - n) - 1) / (10_000 - n)
		require.EqualValues(t, want, got)
	})
}
