package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

const maxReason = 200

type msgServer struct{ Keeper }

// NewMsgServer serves the module's messages.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

func (m msgServer) Commit(ctx context.Context, msg *types.MsgCommit) (*types.MsgCommitResponse, error) {
	bench, err := msg.Bench.ToPoco()
	if err != nil {
		return nil, err
	}
	ev := poco.Committed{Height: sdk.UnwrapSDKContext(ctx).BlockHeight(), Bench: bench, Who: msg.Who, Attempt: msg.Attempt}
	if copy(ev.Commitment[:], msg.Commitment) != len(msg.Commitment) || len(msg.Commitment) != len(ev.Commitment) || ev.Commitment == [32]byte{} {
		return nil, errorsmod.Wrapf(types.ErrInvalid, "commitment: got %d bytes, expected %d that are not all zero", len(msg.Commitment), len(ev.Commitment))
	}
	it, err := m.open(ctx, msg.Task)
	if err != nil {
		return nil, err
	}
	if ev.Delay, err = m.beacon.Delay(ctx); err != nil {
		return nil, err
	}
	if err := m.apply(ctx, it, ev); err != nil {
		return nil, err
	}
	return &types.MsgCommitResponse{}, emit(ctx, &types.EventCommitted{Task: msg.Task, Who: msg.Who, Bench: msg.Bench, Attempt: msg.Attempt})
}

func (m msgServer) Reveal(ctx context.Context, msg *types.MsgReveal) (*types.MsgRevealResponse, error) {
	bench, err := msg.Bench.ToPoco()
	if err != nil {
		return nil, err
	}
	outcome, err := msg.Outcome.ToPoco()
	if err != nil {
		return nil, err
	}
	it, err := m.open(ctx, msg.Task)
	if err != nil {
		return nil, err
	}
	if err := m.apply(ctx, it, poco.Revealed{
		Height: sdk.UnwrapSDKContext(ctx).BlockHeight(), Bench: bench, Who: msg.Who, Attempt: msg.Attempt, Outcome: outcome, Salt: msg.Salt,
	}); err != nil {
		return nil, err
	}
	return &types.MsgRevealResponse{}, emit(ctx, &types.EventRevealed{Task: msg.Task, Who: msg.Who, Bench: msg.Bench, Outcome: &msg.Outcome})
}

func (m msgServer) Decline(ctx context.Context, msg *types.MsgDecline) (*types.MsgDeclineResponse, error) {
	if len(msg.Reason) > maxReason {
		return nil, errorsmod.Wrapf(types.ErrInvalid, "reason: got %d characters, expected at most %d", len(msg.Reason), maxReason)
	}
	it, err := m.open(ctx, msg.Task)
	if err != nil {
		return nil, err
	}
	return &types.MsgDeclineResponse{}, m.apply(ctx, it, poco.Declined{
		Height: sdk.UnwrapSDKContext(ctx).BlockHeight(), Who: msg.Who, Attempt: msg.Attempt,
	})
}

func (m msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, m.Params.Set(ctx, msg.Params)
}

// open loads a task named by a message.
func (m msgServer) open(ctx context.Context, id string) (*item, error) {
	if _, err := types.ParseID(id); err != nil {
		return nil, err
	}
	return m.load(ctx, id)
}
