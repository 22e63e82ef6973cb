package keeper

import (
	"context"

	"github.com/credence-chain/credence/x/poa/types"
)

type msgServer struct{ Keeper }

// NewMsgServer serves the module's messages. The guard of x/orgs has checked the roles before a message comes here.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

func (s msgServer) AddSeat(ctx context.Context, msg *types.MsgAddSeat) (*types.MsgAddSeatResponse, error) {
	return &types.MsgAddSeatResponse{}, s.Keeper.AddSeat(ctx, msg.OrgId, msg.Operator, msg.Keys)
}

func (s msgServer) RemoveSeat(ctx context.Context, msg *types.MsgRemoveSeat) (*types.MsgRemoveSeatResponse, error) {
	return &types.MsgRemoveSeatResponse{}, s.Keeper.RemoveSeat(ctx, msg.OrgId)
}

func (s msgServer) ReplaceSeat(ctx context.Context, msg *types.MsgReplaceSeat) (*types.MsgReplaceSeatResponse, error) {
	return &types.MsgReplaceSeatResponse{}, s.Keeper.ReplaceSeat(ctx, msg.OrgId, msg.Heir, msg.Operator, msg.Keys)
}

func (s msgServer) ClearTombstone(ctx context.Context, msg *types.MsgClearTombstone) (*types.MsgClearTombstoneResponse, error) {
	return &types.MsgClearTombstoneResponse{}, s.Keeper.ClearTombstone(ctx, msg.OrgId, msg.Keys)
}

func (s msgServer) OfferSeat(ctx context.Context, msg *types.MsgOfferSeat) (*types.MsgOfferSeatResponse, error) {
	return &types.MsgOfferSeatResponse{}, s.Keeper.OfferSeat(ctx, msg.Admin, msg.OrgId, msg.Operator)
}

func (s msgServer) AcceptSeat(ctx context.Context, msg *types.MsgAcceptSeat) (*types.MsgAcceptSeatResponse, error) {
	return &types.MsgAcceptSeatResponse{}, s.Keeper.AcceptSeat(ctx, msg.Operator, msg.OrgId)
}

func (s msgServer) LeaveSeat(ctx context.Context, msg *types.MsgLeaveSeat) (*types.MsgLeaveSeatResponse, error) {
	seat, err := s.seatOf(ctx, msg.Operator)
	if err != nil {
		return nil, err
	}
	return &types.MsgLeaveSeatResponse{}, s.Keeper.LeaveSeat(ctx, seat)
}

func (s msgServer) RotateConsensusKey(ctx context.Context, msg *types.MsgRotateConsensusKey) (*types.MsgRotateConsensusKeyResponse, error) {
	seat, err := s.seatOf(ctx, msg.Operator)
	if err != nil {
		return nil, err
	}
	return &types.MsgRotateConsensusKeyResponse{}, s.Keeper.RotateConsensusKey(ctx, seat, msg.Pubkey, msg.Possession)
}

func (s msgServer) RotateBeaconKey(ctx context.Context, msg *types.MsgRotateBeaconKey) (*types.MsgRotateBeaconKeyResponse, error) {
	seat, err := s.seatOf(ctx, msg.Operator)
	if err != nil {
		return nil, err
	}
	return &types.MsgRotateBeaconKeyResponse{}, s.Keeper.RotateBeaconKey(ctx, seat, msg.Pubkey, msg.Possession)
}

func (s msgServer) RotateCourtKey(ctx context.Context, msg *types.MsgRotateCourtKey) (*types.MsgRotateCourtKeyResponse, error) {
	seat, err := s.seatOf(ctx, msg.Operator)
	if err != nil {
		return nil, err
	}
	return &types.MsgRotateCourtKeyResponse{}, s.Keeper.RotateCourtKey(ctx, seat, msg.Pubkey, msg.Possession)
}

func (s msgServer) Unjail(ctx context.Context, msg *types.MsgUnjail) (*types.MsgUnjailResponse, error) {
	seat, err := s.seatOf(ctx, msg.Operator)
	if err != nil {
		return nil, err
	}
	return &types.MsgUnjailResponse{}, s.Keeper.Unjail(ctx, seat.OrgId)
}

func (s msgServer) Pause(ctx context.Context, msg *types.MsgPause) (*types.MsgPauseResponse, error) {
	until, err := s.StartPause(ctx, msg.Reason, msg.Blocks, nil)
	return &types.MsgPauseResponse{Until: until}, err
}

func (s msgServer) Resume(ctx context.Context, msg *types.MsgResume) (*types.MsgResumeResponse, error) {
	return &types.MsgResumeResponse{}, s.EndPause(ctx, msg.Reason, nil)
}

func (s msgServer) VotePause(ctx context.Context, msg *types.MsgVotePause) (*types.MsgVotePauseResponse, error) {
	seat, err := s.seatOf(ctx, msg.Operator)
	if err != nil {
		return nil, err
	}
	decided, err := s.Keeper.VotePause(ctx, seat, msg.Reason)
	return &types.MsgVotePauseResponse{Paused: decided}, err
}

func (s msgServer) VoteResume(ctx context.Context, msg *types.MsgVoteResume) (*types.MsgVoteResumeResponse, error) {
	seat, err := s.seatOf(ctx, msg.Operator)
	if err != nil {
		return nil, err
	}
	decided, err := s.Keeper.VoteResume(ctx, seat, msg.Reason)
	return &types.MsgVoteResumeResponse{Resumed: decided}, err
}

// seatOf returns the seat that an account acts for.
func (s msgServer) seatOf(ctx context.Context, text string) (types.Seat, error) {
	operator, err := s.addresses.StringToBytes(text)
	if err != nil {
		return types.Seat{}, types.ErrNotFound.Wrapf("operator %q: %s", text, err)
	}
	seat, found, err := s.SeatByOperator(ctx, operator)
	if err == nil && !found {
		err = types.ErrNotFound.Wrapf("operator %s", text)
	}
	return seat, err
}

func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	old, err := s.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	// The keys of missed votes are heights modulo the window, so they mean nothing under another window.
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
