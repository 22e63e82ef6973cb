package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/workers/types"
)

// GetWorker returns the worker of that address, or ErrNotFound.
func (k Keeper) GetWorker(ctx context.Context, address string) (types.Worker, error) {
	w, err := k.Workers.Get(ctx, address)
	if errors.Is(err, collections.ErrNotFound) {
		return w, types.ErrNotFound.Wrapf("%q", address)
	}
	return w, err
}

// change applies a change to a worker and stores it, its places in the arrays included. It returns the worker as it
// is now.
func (k Keeper) change(ctx context.Context, address string, change func(*types.Worker) error) (types.Worker, error) {
	w, err := k.GetWorker(ctx, address)
	if err != nil {
		return w, err
	}
	before := w
	before.Pools, before.Evictions = slices.Clone(w.Pools), slices.Clone(w.Evictions)
	if err := change(&w); err != nil {
		return w, err
	}
	return w, k.store(ctx, before, w)
}

// store writes a worker that was as before (empty for a new one): the one way in which a worker's record changes, so that
// indexes, counts and arrays always follow it.
func (k Keeper) store(ctx context.Context, before, w types.Worker) error {
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
	drawn := w.Busy > before.Busy
	for _, id := range before.Pools {
		if slices.Contains(w.Pools, id) {
			continue
		}
		if err := k.serve(ctx, w, id, false); err != nil {
			return err
		}
		if err := k.place(ctx, id, w, false, active, drawn); err != nil {
			return err
		}
	}
	for _, id := range w.Pools {
		if !slices.Contains(before.Pools, id) {
			if err := k.serve(ctx, w, id, true); err != nil {
				return err
			}
		}
		if err := k.placeIn(ctx, id, w, active, drawn); err != nil {
			return err
		}
	}
	return nil
}

// placeIn puts a worker where it belongs in a pool that it serves.
func (k Keeper) placeIn(ctx context.Context, id string, w types.Worker, active, drawn bool) error {
	pool, recheck, err := k.stored(ctx, id)
	if err != nil {
		return err
	}
	return k.place(ctx, id, w, w.Ready(id, pool.Asks(w.Address, recheck)), active, drawn)
}

// checkSettings checks a worker's settings against parameters and pools: slots, number of pools, that those exist, run
// one runtime, ask for no capability that it lacks, and are open to it if it was not in them before. It notes the runtime.
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
		if w.Runtime != "" && pool.Runtime != w.Runtime {
			return types.ErrInvalidWorker.Wrapf("pools of %s: %s runs %q, expected %q as the others", w.Address, id, pool.Runtime, w.Runtime)
		}
		w.Runtime = pool.Runtime
		if name := types.MissingCapability(w.Capabilities, pool.Capabilities); name != "" {
			return types.ErrLacks.Wrapf("%s: expected it to declare %q for pool %s", w.Address, name, id)
		}
		if slices.Contains(before, id) {
			continue
		}
		if err := k.checkJoin(ctx, *w, pool); err != nil {
			return err
		}
	}
	return nil
}

// checkJoin says whether a worker may join a pool.
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
