package keeper

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/x/market/types"
)

// topics returns where an order rests: the first is its topic, which a request without wishes walks.
func (k Keeper) topics(ctx context.Context, o types.Order) ([]string, error) {
	switch {
	case o.App != nil:
		return []string{types.AppTopic(o.App.App)}, nil
	case o.Dataset != nil:
		return []string{types.DatasetTopic(o.Dataset.Dataset)}, nil
	case o.Pool != nil:
		pool, err := k.workers.GetPool(ctx, o.Pool.Pool)
		if err != nil {
			return nil, types.ErrUnknownPool.Wrapf("pool: %.40q: %s", o.Pool.Pool, err)
		}
		return []string{types.PoolTopic(pool.Runtime, o.Pool.Category), types.OwnPoolTopic(pool.Id, o.Pool.Category)}, nil
	}
	return nil, types.ErrOrder.Wrap("expected an app, dataset or pool order")
}

// arriveDue brings the orders of the block before on the book, in an order that nobody knew when they were placed: of
// equal prices and heights, rank decides. The requests that lacked such an order are woken.
func (k Keeper) arriveDue(ctx sdk.Context, params types.Params) error {
	ids, err := k.dueIDs(ctx, k.Arrivals, int(params.MatchesPerBlock))
	if err != nil || len(ids) == 0 {
		return err
	}
	seed, err := k.beacon.Seed(ctx)
	if err != nil {
		return err
	}
	for _, key := range ids {
		if err := k.Arrivals.Remove(ctx, key); err != nil {
			return err
		}
		id := key.K2()
		err := isolate.RunItem(ctx, func(ctx sdk.Context) error { return k.arrive(ctx, id, seed) })
		if err != nil {
			isolate.Log(ctx.Logger(), "arrival of order", name(id), err)
		}
	}
	return nil
}

// dueIDs reads the entries of a queue up to this height, at most so many.
func (k Keeper) dueIDs(ctx sdk.Context, queue collections.KeySet[queueKey], limit int) (out []queueKey, err error) {
	it, err := queue.Iterate(ctx, collections.NewPrefixUntilPairRange[int64, []byte](ctx.BlockHeight()))
	if err != nil {
		return nil, err
	}
	defer it.Close()
	for ; it.Valid() && len(out) < limit; it.Next() {
		key, err := it.Key()
		if err != nil {
			return nil, err
		}
		out = append(out, key)
	}
	return out, nil
}

func (k Keeper) arrive(ctx sdk.Context, id, seed []byte) error {
	r, err := k.Orders.Get(ctx, id)
	if err != nil || r.Status != types.ORDER_STATUS_RESTING || r.Rank != "" {
		return err // taken back meanwhile, or placed twice: filled before it arrived, and given back
	}
	rank := sha256.Sum256(slices.Concat(seed, id))
	r.Rank = hex.EncodeToString(rank[:])
	if err := k.rest(ctx, id, &r); err != nil {
		return err
	}
	if err := k.Orders.Set(ctx, id, r); err != nil {
		return err
	}
	return emit(ctx, &types.EventOrderRested{Id: r.Id, Topic: r.Topic, Rank: r.Rank})
}

// rest puts a ranked order on the book, under each of its topics, and wakes the requests that wait there.
func (k Keeper) rest(ctx context.Context, id []byte, r *types.OrderRecord) error {
	topics, err := k.topics(ctx, r.Order)
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
		if err := k.wake(ctx, topic, r.Order.Price()); err != nil {
			return err
		}
	}
	return nil
}

// unrest takes an order off the book, or lets it not arrive.
func (k Keeper) unrest(ctx context.Context, r types.OrderRecord) error {
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

// count counts an owner's orders and requests on the book; ErrBookFull when there would be too many.
func (k Keeper) count(ctx context.Context, owner string, more bool) error {
	return k.countUpTo(ctx, owner, types.MaxResting, more)
}

// countOrder counts an order with its owner's, and with those of its seller under its topic.
func (k Keeper) countOrder(ctx context.Context, r types.OrderRecord, more bool) error {
	if err := k.count(ctx, r.Order.Owner, more); err != nil {
		return err
	}
	topics, err := k.topics(ctx, r.Order)
	if err != nil {
		return err
	}
	return k.countUpTo(ctx, r.Seller(topics[0]), types.MaxRestingOfSeller, more)
}

func (k Keeper) countUpTo(ctx context.Context, who string, most uint64, more bool) error {
	n, _, err := find(ctx, k.Resting, who)
	if err != nil {
		return err
	}
	switch {
	case more && n >= most:
		return types.ErrBookFull.Wrapf("%s: %d rest already, expected fewer than %d", who, n, most)
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

// walk looks at the orders of a topic, the cheapest and of equal prices the oldest first, until visit says that it is
// done or nothing may be looked at any more. Orders that no longer stand are not visited, but put on the list of stale.
func (k Keeper) walk(ctx context.Context, topic string, l *looks, stale *[]candidate, visit func(candidate) (done bool, err error)) error {
	it, err := k.Book.Iterate(ctx, collections.NewPrefixedQuadRange[string, uint64, int64, []byte](topic))
	if err != nil {
		return err
	}
	defer it.Close()
	for ; it.Valid() && l.take(); it.Next() {
		id, err := it.Value()
		if err != nil {
			return err
		}
		c := candidate{id: id}
		if c.record, err = k.Orders.Get(ctx, id); err != nil {
			return err
		}
		if k.usable(ctx, c.record) != nil {
			*stale = append(*stale, c)
			continue
		}
		if done, err := visit(c); done || err != nil {
			return err
		}
	}
	return nil
}

// dropStale takes orders off the book that were met and no longer stand, and returns how many. What is over the bound of
// one matching is met again.
func (k Keeper) dropStale(ctx sdk.Context, stale []candidate) (dropped int) {
	seen := make(map[string]bool, len(stale)) // each walk of a matching has met them
	for _, c := range stale {
		if seen[string(c.id)] {
			continue
		}
		if dropped == maxDrops {
			break
		}
		seen[string(c.id)] = true
		dropped++
		err := isolate.RunItem(ctx, func(ctx sdk.Context) error {
			r, err := k.Orders.Get(ctx, c.id)
			if err != nil || r.Status != types.ORDER_STATUS_RESTING {
				return err
			}
			status := types.ORDER_STATUS_STALE
			if k.aboveFloor(ctx, r.Kind, r.Order.Owner, r.Order.Nonce) != nil {
				status = types.ORDER_STATUS_CANCELLED
			} else if r.Order.Expiry > 0 && ctx.BlockHeight() >= r.Order.Expiry {
				status = types.ORDER_STATUS_EXPIRED
			}
			return k.closeOrder(ctx, c.id, r, status)
		})
		if err != nil {
			isolate.Log(ctx.Logger(), "taking off of order", name(c.id), err)
		}
	}
	return dropped
}

// byRank orders what is due by (height, rank).
func byRank(a, b queued) int {
	if a.height != b.height {
		return int(min(max(a.height-b.height, -1), 1))
	}
	return bytes.Compare(a.rank[:], b.rank[:])
}
