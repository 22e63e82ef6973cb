package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// BeginBlock does what is due, each part capped by the parameters; what is over is carried over, oldest first. In this
// order: it ends what expires, cancels the deals of requests that were taken back, gives orders volume back, brings the
// orders of the block before on the book, matches the requests and proposed matches of the block before by this block's
// seed, and matches resting requests again. Tasks of what is
// matched are opened by the BeginBlock of the deals, which follows.
func (k Keeper) BeginBlock(ctx context.Context) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if err := k.expireDue(sdkCtx, params); err != nil {
		return err
	}
	m := k.newMatching(sdkCtx, params)
	if err := m.cancelDueDeals(); err != nil {
		return err
	}
	if err := m.releaseDueVolume(); err != nil {
		return err
	}
	if err := k.bookArrivedOrders(sdkCtx, params); err != nil {
		return err
	}
	// What waits to be matched waits until the pause is over; it expires and is taken back meanwhile as ever.
	if paused, err := k.pause.IsPaused(ctx); err != nil || paused {
		return err
	}
	if err := m.matchQueued(); err != nil {
		return err
	}
	rematching, err := m.runRematches()
	if err != nil {
		return err
	}
	return m.rescanResting(rematching)
}

// EndBlock folds what this block's transactions have locked into what is owed.
func (k Keeper) EndBlock(ctx context.Context) error { return k.purse.Fold(ctx) }
