package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	poatypes "github.com/credence-chain/credence/x/poa/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// SeatsKeeper knows who may vote to freeze something.
type SeatsKeeper interface {
	SeatByOperator(ctx context.Context, operator sdk.AccAddress) (poatypes.Seat, bool, error)
	ActiveSeats(ctx context.Context) ([]poatypes.Seat, error)
}

// WorkersKeeper knows the workers and their organisations.
type WorkersKeeper interface {
	GetWorker(ctx context.Context, address string) (workerstypes.Worker, error)
}

// BeaconKeeper knows the seeds of recent blocks.
type BeaconKeeper interface {
	SeedAt(ctx context.Context, height int64) ([]byte, error)
}
