package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// SeatKeeper knows the seats of the validator set.
type SeatKeeper interface {
	// Colluders returns how many seats may collude as proposers, and whether they may propose twice in a row as a group.
	Colluders(ctx context.Context) (n int64, twice bool, err error)
	// BeaconKey returns the key that proves the blocks of a consensus key, also of one that a seat has just given up.
	BeaconKey(ctx context.Context, consensus sdk.ConsAddress) (orgID string, pubkey []byte, found bool, err error)
}
