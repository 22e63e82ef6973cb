package keeper

import (
	"context"

	"github.com/credence-chain/credence/x/deals/types"
)

type msgServer struct{ Keeper }

// NewMsgServer serves the module's messages. The wrapper of x/orgs has checked the signer's role before a message comes here.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, s.Keeper.Params.Set(ctx, msg.Params)
}
