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

// Pruning. An order or a request is replaced by a compact record once two things hold: it ended at least prune_blocks (of x/tasks) ago,
// and all of its deals have been pruned. The compact record keeps the id, and with it the nonce, used for ever. This is needed because
// an owner may have signed several contents under one nonce, and only the first that the chain used is good.

// noteEnd sets done to the height at which an order or a request ended, and queues it for pruning. While it stands, done is 0.
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

// pruneOrder replaces an order by its compact record and removes it from every index. It leaves an order alone that stands again or has
// whole deals: noteEnd queues the first again when it ends, DealPruned the second when a deal is pruned.
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

// pruneRequest does what pruneOrder does for a request. A request whose coins are still to be refunded is pruned later.
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
	if out.Later, err = k.isAwaited(ctx, id, r); err != nil || out.Later {
		return out, err // those that wait for it are told first
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
		return out, emitEvent(ctx, &types.EventOrderPruned{Id: r.Id, Kind: types.ORDER_KIND_REQUEST}) // its first deal's record keeps its nonce used
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

// DealPruned implements x/deals' hook. The orders of the deal keep the number of its tasks that they met, because the deal's compact
// record does not have it. Orders that have ended are queued for pruning, and so is the request.
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

// findPruned returns the compact record of an order or a request that was pruned. A request whose whole bag met orders has no compact
// record of its own; its record is made of that of its first deal, whose id follows from the request's.
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

// firstDeal returns the first deal of a request, or the deal's compact record when it was pruned.
func (k Keeper) firstDeal(ctx context.Context, request []byte) (dealstypes.Deal, bool, error) {
	d, err := k.deals.FindDeal(ctx, types.FormatID(poco.DealID([types.IDSize]byte(request), 0)))
	if errors.Is(err, dealstypes.ErrNotFound) {
		return d, false, nil
	}
	return d, err == nil, err
}

// checkUnpruned refuses the id of an order or a request that was pruned; refuse makes the error. Every function that makes an order or a
// request known under a new id calls it first. Otherwise a signed order could be met a second time.
func (k Keeper) checkUnpruned(ctx context.Context, id []byte, refuse func(types.PrunedOrder) error) error {
	p, found, err := k.findPruned(ctx, id)
	if err != nil || !found {
		return err
	}
	return refuse(p)
}

// explainAbsence replaces the error of an id that was not found, if its record was pruned: the error then says so.
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

// FindOrder returns an app, dataset or pool order, or what its compact record says when it was pruned. ErrNotFound.
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

// FindRequest returns a request, or what its compact record says when it was pruned. ErrNotFound.
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

// resolvePruned adds the ids of pruned orders and requests that begin with a prefix. A request without a compact record of its own
// (findPruned) is found by its whole id alone.
func (k Keeper) resolvePruned(ctx context.Context, idPrefix string, out *types.QueryResolveResponse) error {
	found, err := prefix.Raw(ctx, k.Pruned, idPrefix)
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
	if len(idPrefix) != prefix.Digits || len(out.Requests) > 0 {
		return nil
	}
	if _, err := k.FindRequest(ctx, idPrefix); err != nil {
		if errors.Is(err, types.ErrNotFound) {
			return nil
		}
		return err
	}
	out.Requests = []string{idPrefix}
	return nil
}
