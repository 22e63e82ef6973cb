package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// BeginBlock opens tasks. It comes after the market's, so that what is matched in a block begins in it, and before that of
// the tasks, which draws their first workers. In an emergency pause the tasks of deals wait to be opened.
func (k Keeper) BeginBlock(ctx context.Context) error {
	if paused, err := k.pause.IsPaused(ctx); err != nil || paused {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	return k.openDueTasks(sdk.UnwrapSDKContext(ctx), params)
}
