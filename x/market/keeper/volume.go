package keeper

import (
	"errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/x/market/types"
)

// releaseDueVolume gives orders back the volume that is due, the oldest first, until its part of the block's looks is spent.
func (m *matching) releaseDueVolume() error {
	for mine := m.looks.partOf(m.params); mine.left > 0; {
		orders, found, err := m.deals.ReleaseNext(m.ctx)
		if err != nil || !found {
			return err
		}
		cost := 1 + orders*releaseLooks
		mine.left -= cost
		m.looks.left -= cost
	}
	return nil
}

// ReleaseVolume gives an order volume back: the tasks of a deal for which nobody was paid. A filled order stands again, unless it has
// expired or was cancelled meanwhile; if it rested before, it returns to its old place on the book. A rematch of the requests that
// lacked it is started.
func (k Keeper) ReleaseVolume(ctx sdk.Context, id string, tasks uint64, deal string) error {
	raw, r, err := getRecord(ctx, k.Orders, "order", id)
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
		err = k.addToBook(ctx, raw, &r) // the order is there already; the call starts the rematches of its topics
	}
	if err != nil {
		return err
	}
	if err := k.setOrder(ctx, raw, r, was); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventOrderReleased{Id: id, Tasks: tasks, Filled: r.Filled, Deal: deal, Status: r.Status})
}

// reopenOrder lets a filled order stand again that has volume back. The order rests if it had a place on the book and its owner has
// room there. Otherwise it is only known, as a signed order is, and its owner may place it again.
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
