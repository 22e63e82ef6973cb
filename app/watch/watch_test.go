package watch

import (
	"testing"

	"github.com/stretchr/testify/require"

	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// A seat that waits for its operator is jailed as well, and yet nobody's fault: alarms must not take it for one.
func TestSeatStatus(t *testing.T) {
	for want, seat := range map[string]poatypes.Seat{
		"active":     {},
		"jailed":     {Jailed: true},
		"waiting":    {Jailed: true, Waiting: true},
		"revoked":    {Jailed: true, Waiting: true, Revoked: true},
		"tombstoned": {Jailed: true, Revoked: true, Tombstoned: true},
	} {
		require.Equal(t, want, seatStatus(seat))
	}
}
