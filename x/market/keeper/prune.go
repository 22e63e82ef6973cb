package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/prefix"
	"github.com/credence-chain/credence/internal/pruning"
	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
)

// Pruning. An order or a request that has been ended for prune_blocks of x/tasks, and of whose deals none is whole any more, is replaced by
// a compact record. The record keeps its id, which is its nonce, taken: no floor, no expiry and no content could do that, because an owner
// may have signed several contents under one nonce, of which only the first that was used is ever good.

// noteEnd keeps the height at which an order or a request ended, 0 while it stands, and queues it for its pruning.
func (k Keeper) noteEnd(ctx context.Context, id []byte, stands bool, done *int64) error {
	if stands {
		*done = 0
		return nil
	}
	if *done == 0 {
		*done = sdk.UnwrapSDKContext(ctx).BlockHeight()
	}
	return k.Prunes.Set(ctx, collections.Join(*done, id))
}

// pruneEnded prunes what is due.
func (m *matching) pruneEnded() error {
	policy, err := m.deals.Pruning(m.ctx)
	if err != nil {
		return err
	}
	return pruning.Queue[[]byte]{Keys: m.Prunes, Items: items, What: "order", Text: idText, Prune: m.pruneItem}.Run(m.ctx, policy)
}

// pruneItem prunes an order or a request, unless it was pruned before.
func (k Keeper) pruneItem(ctx sdk.Context, id []byte) (pruning.Outcome, error) {
	o, found, err := records.Find(ctx, k.Orders, id)
	if err != nil {
		return pruning.Outcome{}, err
	}
	if found {
		return k.pruneOrder(ctx, id, o)
	}
	r, found, err := k.findRequest(ctx, id)
	if err != nil || !found {
		return pruning.Outcome{}, err
	}
	return k.pruneRequest(ctx, id, r)
}

// pruneOrder replaces an order by its compact record, and takes it off every list. One that stands again comes back with its end, one
// with whole deals when the last of them is pruned.
func (k Keeper) pruneOrder(ctx sdk.Context, id []byte, r types.OrderRecord) (out pruning.Outcome, err error) {
	if r.Stands() {
		return out, nil
	}
	if out.Later, err = k.mayBeNamed(ctx, r.Done); err != nil || out.Later {
		return out, err
	}
	if needed, err := k.deals.HasWhole(ctx, dealstypes.PartyOrder+r.Id); err != nil || needed {
		return out, err
	}
	if err := k.moveOrderEntries(ctx, id, r, r.Status, types.ORDER_STATUS_UNSPECIFIED); err != nil {
		return out, err
	}
	if err := k.Orders.Remove(ctx, id); err != nil {
		return out, err
	}
	return out, k.setPruned(ctx, id, r.Prune())
}

// mayBeNamed says whether a queue may still hold an entry for an order or a request that ended at height done: its own place, or a match or
// an arrival that names it. Such entries were queued before it ended, for block done+1 at the latest, and the queues are read from
// their fronts.
func (k Keeper) mayBeNamed(ctx context.Context, done int64) (bool, error) {
	for _, queue := range []collections.KeySet[queueKey]{k.Queue, k.Arrivals} {
		first, found, err := records.FirstKey(ctx, queue, nil)
		if err != nil || found && first.K1() <= done+1 {
			return true, err
		}
	}
	return false, nil
}

// pruneRequest does so with a request. One whose coins are to be given back still is looked at again later.
func (k Keeper) pruneRequest(ctx sdk.Context, id []byte, r types.Request) (out pruning.Outcome, err error) {
	if r.Waits() {
		return out, nil
	}
	if out.Later, err = k.mayBeNamed(ctx, r.Done); err != nil {
		return out, err
	}
	if out.Later = out.Later || r.Escrow > 0; out.Later {
		return out, nil
	}
	if needed, err := k.deals.HasWhole(ctx, dealstypes.PartyRequest+r.Id); err != nil || needed {
		return out, err
	}
	if err := moveEntry(ctx, k.RequestsBy, entry{r.Requester, r.Height, id}, uint64(r.Status), 0); err != nil {
		return out, err
	}
	if err := k.Requests.Remove(ctx, id); err != nil {
		return out, err
	}
	if err := k.RequestProgress.Remove(ctx, id); err != nil {
		return out, err
	}
	if r.Status == types.REQUEST_STATUS_MATCHED {
		return out, emitEvent(ctx, &types.EventOrderPruned{Id: r.Id, Kind: types.ORDER_KIND_REQUEST}) // its first deal keeps its nonce taken
	}
	return out, k.setPruned(ctx, id, r.Prune())
}

func (k Keeper) setPruned(ctx sdk.Context, id []byte, p types.PrunedOrder) error {
	p.Id, p.Pruned = "", ctx.BlockHeight() // the key has the id
	if err := k.Pruned.Set(ctx, id, p); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventOrderPruned{Id: idText(id), Kind: p.Kind})
}

