package keeper

import (
	"context"

	"github.com/credence-chain/credence/x/verifiers/types"
)

type msgServer struct{ Keeper }

// NewMsgServer serves the module's messages. The guard of x/orgs has checked the roles before a message comes here.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

func (s msgServer) Admit(ctx context.Context, msg *types.MsgAdmit) (*types.MsgAdmitResponse, error) {
	v, err := s.Keeper.Admit(ctx, msg.Verifier)
	return &types.MsgAdmitResponse{ActiveFrom: v.ActiveFrom}, err
}

func (s msgServer) Stop(ctx context.Context, msg *types.MsgStop) (*types.MsgStopResponse, error) {
	return &types.MsgStopResponse{}, s.Keeper.Stop(ctx, msg.Name, msg.Reason, nil)
}

func (s msgServer) VoteStop(ctx context.Context, msg *types.MsgVoteStop) (*types.MsgVoteStopResponse, error) {
	operator, err := s.addresses.StringToBytes(msg.Operator)
	if err != nil {
		return nil, types.ErrNotActive.Wrapf("operator %q: %s", msg.Operator, err)
	}
	stopped, err := s.Keeper.VoteStop(ctx, operator, msg.Name, msg.Reason)
	return &types.MsgVoteStopResponse{Stopped: stopped}, err
}

func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, s.Params.Set(ctx, msg.Params)
}
