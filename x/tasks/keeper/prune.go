package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/duequeue"
	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/tasks/types"
)

// Pruning. A task that has been final for prune_blocks is replaced by a compact record. Nothing of the protocol reads the record of a
// final task, but for one whose charge waits for its turn in the ledgers: it is looked at again a window later. The queue has each final
// task once, under the height at which it became final, so that a change of prune_blocks holds for all of them.

// pruneTasks prunes what is due, the oldest first and at most prunes_per_block. What fails is left as it is, reported, and tried again
// a window later.
func (k Keeper) pruneTasks(ctx context.Context) error {
	params, err := k.Params.Get(ctx)
	if err != nil || params.PruneBlocks == 0 {
		return err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	due := sdkCtx.WithBlockHeight(sdkCtx.BlockHeight() - params.PruneBlocks)
	keys, err := duequeue.Due(due, k.Prunes, int(params.PrunesPerBlock))
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := k.Prunes.Remove(ctx, key); err != nil {
			return err
		}
		if err := items.Do(sdkCtx, "pruning of task", key.K2(), func(ctx sdk.Context) error { return k.pruneTask(ctx, key.K2(), params) }); err != nil {
			if err := k.postponePruning(ctx, key.K2(), params); err != nil {
				return err
			}
		}
	}
	return nil
}

// postponePruning has a task looked at again a window later.
func (k Keeper) postponePruning(ctx context.Context, id string, params types.Params) error {
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	return k.Prunes.Set(ctx, collections.Join(height-params.PruneBlocks+params.WindowBlocks, id))
}

// queuePruning notes that a task is final.
func (k Keeper) queuePruning(ctx context.Context, t types.Task) error {
	return k.Prunes.Set(ctx, collections.Join(t.FinalHeight(), t.Id))
}

// pruneTask replaces a task by its compact record, and takes it off every list.
func (k Keeper) pruneTask(ctx sdk.Context, id string, params types.Params) error {
	if unsettled, err := k.Turns.Has(ctx, id); err != nil {
		return err
	} else if unsettled {
		return k.postponePruning(ctx, id, params)
	}
	t, err := k.Tasks.Get(ctx, id)
	if err != nil {
		return err
	}
	if t.Queued != 0 { // it could not be processed, and is tried again
		return k.postponePruning(ctx, id, params)
	}
	if err := k.dropTask(ctx, t); err != nil {
		return err
	}
	record := t.Prune()
	record.Id, record.Pruned = "", ctx.BlockHeight() // the key has the id
	if err := k.Pruned.Set(ctx, id, record); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventPruned{Task: id, Deal: t.Deal})
}

// dropTask removes the record of a final task and its entries in lists, but for that of its deal. It has none in the queue, in the court's
// line, in the ledgers and among the assignments.
func (k Keeper) dropTask(ctx context.Context, t types.Task) error {
	if err := k.Tasks.Remove(ctx, t.Id); err != nil {
		return err
	}
	if err := k.States.Remove(ctx, stateKey(t)); err != nil {
		return err
	}
	if err := k.Onchain.Clear(ctx, collections.NewPrefixedPairRange[string, []byte](t.Id)); err != nil {
		return err
	}
	for _, seats := range [][]types.Seat{t.Seats, t.Court} {
		for _, s := range seats {
			if err := k.History.Remove(ctx, historyKey(t, s.Who)); err != nil {
				return err
			}
		}
	}
	return nil
}

// GetPruned returns the compact record of a task that was pruned; found is false for any other.
func (k Keeper) GetPruned(ctx context.Context, id string) (record types.PrunedTask, found bool, err error) {
	record, found, err = records.Find(ctx, k.Pruned, id)
	if found {
		record.Id = id
	}
	return record, found, err
}

// FindTask returns a task; of one that was pruned, what is left.
func (k Keeper) FindTask(ctx context.Context, id string) (types.Task, error) {
	record, found, err := k.GetPruned(ctx, id)
	if err != nil || !found {
		if err == nil {
			return k.Tasks.Get(ctx, id)
		}
		return types.Task{}, err
	}
	t := record.Task()
	for i, s := range t.Seats { // as far as they are registered still
		if w, err := k.workers.GetWorker(ctx, s.Who); err == nil {
			t.Seats[i].Organisation, t.Settlement.Seats[i].Organisation = w.Organisation, w.Organisation
		}
	}
	return t, nil
}

// notFound is why there is no record of a task.
func (k Keeper) notFound(ctx context.Context, id string) error {
	record, found, err := k.GetPruned(ctx, id)
	if err != nil {
		return err
	}
	if found {
		return errorsmod.Wrapf(types.ErrNotFound, "task %s: it ended as %s at height %d and was pruned at height %d; a node that keeps the state of the height before has the rest", id, record.Ending, record.Done(), record.Pruned)
	}
	return errorsmod.Wrapf(types.ErrNotFound, "task %s", id)
}
