package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/steps"
)

// BeginBlock opens tasks of deals, and prunes deals all of whose tasks have been pruned.
func (k Keeper) BeginBlock(ctx context.Context) error {
	return steps.Run(
		func() error { return k.openUnlessPaused(ctx) },
		func() error { return k.pruneDeals(sdk.UnwrapSDKContext(ctx)) },
	)
}

// openUnlessPaused opens tasks, unless the chain is in an emergency pause. It runs after the market's BeginBlock, so that the tasks of a
// match can begin in the same block, and before that of x/tasks, which draws their first workers.
func (k Keeper) openUnlessPaused(ctx context.Context) error {
	if paused, err := k.pause.IsPaused(ctx); err != nil || paused {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	return steps.Run(
		func() error { return k.resumeDeals(sdkCtx, params) },
		func() error { return k.openDueTasks(sdkCtx, params) },
	)
}
