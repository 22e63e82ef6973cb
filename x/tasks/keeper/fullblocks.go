package keeper

import (
	"context"
	"crypto/sha256"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/blockshare"
	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// Blocks that answers have filled do not count for windows (poco/prolong.go). Each answer of a transaction leaves an entry with
// its part of the gas limit, and each such transaction an entry with its bytes. EndBlock adds them up. The entries are separate,
// so that messages share no counter. Refused answers leave no entry, so that nobody can fill a block with them. A task stores how
// many blocks were full when its phase began.

// noteAnswered records an answer of a transaction. EndBlock counts it.
func (k Keeper) noteAnswered(ctx sdk.Context, msg sdk.Msg) error {
	if !purse.InTransaction(ctx) {
		return nil
	}
	tx := sha256.Sum256(ctx.TxBytes())
	if err := k.AnswerTxs.Set(ctx, tx[:], uint64(len(ctx.TxBytes()))); err != nil {
		return err
	}
	step, _ := types.StepOf(msg)
	return k.Answered.Set(ctx, collections.Join(step.Task, step.Who), types.GasOfAnswers(msg)-types.AnswersBaseGas)
}

// countAnswers adds up the block's answers and removes their entries. If they have filled their share of the block, in gas or in
// bytes, it counts the block as full.
func (k Keeper) countAnswers(ctx context.Context) error {
	var gas, size uint64
	err := k.Answered.Walk(ctx, nil, func(_ collections.Pair[string, string], limit uint64) (bool, error) {
		gas += limit
		return false, nil
	})
	if err != nil {
		return err
	}
	err = k.AnswerTxs.Walk(ctx, nil, func(_ []byte, bytesOfTx uint64) (bool, error) {
		gas += types.AnswersBaseGas
		size += bytesOfTx
		return false, nil
	})
	if err != nil || gas == 0 {
		return err
	}
	if err := errors.Join(k.Answered.Clear(ctx, nil), k.AnswerTxs.Clear(ctx, nil)); err != nil {
		return err
	}
	block := sdk.UnwrapSDKContext(ctx).ConsensusParams().Block
	if block == nil || !blockshare.IsFull(gas, uint64(max(0, block.MaxGas))) && !blockshare.IsFull(size, uint64(max(0, block.MaxBytes))) {
		return nil
	}
	full, err := k.countFull(ctx)
	if err != nil {
		return err
	}
	return k.FullBlocks.Set(ctx, full+1)
}

// countFull returns how many blocks answers have filled so far.
func (k Keeper) countFull(ctx context.Context) (uint64, error) {
	full, _, err := records.FindItem(ctx, k.FullBlocks)
	return full, err
}

// prolongWindow moves a task's deadline by the number of blocks that were full since its phase began, or since the deadline was
// last moved. It returns whether it moved it.
func (k Keeper) prolongWindow(ctx sdk.Context, it *item) (bool, error) {
	if !it.state.Awaits() {
		return false, nil
	}
	full, err := k.countFull(ctx)
	if err != nil || full <= it.stored.FullBlocks {
		return false, err
	}
	blocks := int64(full - it.stored.FullBlocks)
	it.stored.FullBlocks = full
	return true, k.runEvent(ctx, it, poco.Prolonged{Height: ctx.BlockHeight(), Blocks: blocks})
}
