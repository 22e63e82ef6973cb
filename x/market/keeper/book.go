package keeper

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/duequeue"
	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/market/types"
)

// orderTopics returns the topics under which an order rests. The first is its main topic, which is walked for a request that names no pool.
func (k Keeper) orderTopics(ctx context.Context, o types.Order) ([]string, error) {
	switch {
	case o.App != nil:
		return []string{types.AppTopic(o.App.App)}, nil
	case o.Dataset != nil:
		return []string{types.DatasetTopic(o.Dataset.Dataset)}, nil
	case o.Pool != nil:
		pool, err := k.workers.GetPool(ctx, o.Pool.Pool)
		if err != nil {
			return nil, missingPool(o.Pool.Pool, err)
		}
		return []string{types.PoolTopic(pool.Runtime, o.Pool.Category), types.OwnPoolTopic(pool.Id, o.Pool.Category)}, nil
	}
	return nil, types.ErrOrder.Wrap("expected an app, dataset or pool order")
}

// bookArrivedOrders puts the orders that were placed in the block before on the book, and starts rematches of the requests that
// lacked such an order. Among equal prices and heights the rank decides. It depends on this block's seed, so that nobody knew it
// when the orders were placed.
func (m *matching) bookArrivedOrders() error {
	limit := int(m.params.MatchesPerBlock)
	due, err := duequeue.Due(m.ctx, m.Arrivals, limit)
	if err != nil || len(due) == 0 {
		return err
	}
	seed, err := m.beacon.Seed(m.ctx)
	if err != nil {
		return err
	}
	_, err = duequeue.TakeDue(m.ctx, m.Arrivals, limit, func(id []byte) {
		_ = items.Do(m.ctx, "arrival of order", idText(id), func(ctx sdk.Context) error { return m.bookOrder(ctx, id, seed) })
	})
	return err
}

// bookOrder gives an order its rank and puts it on the book.
func (k Keeper) bookOrder(ctx sdk.Context, id, seed []byte) error {
	r, err := k.Orders.Get(ctx, id)
	if err != nil || r.Status != types.ORDER_STATUS_RESTING || r.Rank != "" {
		return err // it was taken back meanwhile; or it was filled before it arrived, reopened, and placed a second time
	}
	rank := sha256.Sum256(slices.Concat(seed, id))
	r.Rank = hex.EncodeToString(rank[:])
	if err := k.addToBook(ctx, id, &r); err != nil {
		return err
	}
	if err := k.Orders.Set(ctx, id, r); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventOrderRested{Id: r.Id, Topic: r.Topic, Rank: r.Rank})
}

// addToBook puts a ranked order on the book, under each of its topics, and starts a rematch of the requests
// that rest there.
func (k Keeper) addToBook(ctx context.Context, id []byte, r *types.OrderRecord) error {
	topics, err := k.orderTopics(ctx, r.Order)
	if err != nil {
		return err
	}
	rank, err := rankOf(*r)
	if err != nil {
		return err
	}
	r.Topic = topics[0]
	for _, topic := range topics {
		if err := k.Book.Set(ctx, collections.Join4(topic, r.Order.Price(), r.Height, rank), id); err != nil {
			return err
		}
		if err := k.startRematch(ctx, topic, r.Order.Price()); err != nil {
			return err
		}
	}
	return nil
}

// removeFromBook takes an order off the book. An order that has not arrived yet has no rank; it is only counted no more.
func (k Keeper) removeFromBook(ctx context.Context, r types.OrderRecord) error {
	if err := k.countOrder(ctx, r, false); err != nil {
		return err
	}
	if r.Rank == "" {
		return nil
	}
	rank, err := rankOf(r)
	if err != nil {
		return err
	}
	topics := []string{r.Topic}
	if o := r.Order.Pool; o != nil {
		topics = append(topics, types.OwnPoolTopic(o.Pool, o.Category))
	}
	for _, topic := range topics {
		if err := k.Book.Remove(ctx, collections.Join4(topic, r.Order.Price(), r.Height, rank)); err != nil {
			return err
		}
	}
	return nil
}

// countResting adds one to the number of an owner's orders and requests on the book, or with more unset takes one off. ErrBookFull
// when there would be more than MaxResting.
func (k Keeper) countResting(ctx context.Context, owner string, more bool) error {
	return k.countRestingUpTo(ctx, collections.Join(types.PartyOwner+owner, ""), types.MaxResting, more)
}

