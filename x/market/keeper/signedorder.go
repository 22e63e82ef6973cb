package keeper

import (
	"bytes"
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/market/types"
)

// usableOrder returns the record of an order that can be met now.
func (k Keeper) usableOrder(ctx context.Context, id string) (types.OrderRecord, error) {
	r, err := k.GetOrder(ctx, id)
	if err != nil {
		return r, err
	}
	return r, k.checkUsable(ctx, r)
}

// signedOrder returns the record of an app, dataset or pool order. The order is named by its id, or comes with its content and the
// owner's signature. Content that the chain knows already needs no signature.
func (k Keeper) signedOrder(ctx context.Context, s types.SignedOrder, kind types.OrderKind) (types.OrderRecord, error) {
	if s.Order == nil {
		return k.orderOfKind(ctx, s.Id, kind)
	}
	if err := s.Order.CheckKind(kind); err != nil {
		return types.OrderRecord{}, err
	}
	known, err := k.sameOrder(ctx, *s.Order)
	if err != nil {
		return types.OrderRecord{}, err
	}
	if err := k.verifyUnknown(ctx, s, known); err != nil {
		return types.OrderRecord{}, err
	}
	r, err := k.recordOrder(ctx, *s.Order, types.ORDER_STATUS_SIGNED)
	if err != nil {
		return r.OrderRecord, err
	}
	if r.fresh {
		return r.OrderRecord, emitEvent(ctx, &types.EventOrderPlaced{Record: r.OrderRecord})
	}
	return r.OrderRecord, k.checkUsable(ctx, r.OrderRecord)
}

// orderOfKind returns the record of an order that can be met now, and refuses one of another kind.
func (k Keeper) orderOfKind(ctx context.Context, id string, kind types.OrderKind) (types.OrderRecord, error) {
	r, err := k.GetOrder(ctx, id)
	if err != nil {
		return r, err
	}
	if r.Kind != kind {
		return r, types.ErrOrder.Wrapf("order %s is of kind %s, expected %s", r.Id, r.Kind, kind)
	}
	return r, k.checkUsable(ctx, r)
}

// sameOrder says whether the chain knows an order with this very content.
func (k Keeper) sameOrder(ctx context.Context, o types.Order) (bool, error) {
	id := o.ID(sdk.UnwrapSDKContext(ctx).ChainID())
	r, found, err := records.Find(ctx, k.Orders, id[:])
	return found && bytes.Equal(r.Order.Encode(), o.Normal().Encode()), err
}

// verifyUnknown checks the owner's signature of an order, unless its content is known. The signature costs gas as that of a
// transaction does.
func (k Keeper) verifyUnknown(ctx context.Context, s types.SignedOrder, known bool) error {
	if known {
		return nil
	}
	owner, err := k.addresses.StringToBytes(s.Order.Owner)
	if err != nil {
		return types.ErrOrder.Wrapf("owner: %q: %s", s.Order.Owner, err)
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	return s.VerifySignature(sdkCtx.ChainID(), owner, k.cdc.InterfaceRegistry(), k.consumeSignature(sdkCtx))
}

// signedRequest returns the record of a request, which is named by its id or comes signed.
func (k Keeper) signedRequest(ctx context.Context, s types.SignedOrder) (r types.Request, err error) {
	if s.Order == nil {
		return k.GetRequest(ctx, s.Id)
	}
	if err := s.Order.CheckKind(types.ORDER_KIND_REQUEST); err != nil {
		return r, errorsmod.Wrap(err, "request")
	}
	id := s.Order.ID(sdk.UnwrapSDKContext(ctx).ChainID())
	before, found, err := k.findRequest(ctx, id[:])
	if err != nil {
		return r, err
	}
	known := found && bytes.Equal(before.Order().Encode(), s.Order.Normal().Encode())
	if err := k.verifyUnknown(ctx, s, known); err != nil {
		return r, err
	}
	r, _, err = k.recordRequest(ctx, *s.Order)
	return r, err
}

// recordRequest makes a signed request known. It holds no escrow, and anybody may propose matches of it.
func (k Keeper) recordRequest(ctx context.Context, o types.Order) (r types.Request, fresh bool, err error) {
	o = o.Normal()
	id, org, err := k.acceptOrder(ctx, o)
	if err != nil {
		return r, false, err
	}
	if awaited := o.Request.Awaits(); len(awaited) > 0 {
		return r, false, types.ErrAwaited.Wrapf("after: got %s in a signed request, expected none: only a submitted request waits for others", awaited[0])
	}
	known, found, err := k.findRequest(ctx, id[:])
	if err != nil {
		return r, false, err
	}
	if found {
		return known, false, checkSame("request", known.Id, known.Status == types.REQUEST_STATUS_CANCELLED, known.Order(), o)
	}
	if err := k.checkUnpruned(ctx, id[:], types.PrunedOrder.Used); err != nil {
		return r, false, err
	}
	r = types.Request{
		Id: types.FormatID(id), Requester: o.Owner, Organisation: org, Nonce: o.Nonce, Job: *o.Request, Expiry: o.Expiry,
		Status: types.REQUEST_STATUS_SIGNED, Height: sdk.UnwrapSDKContext(ctx).BlockHeight(),
	}
	if err := k.setRequest(ctx, id[:], r, types.REQUEST_STATUS_UNSPECIFIED); err != nil {
		return r, false, err
	}
	return r, true, emitEvent(ctx, &types.EventRequest{Id: r.Id, Requester: r.Requester, What: "signed", Left: r.Left()})
}
