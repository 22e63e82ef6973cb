package keeper

import (
	"context"

	"github.com/credence-chain/credence/x/poa/types"
)

type msgServer struct{ Keeper }

// NewMsgServer serves the module's messages. Roles were checked before a message comes here.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

func (s msgServer) Unjail(ctx context.Context, msg *types.MsgUnjail) (*types.MsgUnjailResponse, error) {
	operator, err := s.addresses.StringToBytes(msg.Operator)
	if err != nil {
		return nil, types.ErrNotFound.Wrapf("operator %q: %s", msg.Operator, err)
	}
	seat, found, err := s.SeatByOperator(ctx, operator)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, types.ErrNotFound.Wrapf("operator %s", msg.Operator)
	}
	return &types.MsgUnjailResponse{}, s.Keeper.Unjail(ctx, seat.OrgId)
}

func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	old, err := s.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	// Slots are heights modulo the window: under another window they mean nothing.
	if old.DowntimeWindow != msg.Params.DowntimeWindow {
		if err := s.Missed.Clear(ctx, nil); err != nil {
			return nil, err
		}
		if err := s.MissedCount.Clear(ctx, nil); err != nil {
			return nil, err
		}
	}
	return &types.MsgUpdateParamsResponse{}, s.Params.Set(ctx, msg.Params)
}
