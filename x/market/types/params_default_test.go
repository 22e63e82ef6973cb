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