// countOrder does what countResting does for an order, and counts it among the orders of its seller under its main topic as well.
func (k Keeper) countOrder(ctx context.Context, r types.OrderRecord, more bool) error {
	if err := k.countResting(ctx, r.Order.Owner, more); err != nil {
		return err
	}
	topics, err := k.orderTopics(ctx, r.Order)
	if err != nil {
		return err
	}
	return k.countRestingUpTo(ctx, collections.Join(r.Seller(), topics[0]), types.MaxRestingOfSeller, more)
}

func (k Keeper) countRestingUpTo(ctx context.Context, who countKey, most uint64, more bool) error {
	n, _, err := records.Find(ctx, k.Resting, who)
	if err != nil {
		return err
	}
	switch {
	case more && n >= most:
		return types.ErrBookFull.Wrapf("%s: %d rest already, expected fewer than %d", strings.Trim(who.K1()+" "+who.K2(), " "), n, most)
	case more:
		return k.Resting.Set(ctx, who, n+1)
	case n > 1:
		return k.Resting.Set(ctx, who, n-1)
	}
	return k.Resting.Remove(ctx, who)
}

// candidate is an order of the book with its raw id.
type candidate struct {
	id     []byte
	record types.OrderRecord
}

// staleOrders collects the orders of the book that no longer stand. It holds each once, because every search of one matching meets
// it again.
type staleOrders struct {
	list []candidate
	seen map[string]bool
}

func (s *staleOrders) addOrder(c candidate) {
	if s.seen[string(c.id)] {
		return
	}
	if s.seen == nil {
		s.seen = map[string]bool{}
	}
	s.seen[string(c.id)] = true
	s.list = append(s.list, c)
}

// walkTopic visits the orders of a topic from the cheapest, and among equal prices from the oldest. It ends when visit returns done
// or when no looks are left. It does not visit an order that no longer stands, but adds it to the stale orders.
func (t *attempt) walkTopic(topic string, visit func(candidate) (done bool, err error)) error {
	it, err := t.Book.Iterate(t.ctx, collections.NewPrefixedQuadRange[string, uint64, int64, []byte](topic))
	if err != nil {
		return err
	}
	defer it.Close()
	for ; it.Valid() && t.looks.takeLook(); it.Next() {
		id, err := it.Value()
		if err != nil {
			return err
		}
		if done, err := t.visitOrder(id, visit); done || err != nil {
			return err
		}
	}
	return nil
}

// visitOrder reads an order of the book and visits it if it stands.
func (t *attempt) visitOrder(id []byte, visit func(candidate) (done bool, err error)) (done bool, err error) {
	c := candidate{id: id}
	if c.record, err = t.Orders.Get(t.ctx, id); err != nil {
		return true, err
	}
	if t.checkUsable(t.ctx, c.record) != nil {
		t.stale.addOrder(c)
		return false, nil
	}
	return visit(c)
}

// dropStaleOrders takes orders that no longer stand off the book, at most maxDrops of them, and returns how many. A later matching
// drops the others when it meets them.
func (k Keeper) dropStaleOrders(ctx sdk.Context, stale staleOrders) (dropped int) {
	drop := stale.list[:min(len(stale.list), maxDrops)]
	for _, c := range drop {
		_ = items.Do(ctx, "taking off of order", idText(c.id), func(ctx sdk.Context) error { return k.dropStaleOrder(ctx, c.id) })
	}
	return len(drop)
}

func (k Keeper) dropStaleOrder(ctx sdk.Context, id []byte) error {
	r, err := k.Orders.Get(ctx, id)
	if err != nil || r.Status != types.ORDER_STATUS_RESTING {
		return err
	}
	status := types.ORDER_STATUS_STALE
	if k.checkFloor(ctx, r.Kind, r.Order.Owner, r.Order.Nonce) != nil {
		status = types.ORDER_STATUS_CANCELLED
	} else if r.Order.Expiry > 0 && ctx.BlockHeight() >= r.Order.Expiry {
		status = types.ORDER_STATUS_EXPIRED
	}
	return k.closeOrder(ctx, id, r, status)
}
