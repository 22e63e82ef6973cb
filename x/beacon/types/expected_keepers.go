package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// SeatKeeper knows the seats of the validator set.
type SeatKeeper interface {
	// Colluders is how many seats may collude as proposers, and whether they may all follow one another twice.
	Colluders(ctx context.Context) (n int64, twice bool, err error)
	// BeaconKey is the key that proves blocks of a consensus key, of one that a seat has just given up too.
	BeaconKey(ctx context.Context, consensus sdk.ConsAddress) (orgID string, pubkey []byte, found bool, err error)
}
