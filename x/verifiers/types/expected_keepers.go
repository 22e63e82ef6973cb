package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// SeatsKeeper knows who may vote to stop a verifier.
type SeatsKeeper interface {
	SeatByOperator(ctx context.Context, operator sdk.AccAddress) (poatypes.Seat, bool, error)
	ActiveSeats(ctx context.Context) ([]poatypes.Seat, error)
}
