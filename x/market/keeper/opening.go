package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/market/types"
)

// blockParts is into how many parts a block's budget is cut, of openings as of rematches: a deal opens one part and goes to
// the end of the queue, so that a small bag does not wait for the end of a large one.
const blockParts = 4

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

// dequeueOpening takes a deal off it, wherever it stands.
func (k Keeper) dequeueOpening(ctx context.Context, deal []byte) error {
	position, err := k.Positions.Get(ctx, deal)
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	if err := k.Positions.Remove(ctx, deal); err != nil {
		return err
	}
	return k.Opening.Remove(ctx, position)
}

// openDueTasks opens tasks of deals, one after the other, until the block's budget is spent.
func (k Keeper) openDueTasks(ctx sdk.Context, params types.Params) error {
	if *k.hooks == nil {
		return nil // a chain without tasks keeps its deals waiting
	}
	part := max(1, uint64(params.OpensPerBlock)/blockParts)
	var failed [][]byte
	for budget := uint64(params.OpensPerBlock); budget > 0; {
		position, deal, found, err := k.nextOpening(ctx)
		if err != nil {
			return err
		} else if !found {
			break
		}
		n, err := k.openTasksOf(ctx, deal, min(part, budget))
		if err != nil {
			items.Report(ctx, "opening of deal", idText(deal), err)
			if err := k.Opening.Remove(ctx, position); err != nil {
				return err
			}
			failed = append(failed, deal)
		}
		budget -= min(budget, max(1, n))
	}
	// Deals that broke the chain's code go to the end of the queue, for those behind them had theirs: each is tried
	// once in a block, until it is open or its refund succeeds, and never forgotten with its escrow.
	for _, deal := range failed {
		if err := k.enqueueOpening(ctx, deal); err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) nextOpening(ctx context.Context) (position uint64, deal []byte, found bool, err error) {
	it, err := k.Opening.Iterate(ctx, nil)
	if err != nil {
		return 0, nil, false, err
	}
	defer it.Close()
	if !it.Valid() {
		return 0, nil, false, nil
	}
	if position, err = it.Key(); err != nil {
		return 0, nil, false, err
	}
	deal, err = it.Value()
	return position, deal, err == nil, err
}

// openTasksOf opens up to budget tasks of a deal and returns how many. The cursor and its place in the queue move first; then each
// task is opened alone, and one that can not be opened is refunded. When the deal itself can not be moved, nothing changes.
func (k Keeper) openTasksOf(ctx sdk.Context, deal []byte, budget uint64) (uint64, error) {
	var d types.Deal
	var from uint64
	err := isolate.Run(ctx, func(ctx sdk.Context) (err error) {
		if d, err = k.dealByKey(ctx, deal); err != nil {
			return err
		}
		from = d.Opened
		if d.Cancelled {
			return k.closeDeal(ctx, deal)
		}
		d.Opened += min(budget, d.Unopened())
		if err := k.Progress.Set(ctx, deal, d.Progress()); err != nil {
			return err
		}
		if err := k.dequeueOpening(ctx, deal); err != nil || d.Unopened() == 0 {
			return err
		}
		return k.enqueueOpening(ctx, deal)
	})
	if err != nil {
		return 0, err
	}
	for opened := from; opened < d.Opened; opened++ {
		index := d.First + opened
		err := isolate.Run(ctx, func(ctx sdk.Context) error { return (*k.hooks).OpenTask(ctx, d, index) })
		if err == nil {
			continue
		}
		task := types.FormatID(poco.TaskID([types.IDSize]byte(deal), index))
		items.Report(ctx, "opening of task", task, err)
		_ = items.Do(ctx, "refund of task", task, func(ctx sdk.Context) error {
			each, err := d.Terms.Escrow()
			if err != nil {
				return err
			}
			return k.Settle(ctx, types.TaskSettlement{Deal: d.Id, Task: task, Index: index, Refund: each})
		})
	}
	return d.Opened - from, nil
}
