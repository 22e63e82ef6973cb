package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/duequeue"
	"github.com/credence-chain/credence/internal/ids"
)

// BeginBlock ends the vouchers whose expiry has come, each on its own cache of the state, at most ends_per_block. The others are carried
// over. They pay for nothing meanwhile, because CheckSpender compares the expiry with the height.
func (k Keeper) BeginBlock(ctx context.Context) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	_, err = duequeue.TakeDue(sdkCtx, k.Expiries, int(params.EndsPerBlock), func(id []byte) {
		_ = items.Do(sdkCtx, "expiry of voucher", ids.FormatRaw(id), func(ctx sdk.Context) error { return k.expireVoucher(ctx, id) })
	})
	return err
}

// EndBlock counts the coins that this block's transactions added, and sends the coins that they spent to the spending modules. It runs
// after the bank's EndBlock, which adds the new coins to the account's balance.
func (k Keeper) EndBlock(ctx context.Context) error {
	if err := k.purse.Fold(ctx); err != nil {
		return err
	}
	return k.sendWithdrawals(ctx)
}
