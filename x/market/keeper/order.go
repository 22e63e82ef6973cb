package keeper

import (
	"bytes"
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/market/types"
)

// GetOrder returns an app, dataset or pool order, or ErrNotFound.
func (k Keeper) GetOrder(ctx context.Context, id string) (types.OrderRecord, error) {
	_, r, err := getRecord(ctx, k.Orders, "order", id)
	return r, err
}

// acceptOrder checks a new order of any kind by itself: its fields, its nonce, its owner's right to what it trades.
func (k Keeper) acceptOrder(ctx context.Context, o types.Order) (id [types.IDSize]byte, org string, err error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return id, "", err
	}
	if err := o.Validate(k.addresses, params); err != nil {
		return id, "", err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	if o.Expiry > 0 && o.Expiry <= sdkCtx.BlockHeight() {
		return id, "", types.ErrExpired.Wrapf("expiry: got %d, expected a height after this one, %d", o.Expiry, sdkCtx.BlockHeight())
	}
	kind, err := o.Kind()
	if err != nil {
		return id, "", err
	}
	if err := k.checkFloor(ctx, kind, o.Owner, o.Nonce); err != nil {
		return id, "", err
	}
	org, err = k.authorizeTrade(ctx, o)
	return o.ID(sdkCtx.ChainID()), org, err
}

// recordOrder makes an app, dataset or pool order known with a status, or returns what is known of it: ErrNonce when its id is
// that of another order, or of a cancelled one.
func (k Keeper) recordOrder(ctx context.Context, o types.Order, status types.OrderStatus) (r types.OrderRecord, fresh bool, err error) {
	o = o.Normal()
	id, org, err := k.acceptOrder(ctx, o)
	if err != nil {
		return r, false, err
	}
	r, found, err := records.Find(ctx, k.Orders, id[:])
	if err != nil {
		return r, false, err
	}
	if found {
		if r.Status == types.ORDER_STATUS_CANCELLED {
			return r, false, types.ErrCancelled.Wrapf("order %s", r.Id)
		}
		if !bytes.Equal(r.Order.Encode(), o.Encode()) {
			return r, false, types.ErrNonce.Wrapf("nonce: %d was used for another order, %s", o.Nonce, r.Id)
		}
		return r, false, nil
	}
	kind, err := o.Kind()
	if err != nil {
		return r, false, err
	}
	if o.Pool != nil {
		// An order that its pool's terms do not allow is refused at once; later it becomes stale.
		pool, err := k.workers.GetPool(ctx, o.Pool.Pool)
		if err != nil {
			return r, false, types.ErrUnknownPool.Wrapf("pool: %.40q: %s", o.Pool.Pool, err)
		}
		if err := types.CheckPoolTerms(pool, *o.Pool); err != nil {
			return r, false, err
		}
	}
	r = types.OrderRecord{
		Id: types.FormatID(id), Order: o, Kind: kind, Status: status, Organisation: org,
		Height: sdk.UnwrapSDKContext(ctx).BlockHeight(),
	}
	if err := k.setOrder(ctx, id[:], r, types.ORDER_STATUS_UNSPECIFIED); err != nil {
		return r, false, err
	}
	return r, true, nil
}

