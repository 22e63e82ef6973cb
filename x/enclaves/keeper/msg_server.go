package keeper

import (
	"context"

	"github.com/credence-chain/credence/x/enclaves/types"
)

type msgServer struct{ Keeper }

// NewMsgServer serves the module's messages. The guard of x/orgs has checked the roles before a message comes here.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

func (s msgServer) RegisterSession(ctx context.Context, msg *types.MsgRegisterSession) (*types.MsgRegisterSessionResponse, error) {
	r, err := s.Keeper.RegisterSession(ctx, msg)
	return &types.MsgRegisterSessionResponse{Machine: r.Machine, Measurement: r.Measurement, UntilHeight: r.UntilHeight, UntilTime: r.UntilTime}, err
}

func (s msgServer) RefreshTdx(ctx context.Context, msg *types.MsgRefreshTdx) (*types.MsgRefreshTdxResponse, error) {
	e, err := s.Keeper.RefreshTdx(ctx, msg.Collateral)
	return &types.MsgRefreshTdxResponse{Expires: e.Expires}, err
}

func (s msgServer) RefreshSnp(ctx context.Context, msg *types.MsgRefreshSnp) (*types.MsgRefreshSnpResponse, error) {
	c, err := s.Keeper.RefreshSnp(ctx, msg.Product, types.SnpCollateral{Ask: msg.Ask, Ark: msg.Ark, List: msg.List})
	return &types.MsgRefreshSnpResponse{Expires: c.Expires}, err
}

func (s msgServer) ListImage(ctx context.Context, msg *types.MsgListImage) (*types.MsgListImageResponse, error) {
	i, err := s.Keeper.ListImage(ctx, msg)
	return &types.MsgListImageResponse{Measurement: i.Measurement, ActiveFrom: i.ActiveFrom}, err
}

func (s msgServer) Freeze(ctx context.Context, msg *types.MsgFreeze) (*types.MsgFreezeResponse, error) {
	return &types.MsgFreezeResponse{}, s.Keeper.Freeze(ctx, msg.Subject, msg.Reason, nil)
}

func (s msgServer) VoteFreeze(ctx context.Context, msg *types.MsgVoteFreeze) (*types.MsgVoteFreezeResponse, error) {
	operator, err := s.addresses.StringToBytes(msg.Operator)
	if err != nil {
		return nil, types.ErrNotActive.Wrapf("operator %q: %s", msg.Operator, err)
	}
	frozen, err := s.Keeper.VoteFreeze(ctx, operator, msg.Subject, msg.Reason)
	return &types.MsgVoteFreezeResponse{Frozen: frozen}, err
}

func (s msgServer) ReleaseMachine(ctx context.Context, msg *types.MsgReleaseMachine) (*types.MsgReleaseMachineResponse, error) {
	return &types.MsgReleaseMachineResponse{}, s.Keeper.ReleaseMachine(ctx, msg.Machine)
}

func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	return &types.MsgUpdateParamsResponse{}, s.SetParams(ctx, msg.Params)
}
