package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// GetOffer returns an offer that was not taken off, or ErrNotFound.
func (k Keeper) GetOffer(ctx context.Context, id string) (types.Offer, error) {
	_, offer, err := get(ctx, k.Offers, "offer", id)
	return offer, err
}

// PlaceOffer puts an offer of a pool's operator on the book and returns it with its id, height and organisation.
func (k Keeper) PlaceOffer(ctx context.Context, o types.Offer) (types.Offer, error) {
	if err := o.Validate(); err != nil {
		return o, err
	}
	owner, err := k.addresses.StringToBytes(o.Owner)
	if err != nil {
		return o, types.ErrOffer.Wrapf("owner: %q: %s", o.Owner, err)
	}
	if o.Organisation, err = k.orgs.Authorize(ctx, owner, orgstypes.ROLE_POOL_OPERATOR); err != nil {
		return o, err
	}
	pool, err := k.workers.GetPool(ctx, o.Pool)
	if err != nil {
		return o, types.ErrUnknownPool.Wrapf("pool: %.40q: %s", o.Pool, err)
	}
	if pool.Operator != o.Organisation {
		return o, types.ErrNotOwner.Wrapf("pool: %s is operated by %s, not by %s", o.Pool, pool.Operator, o.Organisation)
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	id := poco.OrderID(sdkCtx.ChainID(), o.Owner, o.Nonce)
	if used, err := k.offerUsed(ctx, id[:]); err != nil {
		return o, err
	} else if used {
		return o, types.ErrNonce.Wrapf("nonce: %d was used for offer %s", o.Nonce, types.FormatID(id))
	}
	o.Id, o.Height, o.Filled = types.FormatID(id), sdkCtx.BlockHeight(), 0
	if err := k.rest(ctx, o, pool.Runtime, id[:]); err != nil {
		return o, err
	}
	if err := k.Offers.Set(ctx, id[:], o); err != nil {
		return o, err
	}
	return o, emit(ctx, &types.EventOffer{Id: o.Id, Pool: o.Pool, What: "placed", Price: o.Price})
}

func (k Keeper) offerUsed(ctx context.Context, id []byte) (bool, error) {
	if found, err := k.Offers.Has(ctx, id); found || err != nil {
		return found, err
	}
	return k.Spent.Has(ctx, id)
}

// CancelOffer takes an offer off the book. Deals made stand. ErrNotOwner, ErrEnded when it is filled.
func (k Keeper) CancelOffer(ctx context.Context, owner, id string) error {
	raw, offer, err := get(ctx, k.Offers, "offer", id)
	if err != nil {
		return err
	}
	if offer.Owner != owner {
		return types.ErrNotOwner.Wrapf("offer %s belongs to %s", id, offer.Owner)
	}
	if offer.Exhausted() {
		return types.ErrEnded.Wrapf("offer %s is filled", id)
	}
	return k.delist(ctx, raw)
}

// fill counts tasks taken by an offer, and takes it off the book when it is full.
func (k Keeper) fill(ctx context.Context, q quote, size uint64) error {
	offer := q.offer
	offer.Filled += size // Takes has checked it against the volume
	if offer.Volume == 0 && offer.Filled < size {
		offer.Filled = ^uint64(0) // without a bound the count is information only
	}
	if err := k.Offers.Set(ctx, q.id, offer); err != nil {
		return err
	}
	if !offer.Exhausted() {
		return nil
	}
	if _, err := k.unrest(ctx, offer, q.id); err != nil {
		return err
	}
	return emit(ctx, &types.EventOffer{Id: offer.Id, Pool: offer.Pool, What: "filled", Price: offer.Price})
}
