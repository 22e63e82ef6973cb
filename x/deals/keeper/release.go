package keeper

import (
	"context"
	"math"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/deals/types"
)

// Tasks for which nobody was paid give the volume that they took back to the deal's orders. Otherwise anybody could use up the orders of
// others at no cost, by requests that are cancelled. The deal counts such tasks and gives their volume back at once when it is
// cancelled and when it ends, so that the cost does not grow with the number of tasks. An order of a dataset that one task alone reads
// has its volume back when that task has ended. Both wait in a queue, because many deals may end in one block. The market takes a
// share of the queue in each block.

// ofTheDeal stands in place of the index of the first task, in the key of what a deal as a whole gives back.
const ofTheDeal uint64 = math.MaxUint64

// queueReleases queues the volume that is given back after a task has ended. was is the deal's state before.
func (k Keeper) queueReleases(ctx context.Context, deal []byte, d types.Deal, was types.DealState, s types.TaskSettlement) error {
	if s.Unused() {
		if err := k.queueTaskReleases(ctx, deal, d, s.Index, 1); err != nil {
			return err
		}
	}
	if d.State() != was && d.Unused > d.Released {
		return k.queueDealRelease(ctx, deal)
	}
	return nil
}

// queueDealRelease queues the volume that the deal as a whole gives back.
func (k Keeper) queueDealRelease(ctx context.Context, deal []byte) error {
	return k.Releases.Set(ctx, collections.Join3(sdk.UnwrapSDKContext(ctx).BlockHeight(), deal, ofTheDeal), 0)
}

// queueTaskReleases queues the volume that a range of tasks gives back to the orders of datasets that one task alone reads.
func (k Keeper) queueTaskReleases(ctx context.Context, deal []byte, d types.Deal, first, tasks uint64) error {
	if d.DatasetsPerTask == 0 || tasks == 0 {
		return nil
	}
	return k.Releases.Set(ctx, collections.Join3(sdk.UnwrapSDKContext(ctx).BlockHeight(), deal, first), tasks)
}

// ReleaseNext gives back the volume that is due first, and returns the number of orders that have it. found is false when none is due. No
// coins depend on it: volume that cannot be given back is dropped and reported.
func (k Keeper) ReleaseNext(ctx sdk.Context) (orders int, found bool, err error) {
	due, found, err := records.First(ctx, k.Releases, nil)
	if err != nil || !found {
		return 0, false, err
	}
	if err := k.Releases.Remove(ctx, due.Key); err != nil {
		return 0, false, err
	}
	_ = items.Do(ctx, "release of volume of deal", ids.FormatRaw(due.Key.K2()), func(ctx sdk.Context) (err error) {
		orders, err = k.releaseVolume(ctx, due.Key.K2(), due.Key.K3(), due.Value)
		return err
	})
	return orders, true, nil
}

// releaseVolume gives volume back to the orders of a deal, and returns the number of these orders.
func (k Keeper) releaseVolume(ctx sdk.Context, deal []byte, first, tasks uint64) (orders int, err error) {
	d, err := k.dealByKey(ctx, deal)
	if err != nil {
		return 0, err
	}
	fills := d.TaskReleases(first, tasks)
	if first == ofTheDeal {
		fills = d.Releases()
		d.Released = d.Unused
		if err := k.Progress.Set(ctx, deal, d.Progress()); err != nil {
			return 0, err
		}
	}
	for i, f := range fills {
		if err := k.hooks.market.ReleaseVolume(ctx, f.Order, f.Tasks, d.Id); err != nil {
			return i, err
		}
	}
	return len(fills), nil
}
