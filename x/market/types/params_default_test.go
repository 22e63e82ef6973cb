package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/market/types"
)

// TestDefaultRevealWindowIsAMinute: whoever has committed has that long to come back before it loses its stake.
func TestDefaultRevealWindowIsAMinute(t *testing.T) {
	p := types.DefaultParams()
	require.GreaterOrEqual(t, uint64(p.RevealBlocks)*p.BlockMillis, uint64(60_000))
}

// TestRevealWindowHasAFloorInTime: no vote makes the window to reveal shorter than its floor in time, neither by the window nor by the length
// of a block. What it takes is to lower the floor by name, which chains of tests do.
func TestRevealWindowHasAFloorInTime(t *testing.T) {
	for _, tc := range []struct {
		blocks        int64
		millis, floor uint64
		good          bool
	}{
		{120, 500, 60, true}, {119, 500, 60, false}, {120, 499, 60, false}, {600, 100, 60, true}, {599, 100, 60, false},
		{1, 60_000, 60, true}, {5, 500, 0, true}, {5, 500, 2, true}, {5, 500, 3, false}, {1 << 32, 1 << 32, 86_400, true},
	} {
		p := types.DefaultParams()
		p.RevealBlocks, p.BlockMillis, p.MinRevealSeconds = tc.blocks, tc.millis, tc.floor
		if err := p.Validate(); tc.good {
			require.NoError(t, err, "%+v", tc)
		} else {
			require.ErrorIs(t, err, types.ErrInvalidParams, "%+v", tc)
			require.ErrorContains(t, err, "min_reveal_seconds")
		}
	}
}
