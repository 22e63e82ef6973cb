package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/duequeue"
	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/market/types"
)

// expireDue ends the orders and requests whose expiry has come, at most ends_per_block. Those that hold coins or a place on the book
// come first. Those that are only known come last, because anybody can make as many of these as it likes. Matching compares the
// expiry with the height itself, so that it meets none of those that are carried over.
func (m *matching) expireDue() error {
	left := int(m.params.EndsPerBlock)
	for _, queue := range []collections.KeySet[queueKey]{m.Expiries, m.SignedExpiries} {
		n, err := duequeue.TakeDue(m.ctx, queue, left, func(id []byte) {
			_ = items.Do(m.ctx, "expiry of", idText(id), func(ctx sdk.Context) error { return m.expireItem(ctx, id) })
		})
		if err != nil {
			return err
		}
		left -= n
	}
	return nil
}

// expiryQueue names the queue in which an order or a request waits for its expiry.
type expiryQueue uint8

const (
	noExpiry     expiryQueue = iota // in none: it has ended
	heldExpiry                      // Expiries: it holds coins or a place on the book
	signedExpiry                    // SignedExpiries: it is only known
)

func expiryOfOrder(s types.OrderStatus) expiryQueue {
	switch s {
	case types.ORDER_STATUS_RESTING:
		return heldExpiry
	case types.ORDER_STATUS_SIGNED:
		return signedExpiry
	}
	return noExpiry
}

func expiryOfRequest(s types.RequestStatus) expiryQueue {
	switch s {
	case types.REQUEST_STATUS_QUEUED, types.REQUEST_STATUS_RESTING, types.REQUEST_STATUS_WAITING:
		return heldExpiry
	case types.REQUEST_STATUS_SIGNED:
		return signedExpiry
	}
	return noExpiry
}

// moveExpiry moves an item between the expiry queues when its status changes, so that it is in one queue at most.
func (k Keeper) moveExpiry(ctx context.Context, id []byte, expiry int64, from, to expiryQueue) error {
	if expiry == 0 || from == to {
		return nil
	}
	queues := [...]collections.KeySet[queueKey]{heldExpiry: k.Expiries, signedExpiry: k.SignedExpiries}
	key := collections.Join(expiry, id)
	if from != noExpiry {
		if err := queues[from].Remove(ctx, key); err != nil {
			return err
		}
	}
	if to == noExpiry {
		return nil
	}
	return queues[to].Set(ctx, key)
}

// expireItem ends an order or a request, unless it has ended before.
func (k Keeper) expireItem(ctx sdk.Context, id []byte) error {
	o, found, err := records.Find(ctx, k.Orders, id)
	if err != nil {
		return err
	}
	if !found {
		return k.expireRequest(ctx, id)
	}
	if expiryOfOrder(o.Status) == noExpiry {
		return nil
	}
	return k.closeOrder(ctx, id, o, types.ORDER_STATUS_EXPIRED)
}

func (k Keeper) expireRequest(ctx sdk.Context, id []byte) error {
	r, found, err := k.findRequest(ctx, id)
	if err != nil || !found || !r.Waits() {
		return err
	}
	return k.refundRequest(ctx, id, types.ErrExpired.Wrapf("request %s: it expired at height %d", r.Id, r.Expiry))
}
