package keeper

import (
	"context"
	"errors"
	"math"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/x/market/types"
)

// Tasks for which nobody was paid give back the volume that they took of the deal's orders: else anybody could use up the
// orders of others for nothing, by requests that it takes back. They are counted in the deal, and given back together when
// the deal is cancelled and when it ends, so that the cost is the deal's and not its tasks'. A dataset that one task
// alone reads has its volume back when the task has ended. Either waits in a queue, of which a block takes its share:
// many deals of many orders may end in one block.

// ofTheDeal stands for the first task in the key of what a deal as a whole gives back.
const ofTheDeal uint64 = math.MaxUint64

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

// releaseDueVolume gives back what is due, the oldest first, until its part of the block's looks is spent. Money does not
// depend on it: what cannot be given back is dropped and reported.
func (m *matching) releaseDueVolume() error {
	for mine := m.looks.partOf(m.params); mine.left > 0; {
		key, tasks, found, err := m.firstRelease(m.ctx)
		if err != nil || !found {
			return err
		}
		if err := m.Releases.Remove(m.ctx, key); err != nil {
			return err
		}
		orders := 0
		_ = items.Do(m.ctx, "release of volume of deal", idText(key.K2()), func(ctx sdk.Context) (err error) {
			orders, err = m.releaseVolume(ctx, key.K2(), key.K3(), tasks)
			return err
		})
		cost := 1 + orders*releaseLooks
		mine.left -= cost
		m.looks.left -= cost
	}
	return nil
}

func (k Keeper) firstRelease(ctx context.Context) (key releaseKey, tasks uint64, found bool, err error) {
	it, err := k.Releases.Iterate(ctx, nil)
	if err != nil {
		return key, 0, false, err
	}
	defer it.Close()
	if !it.Valid() {
		return key, 0, false, nil
	}
	if key, err = it.Key(); err != nil {
		return key, 0, false, err
	}
	tasks, err = it.Value()
	return key, tasks, err == nil, err
}

// releaseVolume gives the orders of a deal volume back and returns how many they are.
func (k Keeper) releaseVolume(ctx context.Context, deal []byte, first, tasks uint64) (orders int, err error) {
	d, err := k.dealByKey(ctx, deal)
	if err != nil {
		return 0, err
	}
	fills := d.TaskReleases(first, tasks)
	if first == ofTheDeal {
		fills = d.Releases()
		p := d.Progress()
		p.Released = p.Unused
		if err := k.Progress.Set(ctx, deal, p); err != nil {
			return 0, err
		}
	}
	for i, f := range fills {
		if err := k.unfillOrder(sdk.UnwrapSDKContext(ctx), f.Order, f.Tasks, d.Id); err != nil {
			return i, err
		}
	}
	return len(fills), nil
}

// unfillOrder takes tasks back that an order met. One that was filled stands again, at its old place if it rested, unless it
// has expired or was cancelled meanwhile. Requests that lacked it are matched again.
func (k Keeper) unfillOrder(ctx sdk.Context, id string, tasks uint64, deal string) error {
	raw, r, err := get(ctx, k.Orders, "order", id)
	if err != nil {
		return err
	}
	if tasks > r.Filled {
		return types.ErrVolume.Wrapf("order %s: %d tasks to give back, it has met %d", id, tasks, r.Filled)
	}
	was := r.Status
	r.Filled -= tasks
	r.Released += tasks
	switch {
	case was == types.ORDER_STATUS_FILLED:
		err = k.reopenOrder(ctx, raw, &r)
	case was == types.ORDER_STATUS_RESTING && r.Rank != "":
		err = k.addToBook(ctx, raw, &r) // it is there already: starts the rematches of its topics
	}
	if err != nil {
		return err
	}
	if err := k.setOrder(ctx, raw, r, was); err != nil {
		return err
	}
	return emit(ctx, &types.EventOrderReleased{Id: id, Tasks: tasks, Filled: r.Filled, Deal: deal, Status: r.Status})
}

// reopenOrder lets a filled order stand again that has volume back. It is good without the book when it had no place there,
// or when its owner has no room for it any more; then it may be placed again.
func (k Keeper) reopenOrder(ctx sdk.Context, id []byte, r *types.OrderRecord) error {
	if r.Order.Expired(ctx.BlockHeight()) || k.checkFloor(ctx, r.Kind, r.Order.Owner, r.Order.Nonce) != nil {
		return nil
	}
	r.Status = types.ORDER_STATUS_SIGNED
	if r.Rank != "" {
		room := isolate.Run(ctx, func(ctx sdk.Context) error { return k.countOrder(ctx, *r, true) })
		switch {
		case errors.Is(room, types.ErrBookFull):
			r.Topic, r.Rank = "", ""
		case room != nil:
			return room
		default:
			r.Status = types.ORDER_STATUS_RESTING
			if err := k.addToBook(ctx, id, r); err != nil {
				return err
			}
		}
	}
	return nil
}
