package keeper

import (
	"context"

	"github.com/credence-chain/credence/x/supply/types"
)

type msgServer struct{ Keeper }

// NewMsgServer serves the module's messages. The guard of x/orgs has checked the roles before a message comes here.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

func (s msgServer) Mint(ctx context.Context, msg *types.MsgMint) (*types.MsgMintResponse, error) {
	number, err := s.Keeper.Mint(ctx, msg.To, msg.Amount, msg.Reason)
	return &types.MsgMintResponse{Number: number}, err
}

func (s msgServer) Burn(ctx context.Context, msg *types.MsgBurn) (*types.MsgBurnResponse, error) {
	owner, err := s.addresses.StringToBytes(msg.Owner)
	if err != nil {
		return nil, types.ErrInvalid.Wrapf("owner: %q: %s", msg.Owner, err)
	}
	return &types.MsgBurnResponse{}, s.Keeper.Burn(ctx, owner, msg.Amount, msg.Reason)
}

func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, s.Params.Set(ctx, msg.Params)
}
