package order

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOrderUnits(t *testing.T) {
	for text, want := range map[string]uint32{"5%": 500, "2.5": 250, "0": 0, "100%": 10_000, "7bps": 7} {
		got, err := parseShare(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "x", "-1%", "0.001%", "1e2", "10001bps"} {
		_, err := parseShare(text)
		require.Error(t, err, text)
	}
	require.Equal(t, "2.5 %", formatShare(250))
	require.Equal(t, "100 %", formatShare(10_000))
	require.Equal(t, "99.9%", formatTrust(1000))
	require.Equal(t, "50%", formatTrust(2))
	require.Equal(t, "any", formatTrust(0))
	require.Equal(t, "0.5 cores, 2 GPUs", formatResources(resources(500, 0, 0, 2)))
	require.Equal(t, "height 10, in 1 block", formatExpiry(10, 9))
	require.Equal(t, "height 10, EXPIRED", formatExpiry(10, 10))
	require.Equal(t, "never", formatExpiry(0, 10))
	require.Equal(t, "in 1 block", expiryCell(10, 9))
	require.Equal(t, "at 10", expiryCell(10, 10))
}
