package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/workers/types"
)

// An eviction takes effect only after a delay. Suppose that an operator could evict at once. Between a task's first commit and the
// draw of the other seats it knows the seed, and it could then evict the organisations that the seed ranks before its own. The
// delay is longer than this whole time. Until it is over, the worker is drawn like any other. After an operator has asked, no act
// of its own makes the eviction earlier or later, or stops it:
//
//   - it cannot be taken back;
//   - an entry keeps its place in the queue even when its worker left the pool meanwhile. Otherwise, when more evictions are due than a
//     block can do, the later ones would move up once the operator's own workers ahead of them left.

// evictions is a key of the queue of evictions: height, pool, worker.
type evictions = collections.Triple[uint64, string, string]

// Evict enqueues that a worker is taken out of a pool, and returns the height at which this takes effect. It returns ErrNotServing
// when the worker is not in the pool, and ErrEvicting when its eviction waits already.
func (k Keeper) Evict(ctx context.Context, msg *types.MsgEvict) (due int64, err error) {
	address, err := types.Canonical(k.addresses, msg.Worker)
	if err != nil {
		return 0, types.ErrInvalidWorker.Wrapf("worker %q: %s", msg.Worker, err)
	}
	if _, err := k.changePool(ctx, msg.Operator, msg.Pool, func(*types.Pool) error { return nil }); err != nil {
		return 0, err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return 0, err
	}
	due = blockHeight(ctx) + params.EvictBlocks
	w, err := k.changeWorker(ctx, address, func(w *types.Worker) error {
		if !slices.Contains(w.Pools, msg.Pool) {
			return types.ErrNotServing.Wrapf("%s in %s", w.Address, msg.Pool)
		}
		i, found := w.EvictionFrom(msg.Pool)
		if found {
			return types.ErrEvicting.Wrapf("%s leaves %s at height %d", w.Address, msg.Pool, w.Evictions[i].Height)
		}
		w.Evictions = slices.Insert(w.Evictions, i, types.Eviction{Pool: msg.Pool, Height: due})
		return nil
	})
	if err != nil {
		return 0, err
	}
	if err := k.Evictions.Set(ctx, collections.Join3(uint64(due), msg.Pool, address)); err != nil {
		return 0, err
	}
	return due, emitEvent(ctx, &types.EventPoolChanged{
		Pool: msg.Pool, What: "evicting", Organisation: w.Organisation, Worker: w.Address, NextHeight: due,
	})
}

// runEvictions takes out the workers whose evictions are due.
func (k Keeper) runEvictions(ctx sdk.Context, limit uint32) error {
	var keys []evictions
	until := collections.NewPrefixUntilTripleRange[uint64, string, string](uint64(ctx.BlockHeight()))
	err := k.Evictions.Walk(ctx, until, func(key evictions) (bool, error) {
		keys = append(keys, key)
		return len(keys) >= int(limit), nil
	})
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := k.Evictions.Remove(ctx, key); err != nil {
			return err
		}
		_ = items.Do(ctx, "eviction", key.K3(), func(ctx sdk.Context) error { return k.evictWorker(ctx, key) })
	}
	return nil
}

// evictWorker takes a worker out of a pool, unless it left meanwhile. Its assignments continue. It stays registered for its
// runtime, because a pool's operator must not be able to lower the bound on colluders.
func (k Keeper) evictWorker(ctx context.Context, key evictions) error {
	pool, address := key.K2(), key.K3()
	w, err := k.GetWorker(ctx, address)
	if err != nil {
		return err
	}
	if i, found := w.EvictionFrom(pool); !found || w.Evictions[i].Height != int64(key.K1()) {
		return nil // the worker left; if it came back, another eviction may wait
	}
	w, err = k.changeWorker(ctx, address, func(w *types.Worker) error {
		w.Serve(slices.DeleteFunc(slices.Clone(w.Pools), func(id string) bool { return id == pool }))
		return nil
	})
	if err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventPoolChanged{Pool: pool, What: "evicted", Organisation: w.Organisation, Worker: w.Address})
}
