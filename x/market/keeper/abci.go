package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// BeginBlock refunds what was cancelled, matches the requests of the block before by this block's seed, and opens the
// tasks of deals, oldest first. Each part is capped by the parameters; what is over waits, oldest first.
func (k Keeper) BeginBlock(ctx context.Context) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if err := k.closeDue(sdkCtx, params); err != nil {
		return err
	}
	if err := k.matchDue(sdkCtx, params); err != nil {
		return err
	}
	return k.openDue(sdkCtx, params)
}

// EndBlock folds what this block's transactions have locked into what is owed.
func (k Keeper) EndBlock(ctx context.Context) error { return k.foldOwed(ctx) }
