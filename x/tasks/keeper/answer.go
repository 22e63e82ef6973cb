package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// AnswerDue returns nil if a commit, reveal or decline would be accepted in a block of this height, with the state as it is now,
// or else why not. The handlers of these messages, the mempool and proposers share this rule. It changes nothing.
func (k Keeper) AnswerDue(ctx context.Context, msg sdk.Msg, height int64) error {
	_, _, err := k.judgeAnswer(ctx, msg, height)
	return err
}

// judgeAnswer returns the task as it would be after an answer, and the file of the answer that is to be kept on chain. It stores
// nothing.
func (k Keeper) judgeAnswer(ctx context.Context, msg sdk.Msg, height int64) (*item, []byte, error) {
	ev, err := answerEvent(msg, height)
	if err != nil {
		return nil, nil, err
	}
	step, _ := types.StepOf(msg)
	if _, err := types.ParseID(step.Task); err != nil {
		return nil, nil, err
	}
	it, err := k.loadTask(ctx, step.Task)
	if err != nil {
		return nil, nil, err
	}
	if reveal, is := ev.(poco.Revealed); is {
		reveal.Verify = k.evidenceVerifier(ctx, it)
		ev = reveal
	}
	if err := it.takeEvent(ev); err != nil {
		return nil, nil, err
	}
	reveal, is := msg.(*types.MsgReveal)
	if !is {
		return it, nil, nil
	}
	data, err := types.ProveOnchain(it.deal, reveal.Outcome, reveal.Onchain)
	return it, data, err
}

// answerEvent returns the protocol's event that a message stands for.
func answerEvent(msg sdk.Msg, height int64) (poco.Event, error) {
	switch m := msg.(type) {
	case *types.MsgCommit:
		return commitEvent(m, height)
	case *types.MsgReveal:
		return revealEvent(m, height)
	case *types.MsgDecline:
		reason, err := m.Reason.ToPoco()
		return poco.Declined{Height: height, Who: m.Who, Attempt: m.Attempt, Reason: reason}, err
	}
	return nil, errorsmod.Wrapf(types.ErrInvalid, "%T is no answer to a task", msg)
}

func commitEvent(m *types.MsgCommit, height int64) (poco.Event, error) {
	bench, err := m.Bench.ToPoco()
	if err != nil {
		return nil, err
	}
	ev := poco.Committed{Height: height, Bench: bench, Who: m.Who, Attempt: m.Attempt}
	if copy(ev.Commitment[:], m.Commitment); len(m.Commitment) != len(ev.Commitment) || ev.Commitment == [32]byte{} {
		return nil, errorsmod.Wrapf(types.ErrInvalid, "commitment: got %d bytes, expected %d that are not all zero", len(m.Commitment), len(ev.Commitment))
	}
	return ev, nil
}

func revealEvent(m *types.MsgReveal, height int64) (poco.Event, error) {
	bench, err := m.Bench.ToPoco()
	if err != nil {
		return nil, err
	}
	outcome, err := m.Outcome.ToPoco()
	return poco.Revealed{Height: height, Bench: bench, Who: m.Who, Attempt: m.Attempt, Outcome: outcome, Salt: m.Salt, Evidence: m.Evidence}, err
}

// takeAnswer stores an answer. Its gas depends on the bytes that it brings, not on what is read and written; see types.AnswerGas.
func (k Keeper) takeAnswer(ctx context.Context, msg sdk.Msg) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	sdkCtx.GasMeter().ConsumeGas(types.GasOfHandlers([]sdk.Msg{msg}), "tasks: an answer")
	sdkCtx = sdkCtx.WithGasMeter(storetypes.NewInfiniteGasMeter())
	it, data, err := k.judgeAnswer(sdkCtx, msg, sdkCtx.BlockHeight())
	if err != nil {
		return err
	}
	if reveal, is := msg.(*types.MsgReveal); is {
		if err := k.noteSigner(sdkCtx, it, reveal); err != nil {
			return err
		}
		if err := k.keepOnchain(sdkCtx, reveal.Task, reveal.Outcome, data); err != nil {
			return err
		}
	}
	if err := k.noteAnswered(sdkCtx, msg); err != nil {
		return err
	}
	return k.saveTask(sdkCtx, it)
}
