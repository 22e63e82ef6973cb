package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// SeatKeeper knows the seats of the validator set.
type SeatKeeper interface {
	// ActiveCount is the number of active seats.
	ActiveCount(ctx context.Context) (uint64, error)
	// BeaconKey is the key that proves blocks of a consensus key, of one that a seat has just given up too.
	BeaconKey(ctx context.Context, consensus sdk.ConsAddress) (orgID string, pubkey []byte, found bool, err error)
}
