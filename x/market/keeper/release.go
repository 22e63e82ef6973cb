package keeper

import (
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/market/types"
)

// Tasks for which nobody was paid give back the volume that they took of the deal's orders: else anybody could use up the
// orders of others for nothing, by requests that it takes back. They are counted in the deal, and given back together when
// the deal is cancelled and when it ends, so that the cost is the deal's and not its tasks'. A dataset that one task
// alone reads has its volume back at once.

// release gives back the volume of the deal's tasks that were not used, once. Money does not depend on it: when it fails,
// the deal says what is still due.
func (k Keeper) release(ctx sdk.Context, deal []byte, d types.Deal) {
	if d.Unused == d.Released {
		return
	}
	p := d.Progress()
	p.Released = p.Unused
	k.giveVolume(ctx, d.Id, d.Releases(), func(ctx sdk.Context) error { return k.Progress.Set(ctx, deal, p) })
}

// releaseTask gives back the volume of the datasets that one unused task alone would have read.
func (k Keeper) releaseTask(ctx sdk.Context, deal []byte, d types.Deal, task string) {
	if d.DatasetsPerTask == 0 {
		return
	}
	for index := d.First; index < d.First+d.Size_; index++ { // at most one for each dataset
		if types.FormatID(poco.TaskID([types.IDSize]byte(deal), index)) == task {
			k.giveVolume(ctx, d.Id, d.TaskReleases(index, 1), nil)
			return
		}
	}
}

// giveVolume gives orders volume back, and notes it: all of it or nothing.
func (k Keeper) giveVolume(ctx sdk.Context, deal string, fills []types.Fill, note func(sdk.Context) error) {
	err := isolate.RunItem(ctx, func(ctx sdk.Context) error {
		for _, f := range fills {
			if err := k.unfill(ctx, f.Order, f.Tasks, deal); err != nil {
				return err
			}
		}
		if note == nil {
			return nil
		}
		return note(ctx)
	})
	if err != nil {
		isolate.Log(ctx.Logger(), "release of volume of deal", deal, err)
	}
}

// unfill takes tasks back that an order met. One that was filled stands again, at its old place if it rested, unless it
// has expired or was cancelled meanwhile. Requests that lacked it are woken.
func (k Keeper) unfill(ctx sdk.Context, id string, tasks uint64, deal string) error {
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
		err = k.reopen(ctx, raw, &r)
	case was == types.ORDER_STATUS_RESTING && r.Rank != "":
		err = k.rest(ctx, raw, &r) // it is there already: wakes its topics
	}
	if err != nil {
		return err
	}
	if err := k.setOrder(ctx, raw, r, was); err != nil {
		return err
	}
	return emit(ctx, &types.EventOrderReleased{Id: id, Tasks: tasks, Filled: r.Filled, Deal: deal, Status: r.Status})
}

// reopen lets a filled order stand again that has volume back. It is good without the book when it had no place there,
// or when its owner has no room for it any more; then it may be placed again.
func (k Keeper) reopen(ctx sdk.Context, id []byte, r *types.OrderRecord) error {
	if r.Order.Expired(ctx.BlockHeight()) || k.aboveFloor(ctx, r.Kind, r.Order.Owner, r.Order.Nonce) != nil {
		return nil
	}
	r.Status = types.ORDER_STATUS_SIGNED
	if r.Rank != "" {
		room := isolate.RunItem(ctx, func(ctx sdk.Context) error { return k.countOrder(ctx, *r, true) })
		switch {
		case errors.Is(room, types.ErrBookFull):
			r.Topic, r.Rank = "", ""
		case room != nil:
			return room
		default:
			r.Status = types.ORDER_STATUS_RESTING
			if err := k.rest(ctx, id, r); err != nil {
				return err
			}
		}
	}
	if r.Order.Expiry == 0 {
		return nil
	}
	return k.Ends.Set(ctx, collections.Join(r.Order.Expiry, id))
}
