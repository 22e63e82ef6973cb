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

// enqueueOpening puts a new deal at the end of the queue of deals with tasks to open.
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
func (k Keeper) dequeueOpening(ctx context.Context, position uint64, deal []byte) error {
	if err := k.Cancels.Remove(ctx, position); err != nil {
		return err
	}
	if err := k.Positions.Remove(ctx, deal); err != nil {
		return err
	}
	return k.Opening.Remove(ctx, position)
}

// openDue opens tasks of the oldest deals until the block's budget is spent.
func (k Keeper) openDue(ctx sdk.Context, params types.Params) error {
	if *k.hooks == nil {
		return nil // a chain without tasks keeps its deals waiting
	}
	for budget := uint64(params.OpensPerBlock); budget > 0; {
		position, deal, found, err := k.oldest(ctx)
		if err != nil || !found {
			return err
		}
		budget -= min(budget, max(1, k.openSome(ctx, position, deal, budget)))
	}
	return nil
}

func (k Keeper) oldest(ctx context.Context) (position uint64, deal []byte, found bool, err error) {
	it, err := k.Opening.Iterate(ctx, nil)
	if err != nil {
		return 0, nil, false, err
	}
	defer it.Close()
	if !it.Valid() {
		return 0, nil, false, nil
	}
	kv, err := it.KeyValue()
	return kv.Key, kv.Value, err == nil, err
}

// openSome opens up to budget tasks of a deal and returns how many. The cursor moves first, in one write; then each
// task is opened alone, and one that can not be opened is refunded.
func (k Keeper) openSome(ctx sdk.Context, position uint64, deal []byte, budget uint64) uint64 {
	var d types.Deal
	var from uint64
	log := ctx.Logger()
	err := isolate.RunItem(ctx, func(ctx sdk.Context) (err error) {
		if d, err = k.Deals.Get(ctx, deal); err != nil {
			return err
		}
		from = d.Opened
		if d.Cancelled {
			return k.closeDeal(ctx, position, deal)
		}
		d.Opened += min(budget, d.Unopened())
		if err := k.Deals.Set(ctx, deal, d); err != nil || d.Unopened() > 0 {
			return err
		}
		return k.dequeueOpening(ctx, position, deal)
	})
	if err != nil {
		// Off the queue, or it would block those behind it; its escrow stays counted with it.
		isolate.Log(log, "opening of deal", types.FormatID([types.IDSize]byte(deal)), err)
		if err := k.dequeueOpening(ctx, position, deal); err != nil {
			log.Error("market: opening queue", "error", err)
		}
		return 1
	}
	for index := from; index < d.Opened; index++ {
		err := isolate.RunItem(ctx, func(ctx sdk.Context) error { return (*k.hooks).OpenTask(ctx, d, index) })
		if err == nil {
			continue
		}
		task := types.FormatID(poco.TaskID([types.IDSize]byte(deal), index))
		isolate.Log(log, "opening of task", task, err)
		err = isolate.RunItem(ctx, func(ctx sdk.Context) error {
			each, err := d.Terms.Escrow()
			if err != nil {
				return err
			}
			return k.Settle(ctx, d.Id, task, nil, each, false)
		})
		if err != nil {
			isolate.Log(log, "refund of task", task, err)
		}
	}
	return d.Opened - from
}

// closeDue refunds the unopened tasks of cancelled deals.
func (k Keeper) closeDue(ctx sdk.Context, params types.Params) error {
	positions, err := k.cancelled(ctx, int(params.MatchesPerBlock))
	if err != nil {
		return err
	}
	for _, position := range positions {
		if err := k.Cancels.Remove(ctx, position); err != nil {
			return err
		}
		err := isolate.RunItem(ctx, func(ctx sdk.Context) error {
			deal, err := k.Opening.Get(ctx, position)
			if errors.Is(err, collections.ErrNotFound) {
				return nil
			} else if err != nil {
				return err
			}
			return k.closeDeal(ctx, position, deal)
		})
		if err != nil {
			isolate.Log(ctx.Logger(), "cancelling of a deal", "", err)
		}
	}
	return nil
}

func (k Keeper) cancelled(ctx context.Context, limit int) (out []uint64, err error) {
	err = k.Cancels.Walk(ctx, nil, func(position uint64) (bool, error) {
		out = append(out, position)
		return len(out) >= limit, nil
	})
	return out, err
}

// closeDeal ends the unopened tasks of a cancelled deal at once and refunds them.
func (k Keeper) closeDeal(ctx context.Context, position uint64, deal []byte) error {
	d, err := k.Deals.Get(ctx, deal)
	if err != nil {
		return err
	}
	if d.Ended > d.Opened {
		return types.ErrSettlement.Wrapf("deal %s: %d tasks ended of %d opened", d.Id, d.Ended, d.Opened)
	}
	each, err := d.Terms.Escrow()
	if err != nil {
		return err
	}
	back := each * d.Unopened()
	d.Escrow -= back
	d.Refunded += back
	d.Ended += d.Unopened()
	if err := k.refund(ctx, d.Requester, back); err != nil {
		return err
	}
	if err := k.dequeueOpening(ctx, position, deal); err != nil {
		return err
	}
	if err := k.Deals.Set(ctx, deal, d); err != nil {
		return err
	}
	return emit(ctx, &types.EventRequest{Id: d.Request, Requester: d.Requester, What: "cancelled", Deal: d.Id, Refunded: back})
}
