package keeper

import (
	"context"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
)

// CheckInvariants checks the whole state between two blocks. It returns purse.ErrInsolvent, ErrInsolvent or ErrGenesis for the first
// law that does not hold:
//
//   - the counter of what is owed is the sum of the escrows, and the module's coins cover it;
//   - no order has met more tasks than its volume;
//   - the book holds exactly the orders and requests that rest;
//   - who waits for whom is what the waiting requests say, and no end that they wait for is forgotten;
//   - the records, the queues and the deals agree with each other.
//
// It is for tests, simulations and operators; no block calls it.
func (k Keeper) CheckInvariants(ctx context.Context) error {
	g, err := k.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	if err := g.Validate(k.addresses); err != nil {
		return err
	}
	if err := k.purse.Check(ctx, sumEscrow(g.Requests)); err != nil {
		return err
	}
	if err := k.checkFilled(ctx, g); err != nil {
		return err
	}
	if err := k.checkExpiries(ctx, g); err != nil {
		return err
	}
	if err := k.checkPrunes(ctx, g); err != nil {
		return err
	}
	if err := k.checkWaiting(ctx, g); err != nil {
		return err
	}
	return k.checkBook(ctx, g)
}

// checkExpiries checks that each order and request that expires and has not ended has one entry, in the expiry queue of its status.
func (k Keeper) checkExpiries(ctx context.Context, g *types.GenesisState) error {
	type entry struct {
		queue  expiryQueue
		height int64
		id     string
	}
	want := map[entry]bool{}
	add := func(queue expiryQueue, height int64, id string) {
		if queue != noExpiry && height > 0 {
			want[entry{queue, height, id}] = true
		}
	}
	for _, r := range g.Orders {
		add(expiryOfOrder(r.Status), r.Order.Expiry, r.Id)
	}
	for _, r := range g.Requests {
		add(expiryOfRequest(r.Status), r.Expiry, r.Id)
	}
	left := len(want)
	check := func(queue expiryQueue) func(queueKey) (bool, error) {
		return func(key queueKey) (bool, error) {
			e := entry{queue, key.K1(), idText(key.K2())}
			if left--; !want[e] {
				return true, types.ErrInsolvent.Wrapf("expiries: %s has an entry at height %d, expected none there", e.id, e.height)
			}
			return false, nil
		}
	}
	if err := k.Expiries.Walk(ctx, nil, check(heldExpiry)); err != nil {
		return err
	}
	if err := k.SignedExpiries.Walk(ctx, nil, check(signedExpiry)); err != nil {
		return err
	}
	if left != 0 {
		return types.ErrInsolvent.Wrapf("expiries: %d of %d that expire have no entry", left, len(want))
	}
	return nil
}

// checkFilled checks that the filled tasks of orders and requests are those of their deals.
func (k Keeper) checkFilled(ctx context.Context, g *types.GenesisState) error {
	met, back, parts := map[string]uint64{}, map[string]uint64{}, map[string]uint64{}
	err := k.deals.WalkPruned(ctx, func(p dealstypes.PrunedDeal) error { parts[p.Request] += p.Size_; return nil })
	if err != nil {
		return err
	}
	err = k.deals.WalkDeals(ctx, func(d dealstypes.Deal) error {
		back[d.PoolOrder] += d.Released
		parts[d.Request] += d.Size_
		for _, f := range d.Fills() {
			met[f.Order] += f.Tasks
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, r := range g.Orders {
		if r.Filled+r.Released != met[r.Id]+r.Past {
			return types.ErrInsolvent.Wrapf("order %s: filled %d, released %d, its deals have %d tasks, and had %d", r.Id, r.Filled, r.Released, met[r.Id], r.Past)
		}
		if r.Kind == types.ORDER_KIND_POOL && r.Released != back[r.Id]+r.PastReleased {
			return types.ErrInsolvent.Wrapf("order %s: released %d, its deals %d, and %d before", r.Id, r.Released, back[r.Id], r.PastReleased)
		}
	}
	for _, r := range g.Requests {
		if r.Filled != parts[r.Id] {
			return types.ErrInsolvent.Wrapf("request %s: filled %d, its deals have %d tasks", r.Id, r.Filled, parts[r.Id])
		}
	}
	return nil
}

// checkBook checks that exactly the orders and requests that rest are on the book, and that the counts of Resting are right.
func (k Keeper) checkBook(ctx context.Context, g *types.GenesisState) error {
	orders, requests, counts := 0, 0, map[[2]string]uint64{} // by party and topic
	for _, r := range g.Orders {
		if r.Status != types.ORDER_STATUS_RESTING {
			continue
		}
		counts[[2]string{types.PartyOwner + r.Order.Owner}]++
		topics, err := k.orderTopics(ctx, r.Order)
		if err != nil {
			return err
		}
		counts[[2]string{r.Seller(), topics[0]}]++
		if r.Rank != "" {
			if orders++; r.Kind == types.ORDER_KIND_POOL {
				orders++ // it has a second entry, under the topic of its pool
			}
		}
	}
	for _, r := range g.Requests {
		if r.Status == types.REQUEST_STATUS_RESTING {
			requests++
			counts[[2]string{types.PartyOwner + r.Requester}]++
		}
	}
	onBook, waiting, owners := 0, 0, len(counts)
	if err := k.Book.Walk(ctx, nil, func(bookKey, []byte) (bool, error) { onBook++; return false, nil }); err != nil {
		return err
	}
	if err := k.RequestBook.Walk(ctx, nil, func(requestBookKey) (bool, error) { waiting++; return false, nil }); err != nil {
		return err
	}
	if onBook != orders || waiting != requests {
		return types.ErrInsolvent.Wrapf("book: %d entries and %d requests, expected %d and %d", onBook, waiting, orders, requests)
	}
	err := k.Resting.Walk(ctx, nil, func(key countKey, n uint64) (bool, error) {
		rests := counts[[2]string{key.K1(), key.K2()}]
		if owners--; n != rests {
			return true, types.ErrInsolvent.Wrapf("resting: %s %s has %d on the book, counted %d", key.K1(), key.K2(), rests, n)
		}
		return false, nil
	})
	if err == nil && owners != 0 {
		err = types.ErrInsolvent.Wrapf("resting: %d owners with something on the book are not counted", owners)
	}
	return err
}

// checkPrunes checks that each order and request is queued for pruning that has ended and whose deals have all been pruned.
func (k Keeper) checkPrunes(ctx context.Context, g *types.GenesisState) error {
	queued, needed := map[string]bool{}, map[string]bool{}
	err := k.Prunes.Walk(ctx, nil, func(key queueKey) (bool, error) { queued[idText(key.K2())] = true; return false, nil })
	if err != nil {
		return err
	}
	err = k.deals.WalkDeals(ctx, func(d dealstypes.Deal) error {
		needed[d.Request] = true
		for _, o := range d.Orders() {
			needed[o] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, r := range g.Orders {
		if !r.Stands() && !needed[r.Id] && !queued[r.Id] {
			return types.ErrGenesis.Wrapf("prunes: order %s has ended and is not queued", r.Id)
		}
	}
	for _, r := range g.Requests {
		if !r.Waits() && !needed[r.Id] && !queued[r.Id] {
			return types.ErrGenesis.Wrapf("prunes: request %s has ended and is not queued", r.Id)
		}
	}
	return nil
}
