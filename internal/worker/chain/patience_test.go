package chain

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	markettypes "github.com/credence-chain/credence/x/market/types"
)

func TestLongestTTL(t *testing.T) {
	require.Equal(t, 20*time.Second, LongestTTL(markettypes.Params{RevealBlocks: 120, BlockMillis: 500}))
	require.Equal(t, 5*time.Second, LongestTTL(markettypes.Params{RevealBlocks: 20, BlockMillis: 500}))
}

func TestPatience(t *testing.T) {
	for _, tc := range []struct {
		name          string
		blocks        int64
		millis        uint64
		answer, still time.Duration
	}{
		{"a minute of blocks of half a second", 120, 500, 3 * time.Second, 3 * time.Second},
		{"a minute of slow blocks", 12, 5000, 3 * time.Second, 7500 * time.Millisecond},
		{"ten seconds", 20, 500, time.Second, 1250 * time.Millisecond},
		{"an hour", 3600, 1000, 5 * time.Second, 6 * time.Second},
		{"no parameters", 0, 0, time.Second, time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			answer, stale := Patience(markettypes.Params{RevealBlocks: tc.blocks, BlockMillis: tc.millis})
			require.Equal(t, tc.answer, answer)
			require.Equal(t, tc.still, stale)
		})
	}
	// By default, three nodes that hang and one that stands still are left within half of the window.
	p := markettypes.DefaultParams()
	window := time.Duration(p.RevealBlocks) * time.Duration(p.BlockMillis) * time.Millisecond
	answer, stale := Patience(p)
	require.Less(t, 3*answer+stale, window/2)
}
