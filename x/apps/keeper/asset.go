package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/apps/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// GetAsset returns the common fields of the app or dataset named id, or ErrNotFound.
func (k Keeper) GetAsset(ctx context.Context, id string) (types.Asset, error) {
	app, err := k.Apps.Get(ctx, id)
	if err == nil {
		return app.Asset(), nil
	}
	if !errors.Is(err, collections.ErrNotFound) {
		return types.Asset{}, err
	}
	dataset, err := k.GetDataset(ctx, id)
	return dataset.Asset(), err
}

// MayTrade says whether an account may place orders for the app or dataset named id, and returns the asset's organisation. The
// account must act for that organisation, which must be an active one of providers. ErrNotOwner otherwise, ErrNotFound when
// there is no such asset. A module that keeps orders has to ask again when it matches them, because an asset may have been
// transferred and a provider revoked.
func (k Keeper) MayTrade(ctx context.Context, account sdk.AccAddress, id string) (org string, err error) {
	asset, err := k.GetAsset(ctx, id)
	if err != nil {
		return "", err
	}
	err = k.mayChange(ctx, account, asset)
	if errors.Is(err, orgstypes.ErrRole) || errors.Is(err, orgstypes.ErrRevoked) {
		err = types.ErrNotOwner.Wrapf("%s %s: %s", asset.Word(), id, err)
	}
	if err != nil {
		return "", err
	}
	return asset.Organisation, nil
}

// SetDeprecated stops new requests for an app or dataset, or allows them again. It does nothing when this is so already.
func (k Keeper) SetDeprecated(ctx context.Context, id string, deprecated bool) error {
	asset, err := k.GetAsset(ctx, id)
	if err != nil || asset.Deprecated == deprecated {
		return err
	}
	what := "deprecated"
	if !deprecated {
		what = "revived"
	}
	asset.Deprecated = deprecated
	if err := k.setAsset(ctx, asset); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventAppChanged{App: id, What: what})
}

// setAsset writes the common fields of a stored asset, and updates the index of owners when its owner changed.
func (k Keeper) setAsset(ctx context.Context, asset types.Asset) error {
	if asset.Dataset {
		dataset, err := k.GetDataset(ctx, asset.ID)
		if err != nil {
			return err
		}
		return k.setDataset(ctx, dataset.With(asset))
	}
	app, err := k.GetApp(ctx, asset.ID)
	if err != nil {
		return err
	}
	return k.setApp(ctx, app.With(asset))
}

// indexOwner updates an index of owners when an asset passes from one owner to another; from is "" for a new asset.
func (k Keeper) indexOwner(ctx context.Context, index collections.KeySet[ownerKey], id, from, to string) error {
	if from == to {
		return nil
	}
	if from != "" {
		addr, err := k.addresses.StringToBytes(from)
		if err != nil {
			return err
		}
		if err := index.Remove(ctx, collections.Join(sdk.AccAddress(addr), id)); err != nil {
			return err
		}
	}
	addr, err := k.addresses.StringToBytes(to)
	if err != nil {
		return err
	}
	return index.Set(ctx, collections.Join(sdk.AccAddress(addr), id))
}

// mayChange checks that an account acts for the asset's organisation as a provider. To be the owner is not enough: an owner that
// moved to another organisation would trade from outside, while only the workers of the asset's organisation are never drawn.
func (k Keeper) mayChange(ctx context.Context, account sdk.AccAddress, asset types.Asset) error {
	org, signer, err := k.providerOf(ctx, account)
	if err != nil {
		return err
	}
	if org != asset.Organisation {
		return types.ErrNotOwner.Wrapf("%s %s: %s acts for %s, expected an account of %s",
			asset.Word(), asset.ID, signer, org, asset.Organisation)
	}
	return nil
}

// providerOf returns the organisation of providers for which an account acts, and the account's address as text.
func (k Keeper) providerOf(ctx context.Context, account sdk.AccAddress) (org, text string, err error) {
	if text, err = k.addresses.BytesToString(account); err != nil {
		return "", "", err
	}
	if org, err = k.orgs.Authorize(ctx, account, orgstypes.ROLE_PROVIDER); err != nil {
		return "", "", err
	}
	if org == "" {
		return "", "", types.ErrNotOwner.Wrapf("%s: expected an account of an organisation", text)
	}
	return org, text, nil
}