// DealPruned implements x/deals' hook: what a deal's orders have met of it is counted with them, because the deal says it no longer, and
// those that have ended may be pruned now, and so may its request.
func (k Keeper) DealPruned(ctx sdk.Context, d dealstypes.Deal) error {
	for _, f := range d.Fills() {
		id, r, err := getRecord(ctx, k.Orders, "order", f.Order)
		if err != nil {
			return err
		}
		r.Past += f.Tasks
		if f.Order == d.PoolOrder {
			r.PastReleased += d.Released
		}
		if err := k.Orders.Set(ctx, id, r); err != nil {
			return err
		}
		if err := k.queueAgain(ctx, id, r.Stands(), r.Done); err != nil {
			return err
		}
	}
	id, r, err := k.requestByID(ctx, d.Request)
	if err != nil {
		return err
	}
	return k.queueAgain(ctx, id, r.Waits(), r.Done)
}

// queueAgain queues what has ended for pruning once more, because its first entry may have been taken off the queue.
func (k Keeper) queueAgain(ctx context.Context, id []byte, stands bool, done int64) error {
	if stands {
		return nil
	}
	return k.Prunes.Set(ctx, collections.Join(done, id))
}

// findPruned returns the compact record of an order or a request that was pruned. That of a request all of which met orders is made of
// its first deal, whose id follows from the request's.
func (k Keeper) findPruned(ctx context.Context, id []byte) (p types.PrunedOrder, found bool, err error) {
	p, found, err = records.Find(ctx, k.Pruned, id)
	if err != nil || found {
		p.Id = idText(id)
		return p, found, err
	}
	first, found, err := k.firstDeal(ctx, id)
	if err != nil || !found {
		return p, false, err
	}
	return types.PrunedByDeal(idText(id), first), true, nil
}

// firstDeal returns the first deal of a request, or what is left of it.
func (k Keeper) firstDeal(ctx context.Context, request []byte) (dealstypes.Deal, bool, error) {
	d, err := k.deals.FindDeal(ctx, types.FormatID(poco.DealID([types.IDSize]byte(request), 0)))
	if errors.Is(err, dealstypes.ErrNotFound) {
		return d, false, nil
	}
	return d, err == nil, err
}

// checkUnpruned refuses an id that the chain does not know as that of a whole record, and that was used by one that was pruned. Whatever
// makes an order or a request known under an id asks it first: it is what keeps a signed order from being met a second time. Refuse words the
// refusal.
func (k Keeper) checkUnpruned(ctx context.Context, id []byte, refuse func(types.PrunedOrder) error) error {
	p, found, err := k.findPruned(ctx, id)
	if err != nil || !found {
		return err
	}
	return refuse(p)
}

// explainAbsence says of an id that is not found that it was pruned, where that is so.
func (k Keeper) explainAbsence(ctx context.Context, id string, absence error) error {
	if !errors.Is(absence, types.ErrNotFound) {
		return absence
	}
	raw, err := types.ParseID(id)
	if err != nil {
		return err
	}
	p, found, err := k.findPruned(ctx, raw[:])
	if err != nil {
		return err
	}
	if !found {
		return absence
	}
	return p.Gone()
}

// FindOrder returns an app, dataset or pool order; of one that was pruned, what is left. ErrNotFound.
func (k Keeper) FindOrder(ctx context.Context, id string) (types.OrderRecord, error) {
	_, r, err := getRecord(ctx, k.Orders, "order", id)
	if !errors.Is(err, types.ErrNotFound) {
		return r, err
	}
	key, failure := types.ParseID(id)
	if failure != nil {
		return r, failure
	}
	p, found, failure := records.Find(ctx, k.Pruned, key[:])
	if failure != nil {
		return r, failure
	}
	if !found || p.Kind == types.ORDER_KIND_REQUEST {
		return r, err
	}
	p.Id = id
	return p.OrderRecord(), nil
}

// FindRequest returns a request; of one that was pruned, what is left. ErrNotFound.
func (k Keeper) FindRequest(ctx context.Context, id string) (types.Request, error) {
	raw, r, err := getRecord(ctx, k.Requests, "request", id)
	if err == nil {
		return k.requestByKey(ctx, raw)
	}
	if !errors.Is(err, types.ErrNotFound) {
		return r, err
	}
	key, failure := types.ParseID(id)
	if failure != nil {
		return r, failure
	}
	p, found, failure := k.findPruned(ctx, key[:])
	if failure != nil {
		return r, failure
	}
	if !found || p.Kind != types.ORDER_KIND_REQUEST {
		return r, err
	}
	first, _, failure := k.firstDeal(ctx, key[:])
	return p.AsRequest(first), failure
}

// resolvePruned adds the ids of pruned orders and requests that begin with a prefix. A request that has no record of its own is found by
// its whole id.
func (k Keeper) resolvePruned(ctx context.Context, beginning string, out *types.QueryResolveResponse) error {
	found, err := prefix.Raw(ctx, k.Pruned, beginning)
	if err != nil {
		return err
	}
	for _, id := range found {
		raw, err := types.ParseID(id)
		if err != nil {
			return err
		}
		p, err := k.Pruned.Get(ctx, raw[:])
		if err != nil {
			return err
		}
		if p.Kind == types.ORDER_KIND_REQUEST {
			out.Requests = prefix.Merge(out.Requests, []string{id})
		} else {
			out.Orders = prefix.Merge(out.Orders, []string{id})
		}
	}
	if len(beginning) != prefix.Digits || len(out.Requests) > 0 {
		return nil
	}
	if _, err := k.FindRequest(ctx, beginning); err != nil {
		if errors.Is(err, types.ErrNotFound) {
			return nil
		}
		return err
	}
	out.Requests = []string{beginning}
	return nil
}
