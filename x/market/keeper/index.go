package keeper

import (
	"context"
	"encoding/hex"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/market/types"
)

// The indices by party and status follow each record: an entry is where its status is, and nowhere when it has none.

// setOrder stores an order and keeps the index by party and status, and its end. Was is its status before, unspecified for none.
// The height of its end is noted with it, and it is queued for its pruning.
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

// moveOrder gives an order another status as of this height.
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

// entry is what an index says of a record beside its status.
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
// none. Its job, which may be large, is written once; afterwards only its progress is. The height of its end is noted with it, and it is
// queued for its pruning.
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
	if err := k.moveExpiry(ctx, id, r.Expiry, expiryOfRequest(was), expiryOfRequest(r.Status)); err != nil {
		return err
	}
	return moveEntry(ctx, k.RequestsBy, entry{r.Requester, r.Height, id}, uint64(was), uint64(r.Status))
}

// rankOf returns an order's rank as the book's key has it.
func rankOf(r types.OrderRecord) ([]byte, error) { return hex.DecodeString(r.Rank) }
