package keeper

import (
	"context"
	"errors"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/apps/types"
)

type msgServer struct{ Keeper }

// NewMsgServer serves the module's messages. The wrapper of x/orgs has checked the signer's role before a message comes here. The
// handlers check that the signer may act for the app or dataset.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

func (s msgServer) Publish(ctx context.Context, msg *types.MsgPublish) (*types.MsgPublishResponse, error) {
	asset, err := s.assetToPublish(ctx, types.Asset{Description: msg.Description}, msg.Owner, msg.Name, msg.App)
	if err != nil {
		return nil, err
	}
	version := types.Version{
		App: asset.ID, Version: msg.Version, Digest: msg.Digest, Size_: msg.Size_, Runtime: msg.Runtime,
		Locators: msg.Locators, Price: msg.Price, Height: sdk.UnwrapSDKContext(ctx).BlockHeight(),
		ByOrder: msg.ByOrder, Requirements: msg.Requirements, Tags: msg.Tags, OutputPath: msg.OutputPath,
		Nondeterministic: msg.Nondeterministic, OkExit: msg.OkExit, FuelLimit: msg.FuelLimit, Verifier: msg.Verifier, Program: msg.Program, Measurements: msg.Measurements,
	}
	err = s.Keeper.Publish(ctx, types.App{Id: asset.ID}.With(asset), version)
	return &types.MsgPublishResponse{Reference: version.Reference()}, err
}

func (s msgServer) PublishDataset(ctx context.Context, msg *types.MsgPublishDataset) (*types.MsgPublishDatasetResponse, error) {
	asset, err := s.assetToPublish(ctx, types.Asset{Description: msg.Description, Dataset: true}, msg.Owner, msg.Name, msg.Dataset)
	if err != nil {
		return nil, err
	}
	version := types.DatasetVersion{
		Dataset: asset.ID, Version: msg.Version, Digest: msg.Digest, Size_: msg.Size_, Locators: msg.Locators,
		Price: msg.Price, ByOrder: msg.ByOrder, Tags: msg.Tags, MediaType: msg.MediaType, Schema: msg.Schema,
		Height: sdk.UnwrapSDKContext(ctx).BlockHeight(),
	}
	err = s.Keeper.PublishDataset(ctx, types.Dataset{Id: asset.ID}.With(asset), version)
	return &types.MsgPublishDatasetResponse{Reference: version.Reference()}, err
}

func (s msgServer) Transfer(ctx context.Context, msg *types.MsgTransfer) (*types.MsgTransferResponse, error) {
	asset, err := s.GetAsset(ctx, msg.Id)
	if err != nil {
		return nil, err
	}
	owner, err := s.parseAccount("owner", msg.Owner)
	if err != nil {
		return nil, err
	}
	if err := s.mayTransfer(ctx, owner, asset); err != nil {
		return nil, err
	}
	if msg.To == "" {
		return &types.MsgTransferResponse{}, s.Withdraw(ctx, asset.ID)
	}
	to, err := s.addresses.StringToBytes(msg.To)
	if err != nil {
		return nil, types.ErrInvalidTransfer.Wrapf("to %q: %s", msg.To, err)
	}
	return &types.MsgTransferResponse{}, s.Offer(ctx, asset.ID, to)
}

func (s msgServer) AcceptTransfer(ctx context.Context, msg *types.MsgAcceptTransfer) (*types.MsgAcceptTransferResponse, error) {
	to, err := s.addresses.StringToBytes(msg.To)
	if err != nil {
		return nil, types.ErrInvalidTransfer.Wrapf("to %q: %s", msg.To, err)
	}
	return &types.MsgAcceptTransferResponse{}, s.Accept(ctx, msg.Id, to)
}

func (s msgServer) SetPrice(ctx context.Context, msg *types.MsgSetPrice) (*types.MsgSetPriceResponse, error) {
	id, version, err := types.ParseReference(msg.Reference)
	if err != nil {
		return nil, err
	}
	if err := s.signerMayChange(ctx, msg.Owner, id); err != nil {
		return nil, err
	}
	return &types.MsgSetPriceResponse{}, s.Keeper.SetPrice(ctx, id, version, msg.Price, msg.ByOrder)
}

func (s msgServer) Deprecate(ctx context.Context, msg *types.MsgDeprecate) (*types.MsgDeprecateResponse, error) {
	if err := s.signerMayChange(ctx, msg.Owner, msg.App); err != nil {
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

// assetToPublish returns the asset of a version that a signer publishes, with its id, organisation and owner. It fails when the asset
// exists and the signer may not change it. existing is the id of an asset. If existing is set, name may be empty. Otherwise the id is
// the signer's organisation and name, and the asset may be new.
func (s msgServer) assetToPublish(ctx context.Context, asset types.Asset, signer, name, existing string) (types.Asset, error) {
	account, err := s.parseAccount("owner", signer)
	if err != nil {
		return asset, err
	}
	org, owner, err := s.providerOf(ctx, account)
	if err != nil {
		return asset, err
	}
	asset.ID, asset.Organisation, asset.Owner = types.AssetID(org, name), org, owner
	if existing != "" {
		if asset.ID = existing; name != "" && !strings.HasSuffix(existing, "/"+name) {
			return asset, asset.Invalid().Wrapf("name %q: expected the name in %q, or nothing", name, existing)
		}
	}
	known, err := s.GetAsset(ctx, asset.ID)
	switch {
	case errors.Is(err, types.ErrNotFound) && existing == "":
		return asset, nil
	case err != nil:
		return asset, err
	case known.Dataset != asset.Dataset:
		return asset, types.ErrNameTaken.Wrapf("%s: it is the name of a %s; apps and datasets share their names", asset.ID, known.Word())
	}
	return asset, s.mayChange(ctx, account, known)
}

func (s msgServer) signerMayChange(ctx context.Context, signer, id string) error {
	asset, err := s.GetAsset(ctx, id)
	if err != nil {
		return err
	}
	account, err := s.parseAccount("owner", signer)
	if err != nil {
		return err
	}
	return s.mayChange(ctx, account, asset)
}

// parseAccount reads an address; ErrInvalidApp names the field.
func (s msgServer) parseAccount(field, text string) (sdk.AccAddress, error) {
	bz, err := s.addresses.StringToBytes(text)
	if err != nil {
		return nil, types.ErrInvalidApp.Wrapf("%s %q: %s", field, text, err)
	}
	return bz, nil
}
