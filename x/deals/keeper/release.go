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

// Tasks for which nobody was paid give back the volume that they took of the deal's orders: else anybody could use up the
// orders of others for nothing, by requests that it takes back. They are counted in the deal, and given back together when
// the deal is cancelled and when it ends, so that the cost is the deal's and not its tasks'. A dataset that one task
// alone reads has its volume back when the task has ended. Either waits in a queue, of which the market takes a share in
// each block: many deals of many orders may end in one.

// ofTheDeal stands for the first task in the key of what a deal as a whole gives back.
const ofTheDeal uint64 = math.MaxUint64

// queueReleases queues what is given back when a task has ended; was is the deal's state before.
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

// queueDealRelease queues what the deal as a whole gives back.
func (k Keeper) queueDealRelease(ctx context.Context, deal []byte) error {
	return k.Releases.Set(ctx, collections.Join3(sdk.UnwrapSDKContext(ctx).BlockHeight(), deal, ofTheDeal), 0)
}

// queueTaskReleases queues what tasks of consecutive indexes give back of datasets that one task alone reads.
func (k Keeper) queueTaskReleases(ctx context.Context, deal []byte, d types.Deal, first, tasks uint64) error {
	if d.DatasetsPerTask == 0 || tasks == 0 {
		return nil
	}
	return k.Releases.Set(ctx, collections.Join3(sdk.UnwrapSDKContext(ctx).BlockHeight(), deal, first), tasks)
}

// ReleaseNext gives the volume back that is due first, and returns to how many orders; found is false when none is due.
// Money does not depend on it: what cannot be given back is dropped and reported.
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

// releaseVolume gives the orders of a deal volume back and returns how many they are.
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
