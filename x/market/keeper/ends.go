package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/x/market/types"
)

// endDue ends the orders, requests and vouchers whose height has come: first what holds coins or a place on the book, then
// what is only known, of which anybody can make as many as it likes. Matching looks at the height itself, so that what is
// carried over is not met meanwhile.
func (k Keeper) endDue(ctx sdk.Context, params types.Params) error {
	left := int(params.EndsPerBlock)
	for _, queue := range []collections.KeySet[queueKey]{k.Ends, k.SignedEnds} {
		if left == 0 {
			return nil
		}
		keys, err := k.dueIDs(ctx, queue, left)
		if err != nil {
			return err
		}
		left -= len(keys)
		for _, key := range keys {
			if err := queue.Remove(ctx, key); err != nil {
				return err
			}
			id := key.K2()
			if err := isolate.RunItem(ctx, func(ctx sdk.Context) error { return k.end(ctx, id) }); err != nil {
				isolate.Log(ctx.Logger(), "end of", name(id), err)
			}
		}
	}
	return nil
}

// ending says in which queue something that expires waits for its end.
type ending uint8

const (
	endsNever ending = iota // it has ended
	endsFirst               // Ends: it holds coins or a place on the book
	endsAfter               // SignedEnds: it is only known
)

func endingOfOrder(s types.OrderStatus) ending {
	switch s {
	case types.ORDER_STATUS_RESTING:
		return endsFirst
	case types.ORDER_STATUS_SIGNED:
		return endsAfter
	}
	return endsNever
}

func endingOfRequest(s types.RequestStatus) ending {
	switch s {
	case types.REQUEST_STATUS_QUEUED, types.REQUEST_STATUS_RESTING:
		return endsFirst
	case types.REQUEST_STATUS_SIGNED:
		return endsAfter
	}
	return endsNever
}

// moveEnd keeps the one entry of what expires in the queue that is its status's.
func (k Keeper) moveEnd(ctx context.Context, id []byte, expiry int64, from, to ending) error {
	if expiry == 0 || from == to {
		return nil
	}
	queues := [...]collections.KeySet[queueKey]{endsFirst: k.Ends, endsAfter: k.SignedEnds}
	key := collections.Join(expiry, id)
	if from != endsNever {
		if err := queues[from].Remove(ctx, key); err != nil {
			return err
		}
	}
	if to == endsNever {
		return nil
	}
	return queues[to].Set(ctx, key)
}

func (k Keeper) end(ctx sdk.Context, id []byte) error {
	if o, found, err := find(ctx, k.Orders, id); err != nil {
		return err
	} else if found {
		if o.Status != types.ORDER_STATUS_RESTING && o.Status != types.ORDER_STATUS_SIGNED {
			return nil
		}
		return k.closeOrder(ctx, id, o, types.ORDER_STATUS_EXPIRED)
	}
	if r, found, err := k.findRequest(ctx, id); err != nil {
		return err
	} else if found {
		if !r.Waits() {
			return nil
		}
		return k.giveBack(ctx, id, types.ErrExpired.Wrapf("request %s: it expired at height %d", r.Id, r.Expiry))
	}
	return k.endVoucher(ctx, id)
}
