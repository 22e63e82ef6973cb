package keeper

import (
	"context"
	"encoding/hex"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/market/types"
)

// setOrder stores an order and keeps the index by party and status, and its end. Was is its status before, unspecified for none.
func (k Keeper) setOrder(ctx context.Context, id []byte, r types.OrderRecord, was types.OrderStatus) error {
	if err := k.Orders.Set(ctx, id, r); err != nil || was == r.Status {
		return err
	}
	if err := k.moveExpiry(ctx, id, r.Order.Expiry, expiryOfOrder(was), expiryOfOrder(r.Status)); err != nil {
		return err
	}
	for _, party := range orderParties(r) {
		if was != types.ORDER_STATUS_UNSPECIFIED {
			if err := k.OrdersBy.Remove(ctx, collections.Join4(party, uint64(was), r.Height, id)); err != nil {
				return err
			}
		}
		if err := k.OrdersBy.Set(ctx, collections.Join4(party, uint64(r.Status), r.Height, id)); err != nil {
			return err
		}
	}
	return nil
}

// moveOrder gives an order another status as of this height.
func (k Keeper) moveOrder(ctx context.Context, id []byte, r *types.OrderRecord, to types.OrderStatus) error {
	for _, party := range orderParties(*r) {
		if err := k.OrdersBy.Remove(ctx, collections.Join4(party, uint64(r.Status), r.Height, id)); err != nil {
			return err
		}
	}
	if err := k.moveExpiry(ctx, id, r.Order.Expiry, expiryOfOrder(r.Status), noExpiry); err != nil {
		return err
	}
	r.Status, r.Height = to, sdk.UnwrapSDKContext(ctx).BlockHeight()
	return k.setOrder(ctx, id, *r, types.ORDER_STATUS_UNSPECIFIED)
}

func orderParties(r types.OrderRecord) []string {
	out := []string{types.PartyOwner + r.Order.Owner}
	asset := r.Order.Asset()
	if asset == "" {
		return out // cancelled by its nonce
	}
	switch r.Kind {
	case types.ORDER_KIND_APP:
		return append(out, types.PartyApp+asset)
	case types.ORDER_KIND_DATASET:
		return append(out, types.PartyDataset+asset)
	}
	return append(out, types.PartyPool+asset)
}

// setRequest stores a request and keeps the index by requester and status, and its end. Was is its status before, unspecified for
// none. Its job, which may be large, is written once; afterwards only its progress is.
func (k Keeper) setRequest(ctx context.Context, id []byte, r types.Request, was types.RequestStatus) error {
	if was == types.REQUEST_STATUS_UNSPECIFIED {
		if err := k.Requests.Set(ctx, id, r.With(types.RequestProgress{})); err != nil {
			return err
		}
	}
	if err := k.RequestProgress.Set(ctx, id, r.Progress()); err != nil || was == r.Status {
		return err
	}
	if err := k.moveExpiry(ctx, id, r.Expiry, expiryOfRequest(was), expiryOfRequest(r.Status)); err != nil {
		return err
	}
	if was != types.REQUEST_STATUS_UNSPECIFIED {
		if err := k.RequestsBy.Remove(ctx, collections.Join4(r.Requester, uint64(was), r.Height, id)); err != nil {
			return err
		}
	}
	return k.RequestsBy.Set(ctx, collections.Join4(r.Requester, uint64(r.Status), r.Height, id))
}

// rankOf returns an order's rank as the book's key has it.
func rankOf(r types.OrderRecord) ([]byte, error) { return hex.DecodeString(r.Rank) }
