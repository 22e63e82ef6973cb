package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// SeatKeeper knows the seats of the validator set.
type SeatKeeper interface {
	ActiveSeats(ctx context.Context) ([]poatypes.Seat, error)
	// BeaconKey is the key that proves blocks of a consensus key, of one that a seat has just given up too.
	BeaconKey(ctx context.Context, consensus sdk.ConsAddress) (orgID string, pubkey []byte, found bool, err error)
}
