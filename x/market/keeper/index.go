package keeper

import (
	"context"
	"encoding/hex"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/market/types"
)

// The indices by party and status follow each record: its entries move when its status changes. A record without a status has none.

// setOrder stores an order and moves its entries in the index by party and status. was is the status before, unspecified for a new
// order. When the order ends, its record keeps the height of the end, and the order is queued for pruning.
func (k Keeper) setOrder(ctx context.Context, id []byte, r types.OrderRecord, was types.OrderStatus) error {
	if was == r.Status {
		return k.Orders.Set(ctx, id, r)
	}
	if err := k.noteEnd(ctx, id, r.Stands(), &r.Done); err != nil {
		return err
	}
	if err := k.Orders.Set(ctx, id, r); err != nil {
		return err
	}
	return k.moveOrderEntries(ctx, id, r, was, r.Status)
}

// moveOrder gives an order another status, and sets its height to that of this block.
func (k Keeper) moveOrder(ctx context.Context, id []byte, r *types.OrderRecord, to types.OrderStatus) error {
	if err := k.moveOrderEntries(ctx, id, *r, r.Status, types.ORDER_STATUS_UNSPECIFIED); err != nil {
		return err
	}
	r.Status, r.Height = to, sdk.UnwrapSDKContext(ctx).BlockHeight()
	return k.setOrder(ctx, id, *r, types.ORDER_STATUS_UNSPECIFIED)
}

// moveOrderEntries moves the entries of an order from one status to another.
func (k Keeper) moveOrderEntries(ctx context.Context, id []byte, r types.OrderRecord, from, to types.OrderStatus) error {
	if err := k.moveExpiry(ctx, id, r.Order.Expiry, expiryOfOrder(from), expiryOfOrder(to)); err != nil {
		return err
	}
	for _, party := range orderParties(r) {
		if err := moveEntry(ctx, k.OrdersBy, entry{party, r.Height, id}, uint64(from), uint64(to)); err != nil {
			return err
		}
	}
	return nil
}

// entry is the key of a record in an index, without the status.
type entry struct {
	party  string
	height int64
	id     []byte
}

// moveEntry moves an entry of an index from one status to another; 0 is none.
func moveEntry(ctx context.Context, index collections.KeySet[indexKey], e entry, from, to uint64) error {
	if from != 0 {
		if err := index.Remove(ctx, collections.Join4(e.party, from, e.height, e.id)); err != nil {
			return err
		}
	}
	if to == 0 {
		return nil
	}
	return index.Set(ctx, collections.Join4(e.party, to, e.height, e.id))
}

func orderParties(r types.OrderRecord) []string {
	out := []string{types.PartyOwner + r.Order.Owner}
	asset := r.Order.Asset()
	if asset == "" {
		return out // an order that was cancelled by its nonce; the chain never saw its content
	}
	switch r.Kind {
	case types.ORDER_KIND_APP:
		return append(out, types.PartyApp+asset)
	case types.ORDER_KIND_DATASET:
		return append(out, types.PartyDataset+asset)
	}
	return append(out, types.PartyPool+asset)
}

// setRequest stores a request and moves its entry in the index by requester and status. was is the status before, unspecified for a
// new request. The job can be large and is written once; later calls write the progress alone. When the request ends, its record
// keeps the height of the end, and the request is queued for pruning.
func (k Keeper) setRequest(ctx context.Context, id []byte, r types.Request, was types.RequestStatus) error {
	if was == types.REQUEST_STATUS_UNSPECIFIED {
		if err := k.Requests.Set(ctx, id, r.With(types.RequestProgress{})); err != nil {
			return err
		}
	}
	if was == r.Status {
		return k.RequestProgress.Set(ctx, id, r.Progress())
	}
	if err := k.noteEnd(ctx, id, r.Waits(), &r.Done); err != nil {
		return err
	}
	if err := k.RequestProgress.Set(ctx, id, r.Progress()); err != nil {
		return err
	}
	if r.Awaited && !r.Waits() && r.Status != types.REQUEST_STATUS_MATCHED { // the deals of one that is matched tell their ends
		if err := k.noteAwaitedEnd(ctx, id); err != nil {
			return err
		}
	}
	if err := k.moveExpiry(ctx, id, r.Expiry, expiryOfRequest(was), expiryOfRequest(r.Status)); err != nil {
		return err
	}
	return moveEntry(ctx, k.RequestsBy, entry{r.Requester, r.Height, id}, uint64(was), uint64(r.Status))
}

// rankOf returns an order's rank in bytes, as it stands in the book's keys.
func rankOf(r types.OrderRecord) ([]byte, error) { return hex.DecodeString(r.Rank) }
