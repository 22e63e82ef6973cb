package cli

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParseCRED(t *testing.T) {
	for _, tc := range []struct {
		text string
		want uint64
		bad  bool
	}{
		{"5CRED", 5_000_000, false},
		{"0.25 cred", 250_000, false},
		{"250000ucred", 250_000, false},
		{" 7 ", 7_000_000, false},
		{".5", 500_000, false},
		{"0.000001CRED", 1, false},
		{"18446744073709551615ucred", math.MaxUint64, false},
		{"18446744073709551616ucred", 0, true},
		{"0.0000001CRED", 0, true},
		{"0.5ucred", 0, true},
		{"-1", 0, true},
		{"1/2", 0, true},
		{"1e3", 0, true},
		{"1.2.3", 0, true},
		{".", 0, true},
		{"", 0, true},
		{"CRED", 0, true},
		{"5EUR", 0, true},
	} {
		t.Run(tc.text, func(t *testing.T) {
			got, err := ParseCRED(tc.text)
			if tc.bad {
				require.ErrorContains(t, err, "5CRED")
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
}

func TestFormatCREDIsReadBack(t *testing.T) {
	require.Equal(t, "0.05 CRED", FormatCRED(50_000))
	require.Equal(t, "10 CRED", FormatCRED(10_000_000))
	require.Equal(t, "0.000001 CRED", FormatCRED(1))
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Uint64().Draw(t, "amount")
		back, err := ParseCRED(FormatCRED(amount))
		if err != nil || back != amount {
			t.Fatalf("%d was written as %q and read as %d, %v", amount, FormatCRED(amount), back, err)
		}
	})
}

func TestFuel(t *testing.T) {
	for text, want := range map[string]uint64{"1": 1, "2G": 2e9, "1.5M": 1_500_000, "10k": 10_000, "3T": 3e12} {
		got, err := ParseFuel(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "0", "G", "-1", "1e9", "0.5", "1.0001k5", "99999999999T"} {
		_, err := ParseFuel(text)
		require.Error(t, err, text)
	}
	require.Equal(t, "1.5G", FormatFuel(1_530_000_000))
	require.Equal(t, "999", FormatFuel(999))
	require.Equal(t, "18.4E", FormatFuel(math.MaxUint64))
	require.Equal(t, "3.1 MB", FormatBytes(3_140_000))
	require.Equal(t, "12 B", FormatBytes(12))
	require.Equal(t, "1 kB", FormatBytes(1000))
}

func TestParseBytes(t *testing.T) {
	for text, want := range map[string]uint64{
		"1": 1, "7B": 7, "512MiB": 512 << 20, "1.5 GB": 1_500_000_000, "2kib": 2048, "3kB": 3000, "1TiB": 1 << 40, "0.5GiB": 1 << 29,
	} {
		got, err := ParseBytes(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "B", "0", "-1", "1e3", "1/2GB", "0.3B", "1PB", "much", "99999999999TB"} {
		_, err := ParseBytes(text)
		require.ErrorContains(t, err, "expected", text)
	}
}
