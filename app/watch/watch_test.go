package watch

import (
	"testing"

	"github.com/stretchr/testify/require"

	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// A seat that waits for its operator is jailed as well, but without a fault. Alarms must not report it as a fault.
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
