package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/workers/types"
)

// GetWorker returns the worker with this address, or ErrNotFound.
func (k Keeper) GetWorker(ctx context.Context, address string) (types.Worker, error) {
	w, err := k.Workers.Get(ctx, address)
	if errors.Is(err, collections.ErrNotFound) {
		return w, types.ErrNotFound.Wrapf("%q", address)
	}
	return w, err
}

// changeWorker applies a change to a worker, and stores the worker and its places in the arrays. It returns the changed worker.
func (k Keeper) changeWorker(ctx context.Context, address string, change func(*types.Worker) error) (types.Worker, error) {
	w, err := k.GetWorker(ctx, address)
	if err != nil {
		return w, err
	}
	before := w
	before.Pools, before.Evictions = slices.Clone(w.Pools), slices.Clone(w.Evictions)
	if err := change(&w); err != nil {
		return w, err
	}
	return w, k.storeWorker(ctx, before, w)
}

// storeWorker writes a worker. before is the record that it replaces, empty for a new worker. No other function writes a worker's
// record, so indexes, counts and arrays always agree with it.
func (k Keeper) storeWorker(ctx context.Context, before, w types.Worker) error {
	if err := k.Workers.Set(ctx, w.Address, w); err != nil {
		return err
	}
	if before.Address == "" {
		if err := k.WorkersOf.Set(ctx, collections.Join(w.Organisation, w.Address)); err != nil {
			return err
		}
	}
	if err := k.countRuntime(ctx, before, w); err != nil {
		return err
	}
	active, err := k.orgs.HasRole(ctx, w.Organisation, orgstypes.ROLE_WORKER)
	if err != nil {
		return err
	}
	at := standing{active: active, drawn: w.Busy > before.Busy}
	if err := k.leavePools(ctx, before.Pools, w, at); err != nil {
		return err
	}
	return k.servePools(ctx, before.Pools, w, at)
}

// leavePools takes a worker out of the pools that it served before and does not serve now.
func (k Keeper) leavePools(ctx context.Context, before []string, w types.Worker, at standing) error {
	for _, id := range before {
		if slices.Contains(w.Pools, id) {
			continue
		}
		if err := k.countServing(ctx, w, id, false); err != nil {
			return err
		}
		if err := k.placeMember(ctx, id, w, false, at); err != nil {
			return err
		}
	}
	return nil
}

// servePools updates a worker's place in each pool that it serves, and counts it in the pools that it has joined.
func (k Keeper) servePools(ctx context.Context, before []string, w types.Worker, at standing) error {
	for _, id := range w.Pools {
		if !slices.Contains(before, id) {
			if err := k.countServing(ctx, w, id, true); err != nil {
				return err
			}
		}
		if err := k.placeWorker(ctx, id, w, at); err != nil {
			return err
		}
	}
	return nil
}

// placeWorker updates a worker's place in a pool that it serves: in the arrays while it is ready, outside otherwise.
func (k Keeper) placeWorker(ctx context.Context, id string, w types.Worker, at standing) error {
	pool, recheck, err := k.storedPool(ctx, id)
	if err != nil {
		return err
	}
	return k.placeMember(ctx, id, w, w.Ready(id, pool.Asks(w.Address, recheck)), at)
}

// checkSettings checks a worker's settings against parameters and pools, and sets its runtime, which is that of its pools.
// The slots and the number of pools must be within the parameters. The pools must exist, run one runtime, and ask for no
// capability that the worker lacks. Pools that it was not in before must be open to it.
func (k Keeper) checkSettings(ctx context.Context, before []string, w *types.Worker) error {
	if err := w.Validate(k.addresses); err != nil {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if w.Slots > params.MaxSlots {
		return types.ErrInvalidWorker.Wrapf("slots of %s: %d, expected 1 to %d", w.Address, w.Slots, params.MaxSlots)
	}
	if len(w.Pools) > int(params.MaxPools) {
		return types.ErrInvalidWorker.Wrapf("pools of %s: %d, expected at most %d", w.Address, len(w.Pools), params.MaxPools)
	}
	w.Runtime = ""
	for _, id := range w.Pools {
		pool, err := k.GetPool(ctx, id)
		if err != nil {
			return err
		}
		if err := k.checkServes(ctx, *w, pool, slices.Contains(before, id)); err != nil {
			return err
		}
		w.Runtime = pool.Runtime
	}
	return nil
}

// checkServes returns why a worker may not serve in a pool, or nil; before says whether it served there already.
func (k Keeper) checkServes(ctx context.Context, w types.Worker, pool types.Pool, before bool) error {
	if err := w.CheckPool(pool); err != nil || before {
		return err
	}
	return k.checkJoin(ctx, w, pool)
}

// checkJoin returns why a worker may not join a pool, or nil.
func (k Keeper) checkJoin(ctx context.Context, w types.Worker, pool types.Pool) error {
	if pool.Retired {
		return types.ErrRetired.Wrapf("%s takes no new workers", pool.Id)
	}
	if !pool.Invited {
		return nil
	}
	invited, err := k.Invitations.Has(ctx, collections.Join(pool.Id, w.Organisation))
	if err != nil {
		return err
	}
	if !invited {
		return types.ErrNotInvited.Wrapf("%s to pool %s", w.Organisation, pool.Id)
	}
	return nil
}
