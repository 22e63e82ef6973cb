package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/apps/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

type msgServer struct{ Keeper }

// NewMsgServer serves the module's messages. Roles were checked before a message comes here; whether the signer may act
// for this very app is checked here.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

func (s msgServer) Publish(ctx context.Context, msg *types.MsgPublish) (*types.MsgPublishResponse, error) {
	org, owner, err := s.provider(ctx, msg.Owner)
	if err != nil {
		return nil, err
	}
	id := types.AppID(org, msg.Name)
	app := types.App{Id: id, Organisation: org, Owner: owner, Description: msg.Description}
	version := types.Version{
		App: id, Version: msg.Version, Digest: msg.Digest, Size_: msg.Size_, Runtime: msg.Runtime,
		Locators: msg.Locators, Price: msg.Price, Height: sdk.UnwrapSDKContext(ctx).BlockHeight(),
	}
	return &types.MsgPublishResponse{Reference: version.Reference()}, s.Keeper.Publish(ctx, app, version)
}

func (s msgServer) SetPrice(ctx context.Context, msg *types.MsgSetPrice) (*types.MsgSetPriceResponse, error) {
	app, version, err := types.ParseReference(msg.Reference)
	if err != nil {
		return nil, err
	}
	if err := s.mayChange(ctx, msg.Owner, app); err != nil {
		return nil, err
	}
	return &types.MsgSetPriceResponse{}, s.Keeper.SetPrice(ctx, app, version, msg.Price)
}

func (s msgServer) Deprecate(ctx context.Context, msg *types.MsgDeprecate) (*types.MsgDeprecateResponse, error) {
	if err := s.mayChange(ctx, msg.Owner, msg.App); err != nil {
		return nil, err
	}
	return &types.MsgDeprecateResponse{}, s.SetDeprecated(ctx, msg.App, msg.Deprecated)
}

func (s msgServer) Reinstate(ctx context.Context, msg *types.MsgReinstate) (*types.MsgReinstateResponse, error) {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), s.authority, msg.Authority); err != nil {
		return nil, err
	}
	return &types.MsgReinstateResponse{}, s.Keeper.Reinstate(ctx, msg.App)
}

// provider returns the organisation for which the signer may publish, and the signer's address in its one text.
func (s msgServer) provider(ctx context.Context, signer string) (org, owner string, err error) {
	addr, err := s.addresses.StringToBytes(signer)
	if err != nil {
		return "", "", types.ErrInvalidApp.Wrapf("owner %q: %s", signer, err)
	}
	org, err = s.orgs.Authorize(ctx, addr, orgstypes.ROLE_PROVIDER)
	if err != nil {
		return "", "", err
	}
	if org == "" {
		return "", "", types.ErrNotOwner.Wrapf("owner %s: expected an account of an organisation", signer)
	}
	owner, err = s.addresses.BytesToString(addr)
	return org, owner, err
}

// mayChange checks that the signer is the app's owner, or acts for the app's organisation as a provider.
func (s msgServer) mayChange(ctx context.Context, signer, appID string) error {
	app, err := s.GetApp(ctx, appID)
	if err != nil {
		return err
	}
	addr, err := s.addresses.StringToBytes(signer)
	if err != nil {
		return types.ErrInvalidApp.Wrapf("owner %q: %s", signer, err)
	}
	if text, err := s.addresses.BytesToString(addr); err == nil && text == app.Owner {
		return nil
	}
	org, err := s.orgs.Authorize(ctx, addr, orgstypes.ROLE_PROVIDER)
	if err != nil {
		return err
	}
	if org != app.Organisation {
		return types.ErrNotOwner.Wrapf("owner %s of %s: expected %s, or an account of %s", signer, app.Id, app.Owner, app.Organisation)
	}
	return nil
}
