package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMedian(t *testing.T) {
	for _, tc := range []struct {
		name   string
		quotes []string
		want   string // empty: the app fails
	}{
		{"three", []string{"EUR/USD 1.0843\n", "BTC/USD 9\nEUR/USD 1.0842\n", "EUR/USD 7"}, "1.084300\n"},
		{"an even number", []string{"EUR/USD 2", "EUR/USD 1"}, "1.000000\n"},
		{"one has none", []string{"EUR/USD 2", "nothing", "EUR/USD 3"}, "2.000000\n"},
		{"one is none", []string{"EUR/USD 2", "EUR/USD -1", "EUR/USD 3"}, "2.000000\n"},
		{"too few", []string{"EUR/USD 2", "", "EUR/USD x"}, ""},
		{"nobody", nil, ""},
		{"more decimals", []string{"EUR/USD 0.12345678"}, "0.123456\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in, out := t.TempDir(), t.TempDir()
			for i, text := range tc.quotes {
				require.NoError(t, os.WriteFile(filepath.Join(in, string(rune('a'+i))), []byte(text), 0o600))
			}
			err := run(in, out, "EUR/USD")
			if tc.want == "" {
				require.ErrorContains(t, err, "expected half of them")
				return
			}
			require.NoError(t, err)
			got, err := os.ReadFile(filepath.Join(out, "value.txt"))
			require.NoError(t, err)
			require.Equal(t, tc.want, string(got))
		})
	}
}
