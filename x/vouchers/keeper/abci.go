package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/duequeue"
	"github.com/credence-chain/credence/internal/ids"
)

// BeginBlock ends the vouchers whose height has come, each alone, as many as the parameters allow. Nothing is paid with
// one that is carried over: whoever spends a voucher looks at the height itself.
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

// EndBlock counts what this block's transactions have added, and sends on what they have spent. It comes after the
// bank's, which folds the coins that they have added into the account's balance.
func (k Keeper) EndBlock(ctx context.Context) error {
	if err := k.purse.Fold(ctx); err != nil {
		return err
	}
	return k.sendWithdrawals(ctx)
}
