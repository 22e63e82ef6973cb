package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// BeginBlock ends what its height ends, cancels deals of requests that were taken back, gives volume back, brings the
// orders of the block before on the book, makes the deals of its requests and proposed matches by this block's seed, meets
// the requests again that wait for such orders and a few of all that wait, and opens tasks. Each part is capped by the
// parameters; what is over waits, oldest first.
func (k Keeper) BeginBlock(ctx context.Context) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if err := k.endDue(sdkCtx, params); err != nil {
		return err
	}
	l := &looks{left: int(params.LooksPerBlock)}
	if err := k.cancelDue(sdkCtx, params, l); err != nil {
		return err
	}
	if err := k.releaseDue(sdkCtx, params, l); err != nil {
		return err
	}
	if err := k.arriveDue(sdkCtx, params); err != nil {
		return err
	}
	budget := int(params.MatchesPerBlock)
	if err := k.matchDue(sdkCtx, params, &budget, l); err != nil {
		return err
	}
	before := budget
	if err := k.wakeDue(sdkCtx, params, &budget, l); err != nil {
		return err
	}
	if err := k.roundDue(sdkCtx, params, &budget, l, budget < before); err != nil {
		return err
	}
	return k.openDue(sdkCtx, params)
}

// EndBlock folds what this block's transactions have locked into what is owed.
func (k Keeper) EndBlock(ctx context.Context) error { return k.foldOwed(ctx) }
