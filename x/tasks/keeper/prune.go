package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/pruning"
	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/internal/retention"
	"github.com/credence-chain/credence/x/tasks/types"
)

// Pruning. A task that has been final for prune_blocks is replaced by a compact record, because the protocol no longer reads final
// tasks. A task whose charge is not decided yet is an exception: it stays, and is tried again a window later. The queue has each
// final task once, by the height at which it became final, so that a change of prune_blocks applies to all of them.

// Pruning implements the hook of x/deals: this module's parameters say when ended records are pruned, here and in the modules below.
func (k Keeper) Pruning(ctx context.Context) (retention.Policy, error) {
	params, err := k.Params.Get(ctx)
	return retention.Policy{Blocks: params.PruneBlocks, PerBlock: params.PrunesPerBlock, RetryBlocks: params.WindowBlocks}, err
}

// pruneTasks prunes the tasks that are due.
func (k Keeper) pruneTasks(ctx context.Context) error {
	policy, err := k.Pruning(ctx)
	if err != nil {
		return err
	}
	queue := pruning.Queue[string]{Keys: k.Prunes, Items: items, What: "task", Text: func(id string) string { return id }, Prune: k.pruneTask}
	return queue.Run(sdk.UnwrapSDKContext(ctx), policy)
}

// queuePruning puts a task that has become final into the queue of pruning.
func (k Keeper) queuePruning(ctx context.Context, t types.Task) error {
	return k.Prunes.Set(ctx, collections.Join(t.FinalHeight(), t.Id))
}

// pruneTask replaces a task by its compact record, removes it from every list, and tells its deal.
func (k Keeper) pruneTask(ctx sdk.Context, id string) (out pruning.Outcome, err error) {
	if out.Later, err = k.Turns.Has(ctx, id); err != nil || out.Later {
		return out, err // its charge is not decided
	}
	t, err := k.Tasks.Get(ctx, id)
	if err != nil {
		return out, err
	}
	if out.Later = t.Queued != 0; out.Later {
		return out, nil // it could not be processed, and is tried again
	}
	if err := k.dropTask(ctx, t); err != nil {
		return out, err
	}
	record := t.Prune()
	record.Id, record.Pruned = "", ctx.BlockHeight() // the key has the id
	if err := k.Pruned.Set(ctx, id, record); err != nil {
		return out, err
	}
	if err := k.deals.TaskPruned(ctx, t.Deal); err != nil {
		return out, err
	}
	return out, emitEvent(ctx, &types.EventPruned{Task: id, Deal: t.Deal})
}

// dropTask removes the record of a final task and its entries in lists. A final task has no entry in the queue, in the court's
// line, in the ledgers or among the assignments.
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

// FindTask returns a task, or what is left of a pruned one. It returns collections.ErrNotFound if there is neither.
func (k Keeper) FindTask(ctx context.Context, id string) (types.Task, error) {
	record, found, err := k.GetPruned(ctx, id)
	if err != nil || !found {
		if err == nil {
			return k.Tasks.Get(ctx, id)
		}
		return types.Task{}, err
	}
	t := record.Task()
	for i, s := range t.Seats { // organisations of workers that are still registered
		if w, err := k.workers.GetWorker(ctx, s.Who); err == nil {
			t.Seats[i].Organisation, t.Settlement.Seats[i].Organisation = w.Organisation, w.Organisation
		}
	}
	return t, nil
}

// explainMissing returns ErrNotFound for a task, and says whether it was pruned.
func (k Keeper) explainMissing(ctx context.Context, id string) error {
	record, found, err := k.GetPruned(ctx, id)
	if err != nil {
		return err
	}
	if found {
		return errorsmod.Wrapf(types.ErrNotFound, "task %s: it ended as %s at height %d and was pruned at height %d; a node that keeps the state of the height before has the rest", id, record.Ending, record.Done(), record.Pruned)
	}
	return errorsmod.Wrapf(types.ErrNotFound, "task %s", id)
}
