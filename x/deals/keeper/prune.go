package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/pruning"
	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/internal/retention"
	"github.com/credence-chain/credence/x/deals/types"
)

// Pruning. A deal is replaced by a compact record once two things hold: it ended at least prune_blocks (of x/tasks) ago, and all of its
// tasks have been pruned, because a task needs its deal until then. The deal counts the pruned tasks (Gone), so that no code has to look
// at all of them.

// partiesPerPrune is the number of entries in the index for which a deal counts as one more item within the block's bound of pruning.
const partiesPerPrune = 8

// Pruning returns when ended records are pruned: tasks, deals, and the market's orders and requests. x/tasks decides it. A chain without
// x/tasks prunes nothing.
func (k Keeper) Pruning(ctx context.Context) (retention.Policy, error) {
	if k.hooks.tasks == nil {
		return retention.Policy{}, nil
	}
	return k.hooks.tasks.Pruning(ctx)
}

// TaskPruned counts a pruned task in its deal. Block hooks alone may call it, once for each task.
func (k Keeper) TaskPruned(ctx context.Context, deal string) error {
	raw, _, err := k.dealByID(ctx, deal)
	if err != nil {
		return err
	}
	return k.countGone(ctx, raw)
}

// countGone counts a task that was pruned, or that does not exist because it could not be opened.
func (k Keeper) countGone(ctx context.Context, deal []byte) error {
	d, err := k.dealByKey(ctx, deal)
	if err != nil {
		return err
	}
	if d.Gone >= d.Opened {
		return types.ErrSettlement.Wrapf("deal %s: all of its %d opened tasks are gone already", d.Id, d.Opened)
	}
	d.Gone++
	if err := k.Progress.Set(ctx, deal, d.Progress()); err != nil {
		return err
	}
	return k.queuePruning(ctx, deal, d)
}

// queuePruning queues a deal for pruning, under the height at which it ended, if it can be pruned.
func (k Keeper) queuePruning(ctx context.Context, deal []byte, d types.Deal) error {
	if !d.Prunable() {
		return nil
	}
	return k.Prunes.Set(ctx, collections.Join(d.Done, deal))
}

// pruneDeals prunes what is due.
func (k Keeper) pruneDeals(ctx sdk.Context) error {
	policy, err := k.Pruning(ctx)
	if err != nil {
		return err
	}
	return pruning.Queue[[]byte]{Keys: k.Prunes, Items: items, What: "deal", Text: ids.FormatRaw, Prune: k.pruneDeal}.Run(ctx, policy)
}

// pruneDeal replaces a deal by its compact record, removes it from the index, and tells the market.
func (k Keeper) pruneDeal(ctx sdk.Context, id []byte) (out pruning.Outcome, err error) {
	d, err := k.dealByKey(ctx, id)
	if err != nil {
		return out, err
	}
	if out.Later, err = k.mayRelease(ctx, d); err != nil || out.Later {
		return out, err
	}
	parties, err := k.unindexDeal(ctx, id, d)
	if err != nil {
		return out, err
	}
	out.Cost = parties / partiesPerPrune
	if err := k.Deals.Remove(ctx, id); err != nil {
		return out, err
	}
	if err := k.Progress.Remove(ctx, id); err != nil {
		return out, err
	}
	record := d.Prune()
	record.Id, record.Pruned = "", ctx.BlockHeight() // the key has the id
	if err := k.Pruned.Set(ctx, id, record); err != nil {
		return out, err
	}
	if err := k.hooks.market.DealPruned(ctx, d); err != nil {
		return out, err
	}
	return out, emitEvent(ctx, &types.EventDealPruned{Deal: d.Id, Request: d.Request})
}

// mayRelease says whether a deal that has ended may still have volume to give back. All of it was queued when the deal ended or earlier, and
// the queue is read from its front.
func (k Keeper) mayRelease(ctx context.Context, d types.Deal) (bool, error) {
	first, found, err := records.First(ctx, k.Releases, nil)
	return found && first.Key.K1() <= d.Done, err
}

// findPruned returns the compact record of a deal that was pruned.
func (k Keeper) findPruned(ctx context.Context, id []byte) (record types.PrunedDeal, found bool, err error) {
	record, found, err = records.Find(ctx, k.Pruned, id)
	record.Id = ids.FormatRaw(id)
	return record, found, err
}

// FindDeal returns a deal with the arguments and inputs of its request, or what its compact record says when it was pruned. ErrNotFound,
// ErrID.
func (k Keeper) FindDeal(ctx context.Context, id string) (types.Deal, error) {
	raw, err := ids.Parse(id)
	if err != nil {
		return types.Deal{}, types.ErrID.Wrap(err.Error())
	}
	record, found, err := k.findPruned(ctx, raw[:])
	if err != nil {
		return types.Deal{}, err
	}
	if found {
		return record.Deal(), nil
	}
	return k.WholeDeal(ctx, id)
}

// WalkPruned visits the compact records, in the order of their ids.
func (k Keeper) WalkPruned(ctx context.Context, visit func(types.PrunedDeal) error) error {
	return k.Pruned.Walk(ctx, nil, func(id []byte, p types.PrunedDeal) (bool, error) {
		p.Id = ids.FormatRaw(id)
		return false, visit(p)
	})
}

// notFound returns the error for a deal without a whole record. It says when the deal was pruned, if it was.
func (k Keeper) notFound(ctx context.Context, id []byte) error {
	record, found, err := k.findPruned(ctx, id)
	if err != nil {
		return err
	}
	if found {
		return types.ErrNotFound.Wrapf("deal %s: it ended at height %d and was pruned at height %d; a node that keeps the state of the height before has the rest", record.Id, record.Done(), record.Pruned)
	}
	return types.ErrNotFound.Wrapf("deal %s", record.Id)
}
