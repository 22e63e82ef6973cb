package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// SeatKeeper knows the seats of the validator set.
type SeatKeeper interface {
	ActiveSeats(ctx context.Context) ([]poatypes.Seat, error)
	SeatByConsensusAddress(ctx context.Context, addr sdk.ConsAddress) (poatypes.Seat, bool, error)
}
