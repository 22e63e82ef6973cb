package keeper

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/x/market/types"
)

// endDue ends the orders, requests and vouchers whose height has come. Matching looks at the height itself, so that what
// is carried over is not met meanwhile.
func (k Keeper) endDue(ctx sdk.Context, params types.Params) error {
	keys, err := k.dueIDs(ctx, k.Ends, int(params.EndsPerBlock))
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := k.Ends.Remove(ctx, key); err != nil {
			return err
		}
		id := key.K2()
		if err := isolate.RunItem(ctx, func(ctx sdk.Context) error { return k.end(ctx, id) }); err != nil {
			isolate.Log(ctx.Logger(), "end of", name(id), err)
		}
	}
	return nil
}

func (k Keeper) end(ctx sdk.Context, id []byte) error {
	if o, found, err := find(ctx, k.Orders, id); err != nil {
		return err
	} else if found {
		if o.Status != types.ORDER_STATUS_RESTING && o.Status != types.ORDER_STATUS_SIGNED {
			return nil
		}
		return k.closeOrder(ctx, id, o, types.ORDER_STATUS_EXPIRED)
	}
	if r, found, err := k.findRequest(ctx, id); err != nil {
		return err
	} else if found {
		if !r.Waits() {
			return nil
		}
		return k.giveBack(ctx, id, types.ErrExpired.Wrapf("request %s: it expired at height %d", r.Id, r.Expiry))
	}
	return k.endVoucher(ctx, id)
}
