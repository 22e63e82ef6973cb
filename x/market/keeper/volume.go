package keeper

import (
	"errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/x/market/types"
)

// releaseDueVolume gives orders back what is due, the oldest first, until its part of the block's looks is spent.
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

// ReleaseVolume gives an order back the tasks of a deal that nobody was paid for. A filled order stands again, at its old place if it rested,
// unless it has expired or was cancelled meanwhile. Requests that lacked it are matched again.
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
		err = k.addToBook(ctx, raw, &r) // it is there already: starts the rematches of its topics
	}
	if err != nil {
		return err
	}
	if err := k.setOrder(ctx, raw, r, was); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventOrderReleased{Id: id, Tasks: tasks, Filled: r.Filled, Deal: deal, Status: r.Status})
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
