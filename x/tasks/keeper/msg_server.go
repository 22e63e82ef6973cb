package keeper

import (
	"context"

	"github.com/credence-chain/credence/x/tasks/types"
)

type msgServer struct{ Keeper }

// NewMsgServer serves the module's messages.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

func (m msgServer) Commit(ctx context.Context, msg *types.MsgCommit) (*types.MsgCommitResponse, error) {
	if err := m.takeAnswer(ctx, msg); err != nil {
		return nil, err
	}
	return &types.MsgCommitResponse{}, emitEvent(ctx, &types.EventCommitted{Task: msg.Task, Who: msg.Who, Bench: msg.Bench, Attempt: msg.Attempt})
}

func (m msgServer) Reveal(ctx context.Context, msg *types.MsgReveal) (*types.MsgRevealResponse, error) {
	if err := m.takeAnswer(ctx, msg); err != nil {
		return nil, err
	}
	return &types.MsgRevealResponse{}, emitEvent(ctx, &types.EventRevealed{Task: msg.Task, Who: msg.Who, Bench: msg.Bench, Outcome: &msg.Outcome})
}

func (m msgServer) Decline(ctx context.Context, msg *types.MsgDecline) (*types.MsgDeclineResponse, error) {
	if err := m.takeAnswer(ctx, msg); err != nil {
		return nil, err
	}
	return &types.MsgDeclineResponse{}, emitEvent(ctx, &types.EventDeclined{Task: msg.Task, Who: msg.Who, Attempt: msg.Attempt, Reason: msg.Reason})
}

func (m msgServer) Challenge(ctx context.Context, msg *types.MsgChallenge) (*types.MsgChallengeResponse, error) {
	bond, err := m.challenge(ctx, msg)
	return &types.MsgChallengeResponse{Bond: bond}, err
}

func (m msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, m.Params.Set(ctx, msg.Params)
}
