package client

import (
	"testing"

	"github.com/stretchr/testify/require"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

// A deal whose tasks have all ended has no money locked. The event must not say that a task may cost at most 0.
func TestMatchedEventOfADealThatEnded(t *testing.T) {
	d := dealstypes.Deal{Pool: "public", Size_: 2, Bag: 2, Escrow: 600_000}
	require.EqualValues(t, 300_000, matchedEvent(d).MaxPrice)
	d.Ended, d.Escrow = 1, 300_000
	require.EqualValues(t, 300_000, matchedEvent(d).MaxPrice)
	d.Ended, d.Escrow = 2, 0
	require.Zero(t, matchedEvent(d).MaxPrice)
}
