package keeper

import (
	"context"
	"errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/apps/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// Offer lets an account of an organisation of providers take over an app or dataset by AcceptTransfer. It replaces an earlier
// offer. Nothing else changes until the account accepts. ErrInvalidTransfer when the transfer would change nothing.
func (k Keeper) Offer(ctx context.Context, id string, to sdk.AccAddress) error {
	asset, err := k.GetAsset(ctx, id)
	if err != nil {
		return err
	}
	org, text, err := k.providerOf(ctx, to)
	if err != nil {
		return err
	}
	if text == asset.Owner && org == asset.Organisation {
		return types.ErrInvalidTransfer.Wrapf("to: %s owns %s already", text, id)
	}
	asset.PendingOwner = text
	if err := k.setAsset(ctx, asset); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventAppChanged{App: id, What: "offered", Owner: text})
}

// Withdraw takes an offer back; ErrNoOffer when there is none.
func (k Keeper) Withdraw(ctx context.Context, id string) error {
	asset, err := k.GetAsset(ctx, id)
	if err != nil {
		return err
	}
	if asset.PendingOwner == "" {
		return types.ErrNoOffer.Wrapf("%s %s: no offer to take back", asset.Word(), id)
	}
	asset.PendingOwner = ""
	if err := k.setAsset(ctx, asset); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventAppChanged{App: id, What: "withdrawn"})
}

// Accept makes the account to which an app or dataset was offered its owner, and the account's organisation its organisation,
// which must be one of providers. The former owner and organisation lose every right at once. The name stays.
func (k Keeper) Accept(ctx context.Context, id string, to sdk.AccAddress) error {
	asset, err := k.GetAsset(ctx, id)
	if err != nil {
		return err
	}
	org, text, err := k.providerOf(ctx, to)
	if err != nil {
		return err
	}
	if asset.PendingOwner != text {
		return types.ErrNoOffer.Wrapf("%s %s: not to %s", asset.Word(), id, text)
	}
	asset.Owner, asset.Organisation, asset.PendingOwner = text, org, ""
	if err := k.setAsset(ctx, asset); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventAppChanged{App: id, What: "transferred", Owner: text, Organisation: org})
}

// mayTransfer checks that an account may give an asset away. Only the owner may, because the owner is paid for it. Once the
// owner no longer acts for the asset's organisation, any account that does may, so that a lost account does not lose the asset.
func (k Keeper) mayTransfer(ctx context.Context, account sdk.AccAddress, asset types.Asset) error {
	if err := k.mayChange(ctx, account, asset); err != nil {
		return err
	}
	text, err := k.addresses.BytesToString(account)
	if err != nil || text == asset.Owner {
		return err
	}
	owner, err := k.addresses.StringToBytes(asset.Owner)
	if err != nil {
		return err
	}
	org, err := k.orgs.Authorize(ctx, owner, orgstypes.ROLE_PROVIDER)
	if err != nil && !errors.Is(err, orgstypes.ErrRole) && !errors.Is(err, orgstypes.ErrRevoked) {
		return err
	}
	if err == nil && org == asset.Organisation {
		return types.ErrNotOwner.Wrapf("%s %s: only its owner %s gives it away, not %s", asset.Word(), asset.ID, asset.Owner, text)
	}
	return nil
}
