package keeper

import (
	"bytes"
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/market/types"
)

// GetOrder returns an app, dataset or pool order, ErrEnded for one that was pruned, or ErrNotFound.
func (k Keeper) GetOrder(ctx context.Context, id string) (types.OrderRecord, error) {
	_, r, err := getRecord(ctx, k.Orders, "order", id)
	return r, k.explainAbsence(ctx, id, err)
}

// acceptOrder checks an order of any kind by itself: its fields, its expiry, its nonce, and its owner's right to trade. It returns the
// order's id, and the organisation for which the owner acts.
func (k Keeper) acceptOrder(ctx context.Context, o types.Order) (id [types.IDSize]byte, org string, err error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return id, "", err
	}
	if err := o.Validate(k.addresses, params); err != nil {
		return id, "", err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	if o.Expired(sdkCtx.BlockHeight()) {
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

// recordedOrder is an order that the chain knows.
type recordedOrder struct {
	types.OrderRecord
	id    []byte
	fresh bool // the chain did not know it before
}

// recordOrder stores an app, dataset or pool order with a status, or returns the record of an order that the chain knows already.
// ErrNonce when another order was made under its nonce; ErrCancelled when the nonce was cancelled.
func (k Keeper) recordOrder(ctx context.Context, o types.Order, status types.OrderStatus) (r recordedOrder, err error) {
	o = o.Normal()
	id, org, err := k.acceptOrder(ctx, o)
	if err != nil {
		return r, err
	}
	known, found, err := records.Find(ctx, k.Orders, id[:])
	if err != nil {
		return r, err
	}
	if found {
		cancelled := known.Status == types.ORDER_STATUS_CANCELLED
		return recordedOrder{OrderRecord: known, id: id[:]}, checkSame("order", known.Id, cancelled, known.Order, o)
	}
	if err := k.checkUnpruned(ctx, id[:], types.PrunedOrder.Used); err != nil {
		return r, err
	}
	if err := k.checkOwnTerms(ctx, o); err != nil {
		return r, err
	}
	kind, err := o.Kind()
	if err != nil {
		return r, err
	}
	r = recordedOrder{id: id[:], fresh: true, OrderRecord: types.OrderRecord{
		Id: types.FormatID(id), Order: o, Kind: kind, Status: status, Organisation: org,
		Height: sdk.UnwrapSDKContext(ctx).BlockHeight(),
	}}
	return r, k.setOrder(ctx, id[:], r.OrderRecord, types.ORDER_STATUS_UNSPECIFIED)
}

// checkSame checks that a given order is the one that the chain knows under its nonce, and that this one was not cancelled. what,
// "order" or "request", and id are for the text of errors.
func checkSame(what, id string, cancelled bool, known, given types.Order) error {
	if cancelled {
		return types.ErrCancelled.Wrapf("%s %s", what, id)
	}
	if !bytes.Equal(known.Encode(), given.Encode()) {
		return types.ErrNonce.Wrapf("nonce: %d was used for another %s, %s", given.Nonce, what, id)
	}
	return nil
}

// checkOwnTerms refuses a pool order that its pool's terms do not allow. When the terms change later, the order becomes stale instead.
func (k Keeper) checkOwnTerms(ctx context.Context, o types.Order) error {
	if o.Pool == nil {
		return nil
	}
	pool, err := k.workers.GetPool(ctx, o.Pool.Pool)
	if err != nil {
		return missingPool(o.Pool.Pool, err)
	}
	return types.CheckPoolTerms(pool, *o.Pool)
}

// PlaceOrder puts an app, dataset or pool order on the book. The order comes there in the next block, which ranks the orders of this
// block by a seed that nobody knows yet.
func (k Keeper) PlaceOrder(ctx context.Context, o types.Order) (types.OrderRecord, error) {
	if o.Request != nil {
		return types.OrderRecord{}, types.ErrOrder.Wrap("request: expected an app, dataset or pool order; submit a task to request one")
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return types.OrderRecord{}, err
	}
	chargePlace(ctx, params) // a block admits no more orders than it has places
	r, err := k.recordOrder(ctx, o, types.ORDER_STATUS_RESTING)
	if err != nil {
		return r.OrderRecord, err
	}
	if err := k.letRest(ctx, &r); err != nil {
		return r.OrderRecord, err
	}
	if err := k.countOrder(ctx, r.OrderRecord, true); err != nil {
		return r.OrderRecord, err
	}
	next := sdk.UnwrapSDKContext(ctx).BlockHeight() + 1
	if err := k.Arrivals.Set(ctx, collections.Join(next, r.id)); err != nil {
		return r.OrderRecord, err
	}
	return r.OrderRecord, emitEvent(ctx, &types.EventOrderPlaced{Record: r.OrderRecord})
}

// letRest lets an order rest that was known before without a place on the book. Its age on the book begins now.
func (k Keeper) letRest(ctx context.Context, r *recordedOrder) error {
	if r.fresh {
		return nil // recordOrder gave it this status
	}
	if r.Status != types.ORDER_STATUS_SIGNED {
		return types.ErrNonce.Wrapf("nonce: %d was used for order %s", r.Order.Nonce, r.Id)
	}
	return k.moveOrder(ctx, r.id, &r.OrderRecord, types.ORDER_STATUS_RESTING)
}

// PresignOrder makes an order of any kind known to the chain, so that a match can name it without a signature. The order does not come
// on the book.
func (k Keeper) PresignOrder(ctx context.Context, o types.Order) (id string, err error) {
	if o.Request != nil {
		r, fresh, err := k.recordRequest(ctx, o)
		if err == nil && !fresh {
			err = types.ErrNonce.Wrapf("nonce: %d was used for request %s", o.Nonce, r.Id)
		}
		return r.Id, err
	}
	r, err := k.recordOrder(ctx, o, types.ORDER_STATUS_SIGNED)
	if err != nil {
		return "", err
	}
	if !r.fresh {
		return "", types.ErrNonce.Wrapf("nonce: %d was used for order %s", o.Nonce, r.Id)
	}
	return r.Id, emitEvent(ctx, &types.EventOrderPlaced{Record: r.OrderRecord})
}

// CancelOrder cancels an order of any kind by its nonce. An order that the chain has not seen cannot be used afterwards. Deals of the
// order stand, except those of a request: see CancelRequest. ErrEnded when the order has ended.
func (k Keeper) CancelOrder(ctx context.Context, owner string, kind types.OrderKind, nonce uint64) (string, error) {
	if err := kind.CheckKnown(); err != nil {
		return "", err
	}
	id := types.OrderIDOf(sdk.UnwrapSDKContext(ctx).ChainID(), kind, owner, nonce)
	text := types.FormatID(id)
	if kind == types.ORDER_KIND_REQUEST {
		return text, k.cancelUnseenRequest(ctx, owner, nonce, id[:])
	}
	r, found, err := records.Find(ctx, k.Orders, id[:])
	if err != nil {
		return text, err
	}
	if !found {
		if err := k.checkUnpruned(ctx, id[:], types.PrunedOrder.Gone); err != nil {
			return text, err
		}
		return text, k.recordCancelled(ctx, types.Order{Owner: owner, Nonce: nonce}, kind, id)
	}
	if !r.Stands() {
		return text, types.ErrEnded.Wrapf("order %s is %s", text, r.Status)
	}
	return text, k.closeOrder(ctx, id[:], r, types.ORDER_STATUS_CANCELLED)
}

// recordCancelled stores a cancelled order under the nonce of an order that the chain has not seen.
func (k Keeper) recordCancelled(ctx context.Context, o types.Order, kind types.OrderKind, id [types.IDSize]byte) error {
	r := types.OrderRecord{
		Id: types.FormatID(id), Order: o, Kind: kind,
		Status: types.ORDER_STATUS_CANCELLED, Height: sdk.UnwrapSDKContext(ctx).BlockHeight(),
	}
	if err := k.setOrder(ctx, id[:], r, types.ORDER_STATUS_UNSPECIFIED); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventOrderClosed{Id: r.Id, Status: r.Status})
}

// CancelOrders cancels all orders of a kind below a nonce. Those on the book leave it when matching meets them.
func (k Keeper) CancelOrders(ctx context.Context, owner string, kind types.OrderKind, below uint64) error {
	if err := kind.CheckKnown(); err != nil {
		return err
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

// checkUsable refuses an order that the chain knows and that cannot be met now.
func (k Keeper) checkUsable(ctx context.Context, r types.OrderRecord) error {
	if err := r.CheckLive(sdk.UnwrapSDKContext(ctx).BlockHeight()); err != nil {
		return err
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

// fillOrder counts a deal's tasks as filled by an order, and ends the order when its volume is used up.
func (k Keeper) fillOrder(ctx context.Context, id string, tasks uint64, deal string) error {
	raw, r, err := getRecord(ctx, k.Orders, "order", id)
	if err != nil {
		return err
	}
	if tasks > r.Left() {
		return types.ErrVolume.Wrapf("order %s: %d tasks, %d are left", id, tasks, r.Left())
	}
	if r.Filled += tasks; r.Filled < tasks {
		r.Filled = types.Unbounded // the order has no volume, so that the count bounds nothing
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
