package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/deals/types"
)

// openingParts is the number of parts into which a block's budget of openings is divided. A deal uses one part and then goes to the end of
// the queue, so that a small bag does not wait until a large one is open.
const openingParts = 4

// enqueueOpening puts a deal at the end of the queue of deals with tasks to open.
func (k Keeper) enqueueOpening(ctx context.Context, deal []byte) error {
	position, err := k.NextPosition.Next(ctx)
	if err != nil {
		return err
	}
	if err := k.Opening.Set(ctx, position, deal); err != nil {
		return err
	}
	return k.Positions.Set(ctx, deal, position)
}

// dequeueOpening removes a deal from the opening queue, wherever it stands, or from the parked deals if it pauses.
func (k Keeper) dequeueOpening(ctx context.Context, deal []byte, d types.Deal) error {
	if d.Resumes != 0 {
		return k.Parked.Remove(ctx, collections.Join(d.Resumes, deal))
	}
	position, found, err := records.Find(ctx, k.Positions, deal)
	if err != nil || !found {
		return err
	}
	if err := k.Positions.Remove(ctx, deal); err != nil {
		return err
	}
	return k.Opening.Remove(ctx, position)
}

// openDueTasks opens tasks of the deals in the opening queue until the block's budget is spent.
func (k Keeper) openDueTasks(ctx sdk.Context, params types.Params) error {
	if k.hooks.tasks == nil {
		return nil // a chain without tasks keeps its deals waiting
	}
	part := max(1, uint64(params.OpensPerBlock)/openingParts)
	var failed [][]byte
	for budget := uint64(params.OpensPerBlock); budget > 0; {
		next, found, err := records.First(ctx, k.Opening, nil)
		if err != nil {
			return err
		} else if !found {
			break
		}
		n, err := k.openTasksOf(ctx, next.Value, min(part, budget))
		if err != nil {
			items.Report(ctx, "opening of deal", ids.FormatRaw(next.Value), err)
			if err := k.Opening.Remove(ctx, next.Key); err != nil {
				return err
			}
			failed = append(failed, next.Value)
		}
		budget -= min(budget, max(1, n))
	}
	// Deals whose opening failed go back to the end of the queue only now, so that each is tried once in a block. They are tried until
	// they are open or refunded, because their escrow must not be forgotten.
	for _, deal := range failed {
		if err := k.enqueueOpening(ctx, deal); err != nil {
			return err
		}
	}
	return nil
}

// openTasksOf opens up to budget tasks of a deal and returns how many. It moves the deal's cursor and its place in the queue first, and then
// opens each task on its own cache of the state. When the deal cannot be moved, nothing changes. A cancelled deal is closed instead.
func (k Keeper) openTasksOf(ctx sdk.Context, deal []byte, budget uint64) (n uint64, err error) {
	var d types.Deal
	err = isolate.Run(ctx, func(ctx sdk.Context) error {
		if d, err = k.dealByKey(ctx, deal); err != nil {
			return err
		}
		if d.Cancelled {
			return k.closeDeal(ctx, deal)
		}
		n = min(budget, d.Unopened())
		if d.Pace > 0 {
			n = min(n, d.Pace)
		}
		return k.moveCursor(ctx, deal, &d, n)
	})
	if err != nil {
		return 0, err
	}
	for opened := d.Opened - n; opened < d.Opened; opened++ {
		k.openTask(ctx, deal, d, d.First+opened)
	}
	return n, nil
}

// moveCursor counts tasks as opened. It moves the deal to the end of the queue, or takes it off when no task is left to open. A deal with a
// pace of its own is parked until the next block, with twice that pace.
func (k Keeper) moveCursor(ctx context.Context, deal []byte, d *types.Deal, tasks uint64) error {
	d.Opened += tasks
	if d.Unopened() > 0 && d.Pace > 0 {
		d.Pace *= 2
		return k.parkDeal(ctx, deal, *d, sdk.UnwrapSDKContext(ctx).BlockHeight()+1)
	}
	if err := k.dequeueOpening(ctx, deal, *d); err != nil {
		return err
	}
	if d.Unopened() == 0 {
		d.Stalls, d.Pace = 0, 0
	}
	if err := k.Progress.Set(ctx, deal, d.Progress()); err != nil || d.Unopened() == 0 {
		return err
	}
	return k.enqueueOpening(ctx, deal)
}

// openTask opens one task, or refunds it when that fails.
func (k Keeper) openTask(ctx sdk.Context, deal []byte, d types.Deal, index uint64) {
	err := isolate.Run(ctx, func(ctx sdk.Context) error { return k.hooks.tasks.OpenTask(ctx, d, index) })
	if err == nil {
		return
	}
	task := ids.Format(poco.TaskID([ids.Size]byte(deal), index))
	items.Report(ctx, "opening of task", task, err)
	_ = items.Do(ctx, "refund of task", task, func(ctx sdk.Context) error {
		each, err := d.Terms.Escrow()
		if err != nil {
			return err
		}
		if err := k.Settle(ctx, types.TaskSettlement{Deal: d.Id, Task: task, Index: index, Refund: each}); err != nil {
			return err
		}
		return k.countGone(ctx, deal)
	})
}
