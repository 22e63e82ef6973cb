package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	errorsmod "cosmossdk.io/errors"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/credence-chain/credence/x/beacon/proposal"
	taskskeeper "github.com/credence-chain/credence/x/tasks/keeper"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// withGasShare refuses transactions that ask for more gas than one transaction may have in a block, before they reach the mempool.
// A block with such a transaction would be refused as well.
func withGasShare(next sdk.AnteHandler) sdk.AnteHandler {
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		block := ctx.ConsensusParams().Block
		if fee, ok := tx.(sdk.FeeTx); ok && block != nil && block.MaxGas > 0 && !simulate {
			if most := (proposal.Limits{Gas: uint64(block.MaxGas)}).PerTx(); fee.GetGas() > most {
				return ctx, errorsmod.Wrapf(sdkerrors.ErrInvalidGasLimit, "gas: got %d, expected at most %d in one transaction", fee.GetGas(), most)
			}
		}
		return next(ctx, tx, simulate)
	}
}

// withPause refuses transactions that begin new work while the chain is paused, before they reach the mempool. In a block the guard
// refuses them, also inside authz.
func withPause(paused interface {
	CheckRunning(ctx context.Context) error
}, begins func(msg sdk.Msg) bool, next sdk.AnteHandler) sdk.AnteHandler {
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		if ctx.IsCheckTx() && !simulate && slices.ContainsFunc(tx.GetMsgs(), begins) {
			if err := paused.CheckRunning(ctx.WithGasMeter(storetypes.NewInfiniteGasMeter())); err != nil {
				return ctx, err
			}
		}
		return next(ctx, tx, simulate)
	}
}

// readCheckRules returns everything but accounts, tasks and the node's configuration by which a transaction's check judges.
func (a *App) readCheckRules(ctx sdk.Context) (string, error) {
	k := keepersOf(a)
	consensus, accounts := a.GetConsensusParams(ctx), k.Account.GetParams(ctx)
	running := k.Poa.CheckRunning(ctx) == nil
	return fmt.Sprintf("%s %s %t", &consensus, &accounts, running), nil
}

// answers admits the answers of seats to the mempool: commits, reveals and declines on their way into a block.
type answers struct {
	tasks taskskeeper.Keeper
	lanes *lanes
	// height returns the height of the last block. Between a start of the node and its first block the context of a check does not
	// know it.
	height func() int64
}

var _ proposal.Urgent = answers{}

// withAnswers keeps answers that no task awaits out of the mempool: the task does not exist, the sender does not have the seat, the
// phase or attempt is another one, or the answer was already given. They are refused when they arrive, and removed when they are no
// longer due. An answer that is due is free of the node's least fee if its transaction holds nothing else and asks for no more gas
// than it needs: a seat can send each answer once. None of this is part of a block's validity.
func (a answers) withAnswers(next sdk.AnteHandler) sdk.AnteHandler {
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		if simulate || !ctx.IsCheckTx() {
			return next(ctx, tx, simulate)
		}
		if last := a.height(); ctx.BlockHeight() < last {
			// Between a start of the node and its first block the SDK knows neither height nor time. It takes every account's
			// number to be 0, so that signatures fail, and every timeout to be too far ahead. Only the mempool is affected.
			ctx = ctx.WithBlockHeight(last).WithBlockTime(time.Now())
		}
		// Cheap checks come first, then the signatures, then the checks that read state.
		steps, _ := taskstypes.StepsOf(tx.GetMsgs())
		if len(steps) > taskstypes.MaxAnswers {
			return ctx, taskstypes.ErrTooMany.Wrapf("got %d, expected at most %d", len(steps), taskstypes.MaxAnswers)
		}
		if err := taskstypes.CheckEvidenceSize(tx.GetMsgs()); err != nil {
			return ctx, err
		}
		if len(steps) > 0 && readSteps(tx) != nil {
			ctx = ctx.WithMinGasPrices(nil)
		}
		after, err := next(ctx, tx, simulate)
		if err != nil {
			return after, err
		}
		if left, need := after.GasMeter().GasRemaining(), taskstypes.GasOfHandlers(tx.GetMsgs()); left < need {
			return after, errorsmod.Wrapf(sdkerrors.ErrOutOfGas, "gas: %d are left for %d answers, expected %d; ask for %d", left, len(steps),
				need, taskstypes.GasOfAnswers(tx.GetMsgs()...))
		}
		// The block that can hold it is the next one.
		return after, a.checkDue(after, tx, a.height()+1)
	}
}

// readSteps returns the steps of a transaction that a seat sends; nil for any other transaction.
func readSteps(tx sdk.Tx) []taskstypes.Step {
	fee, ok := tx.(sdk.FeeTx)
	if !ok {
		return nil
	}
	steps, is := taskstypes.AssignedAnswers(tx.GetMsgs(), fee.GetGas())
	if !is {
		return nil
	}
	return steps
}

// checkDue returns an error that says why a block of this height would refuse an answer of a transaction. It returns nil if the
// block takes all answers, or if there are none.
func (a answers) checkDue(ctx sdk.Context, tx sdk.Tx, height int64) error {
	ctx = ctx.WithGasMeter(storetypes.NewInfiniteGasMeter()).WithEventManager(sdk.NewEventManager())
	given := map[taskstypes.Step]bool{}
	for _, m := range tx.GetMsgs() {
		step, is := taskstypes.StepOf(m)
		if !is {
			continue
		}
		if given[step] {
			return taskstypes.ErrAlready.Wrapf("%s is in the transaction twice", step)
		}
		given[step] = true
		if err := a.tasks.AnswerDue(ctx, m, height); err != nil {
			return err
		}
	}
	return nil
}

// Claims implements proposal.Urgent.
func (a answers) Claims(tx sdk.Tx) (claims []proposal.Claim) {
	for _, step := range readSteps(tx) {
		claims = append(claims, proposal.Claim{Of: step, First: step.Reveal})
	}
	return claims
}

// Due implements proposal.Urgent.
func (a answers) Due(ctx sdk.Context, tx sdk.Tx) bool {
	return a.checkDue(ctx, tx, ctx.BlockHeight()) == nil
}

// Waiting implements proposal.Urgent.
func (a answers) Waiting() [][]byte { return a.lanes.listAnswers() }
