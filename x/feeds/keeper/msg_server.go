package keeper

import (
	"context"

	"github.com/credence-chain/credence/x/feeds/types"
)

type msgServer struct{ Keeper }

// NewMsgServer serves the module's messages. The wrapper of x/orgs has checked the signer's role before a message comes here.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

func (s msgServer) Create(ctx context.Context, msg *types.MsgCreate) (*types.MsgCreateResponse, error) {
	f, err := s.createFeed(ctx, msg)
	return &types.MsgCreateResponse{Feed: f.Id}, err
}

func (s msgServer) Delete(ctx context.Context, msg *types.MsgDelete) (*types.MsgDeleteResponse, error) {
	return &types.MsgDeleteResponse{}, s.deleteFeed(ctx, msg.Account, msg.Feed)
}

func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, s.Params.Set(ctx, msg.Params)
}