// PlaceOrder puts an app, dataset or pool order on the book: it is met from the next block on, where the orders of this
// one are ranked by a seed that nobody knows yet.
func (k Keeper) PlaceOrder(ctx context.Context, o types.Order) (types.OrderRecord, error) {
	if o.Request != nil {
		return types.OrderRecord{}, types.ErrOrder.Wrap("request: expected an app, dataset or pool order; submit a task to request one")
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return types.OrderRecord{}, err
	}
	chargePlace(ctx, params) // a block brings as many on the book as it has turns
	r, fresh, err := k.recordOrder(ctx, o, types.ORDER_STATUS_RESTING)
	if err != nil {
		return r, err
	}
	id, err := types.ParseID(r.Id)
	if err != nil {
		return r, err
	}
	if !fresh {
		if r.Status != types.ORDER_STATUS_SIGNED {
			return r, types.ErrNonce.Wrapf("nonce: %d was used for order %s", o.Nonce, r.Id)
		}
		// Presigned or met before, now on the book as well: it is as old there as any that is placed now.
		if err := k.moveOrder(ctx, id[:], &r, types.ORDER_STATUS_RESTING); err != nil {
			return r, err
		}
	}
	if err := k.countOrder(ctx, r, true); err != nil {
		return r, err
	}
	next := sdk.UnwrapSDKContext(ctx).BlockHeight() + 1
	if err := k.Arrivals.Set(ctx, collections.Join(next, id[:])); err != nil {
		return r, err
	}
	return r, emitEvent(ctx, &types.EventOrderPlaced{Record: r})
}

// PresignOrder makes an order of any kind known and good without a signature. It does not come on the book.
func (k Keeper) PresignOrder(ctx context.Context, o types.Order) (id string, err error) {
	if o.Request != nil {
		r, fresh, err := k.recordRequest(ctx, o)
		if err == nil && !fresh {
			err = types.ErrNonce.Wrapf("nonce: %d was used for request %s", o.Nonce, r.Id)
		}
		return r.Id, err
	}
	r, fresh, err := k.recordOrder(ctx, o, types.ORDER_STATUS_SIGNED)
	if err != nil {
		return "", err
	}
	if !fresh {
		return "", types.ErrNonce.Wrapf("nonce: %d was used for order %s", o.Nonce, r.Id)
	}
	return r.Id, emitEvent(ctx, &types.EventOrderPlaced{Record: r})
}

// CancelOrder takes an order of any kind back by its nonce. One that the chain has not seen can not be used afterwards.
// Deals made stand, but a request's: see CancelRequest. ErrEnded when it is filled or ended.
func (k Keeper) CancelOrder(ctx context.Context, owner string, kind types.OrderKind, nonce uint64) (string, error) {
	if kind < types.ORDER_KIND_APP || kind > types.ORDER_KIND_REQUEST {
		return "", types.ErrOrder.Wrapf("kind: got %s, expected APP, DATASET, POOL or REQUEST", kind)
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	id := types.OrderIDOf(sdkCtx.ChainID(), kind, owner, nonce)
	text := types.FormatID(id)
	if kind == types.ORDER_KIND_REQUEST {
		return text, k.cancelUnseenRequest(ctx, owner, nonce, id[:])
	}
	r, found, err := records.Find(ctx, k.Orders, id[:])
	if err != nil {
		return text, err
	}
	if !found {
		r = types.OrderRecord{
			Id: text, Order: types.Order{Owner: owner, Nonce: nonce}, Kind: kind,
			Status: types.ORDER_STATUS_CANCELLED, Height: sdkCtx.BlockHeight(),
		}
		if err := k.setOrder(ctx, id[:], r, types.ORDER_STATUS_UNSPECIFIED); err != nil {
			return text, err
		}
		return text, emitEvent(ctx, &types.EventOrderClosed{Id: text, Status: r.Status})
	}
	if r.Status != types.ORDER_STATUS_RESTING && r.Status != types.ORDER_STATUS_SIGNED {
		return text, types.ErrEnded.Wrapf("order %s is %s", text, r.Status)
	}
	return text, k.closeOrder(ctx, id[:], r, types.ORDER_STATUS_CANCELLED)
}

// CancelOrders takes back all orders of a kind below a nonce. Those on the book leave it when they are met.
func (k Keeper) CancelOrders(ctx context.Context, owner string, kind types.OrderKind, below uint64) error {
	if kind < types.ORDER_KIND_APP || kind > types.ORDER_KIND_REQUEST {
		return types.ErrOrder.Wrapf("kind: got %s, expected APP, DATASET, POOL or REQUEST", kind)
	}
	addr, err := k.addresses.StringToBytes(owner)
	if err != nil {
		return types.ErrOrder.Wrapf("owner: %q: %s", owner, err)
	}
	key := collections.Join(sdk.AccAddress(addr), uint32(kind))
	floor, _, err := records.Find(ctx, k.Floors, key)
	if err != nil {
		return err
	}
	if below <= floor {
		return types.ErrNonce.Wrapf("below: got %d, expected more than the floor that holds, %d", below, floor)
	}
	if err := k.Floors.Set(ctx, key, below); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventFloor{Floor: types.Floor{Owner: owner, Kind: kind, Below: below}})
}

