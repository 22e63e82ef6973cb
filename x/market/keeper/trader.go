package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// authorizeTrade checks that the owner of an order may trade what the order is about. It returns the organisation for which the owner
// acts.
func (k Keeper) authorizeTrade(ctx context.Context, o types.Order) (org string, err error) {
	addr, err := k.addresses.StringToBytes(o.Owner)
	if err != nil {
		return "", types.ErrOrder.Wrapf("owner: %q: %s", o.Owner, err)
	}
	if o.Request != nil {
		return k.orgs.Authorize(ctx, addr, orgstypes.ROLE_REQUESTER)
	}
	if o.Pool != nil {
		return k.authorizePool(ctx, addr, o.Pool.Pool)
	}
	id, err := k.assetID(ctx, o)
	if err != nil {
		return "", err
	}
	return asOwner(k.apps.MayTrade(ctx, addr, id))
}

func (k Keeper) authorizePool(ctx context.Context, account sdk.AccAddress, id string) (org string, err error) {
	pool, err := k.workers.GetPool(ctx, id)
	if err != nil {
		return "", missingPool(id, err)
	}
	return asOwner(k.workers.MayOperate(ctx, account, pool))
}

// assetID returns the app or dataset of an order, without its version.
func (k Keeper) assetID(ctx context.Context, o types.Order) (string, error) {
	if o.App != nil {
		app, _, err := k.apps.Resolve(ctx, o.App.App)
		if err != nil {
			err = missing(types.ErrUnknownApp, "app", o.App.App, "an app that the chain has", err)
		}
		return app.Id, err
	}
	dataset, _, err := k.apps.ResolveDataset(ctx, o.Dataset.Dataset)
	if err != nil {
		err = missing(types.ErrUnknownDataset, "dataset", o.Dataset.Dataset, "a dataset that the chain has", err)
	}
	return dataset.Id, err
}

func asOwner(org string, err error) (string, error) {
	if err != nil {
		return "", types.ErrNotOwner.Wrap(err.Error())
	}
	return org, nil
}
