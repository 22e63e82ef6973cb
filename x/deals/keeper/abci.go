package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// BeginBlock opens tasks. It comes after the market's, so that what is matched in a block begins in it, and before that of
// the tasks, which draws their first workers.
func (k Keeper) BeginBlock(ctx context.Context) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	return k.openDueTasks(sdk.UnwrapSDKContext(ctx), params)
}