// checkFloor returns ErrCancelled for a nonce below its owner's floor.
func (k Keeper) checkFloor(ctx context.Context, kind types.OrderKind, owner string, nonce uint64) error {
	addr, err := k.addresses.StringToBytes(owner)
	if err != nil {
		return types.ErrOrder.Wrapf("owner: %q: %s", owner, err)
	}
	floor, _, err := records.Find(ctx, k.Floors, collections.Join(sdk.AccAddress(addr), uint32(kind)))
	if err != nil {
		return err
	}
	if nonce < floor {
		return types.ErrCancelled.Wrapf("nonce: %d: the owner has cancelled all orders of the kind below %d", nonce, floor)
	}
	return nil
}

// checkUsable says why an order that the chain knows can not be met now.
func (k Keeper) checkUsable(ctx context.Context, r types.OrderRecord) error {
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	switch {
	case r.Status == types.ORDER_STATUS_CANCELLED:
		return types.ErrCancelled.Wrapf("order %s", r.Id)
	case r.Status == types.ORDER_STATUS_FILLED || r.Left() == 0:
		return types.ErrVolume.Wrapf("order %s: its volume of %d is used up", r.Id, r.Order.Volume())
	case r.Order.Expiry > 0 && height >= r.Order.Expiry, r.Status == types.ORDER_STATUS_EXPIRED:
		return types.ErrExpired.Wrapf("order %s: it expired at height %d", r.Id, r.Order.Expiry)
	case !r.Live(height):
		return types.ErrStale.Wrapf("order %s is %s", r.Id, r.Status)
	}
	if err := k.checkFloor(ctx, r.Kind, r.Order.Owner, r.Order.Nonce); err != nil {
		return err
	}
	org, err := k.authorizeTrade(ctx, r.Order)
	if err == nil && org != r.Organisation {
		err = types.ErrNotOwner.Wrapf("order %s: its owner acted for %q and acts for %q", r.Id, r.Organisation, org)
	}
	return err
}

// closeOrder ends an order, and takes it off the book.
func (k Keeper) closeOrder(ctx context.Context, id []byte, r types.OrderRecord, status types.OrderStatus) error {
	was := r.Status
	if was == types.ORDER_STATUS_RESTING {
		if err := k.removeFromBook(ctx, r); err != nil {
			return err
		}
	}
	r.Status = status
	if err := k.setOrder(ctx, id, r, was); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventOrderClosed{Id: r.Id, Status: status})
}

// fillOrder counts tasks met by an order, and ends it when its volume is used up.
func (k Keeper) fillOrder(ctx context.Context, id string, tasks uint64, deal string) error {
	raw, r, err := getRecord(ctx, k.Orders, "order", id)
	if err != nil {
		return err
	}
	if tasks > r.Left() {
		return types.ErrVolume.Wrapf("order %s: %d tasks, %d are left", id, tasks, r.Left())
	}
	if r.Filled += tasks; r.Filled < tasks {
		r.Filled = types.Unbounded // without a volume the count is information only
	}
	if err := k.Orders.Set(ctx, raw, r); err != nil {
		return err
	}
	if err := emitEvent(ctx, &types.EventOrderFilled{Id: id, Tasks: tasks, Filled: r.Filled, Deal: deal}); err != nil {
		return err
	}
	if r.Left() > 0 {
		return nil
	}
	return k.closeOrder(ctx, raw, r, types.ORDER_STATUS_FILLED)
}
