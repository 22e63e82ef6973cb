package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/steps"
)

// BeginBlock opens tasks, and prunes deals of which no task is whole any more.
func (k Keeper) BeginBlock(ctx context.Context) error {
	return steps.Run(
		func() error { return k.openUnlessPaused(ctx) },
		func() error { return k.pruneDeals(sdk.UnwrapSDKContext(ctx)) },
	)
}

// openUnlessPaused opens tasks. It comes after the market's, so that what is matched in a block begins in it, and before that of
// the tasks, which draws their first workers. In an emergency pause the tasks of deals wait to be opened.
func (k Keeper) openUnlessPaused(ctx context.Context) error {
	if paused, err := k.pause.IsPaused(ctx); err != nil || paused {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	return k.openDueTasks(sdk.UnwrapSDKContext(ctx), params)
}
