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
	before := slices.Clone(w.Pools)
	if err := change(&w); err != nil {
		return w, err
	}
	return w, k.store(ctx, before, w)
}

// store writes a worker that served the pools of before: the one way in which a worker's record changes, so that
// counts and arrays always follow it.
func (k Keeper) store(ctx context.Context, before []string, w types.Worker) error {
	if err := k.Workers.Set(ctx, w.Address, w); err != nil {
		return err
	}
	active, err := k.orgs.HasRole(ctx, w.Organisation, orgstypes.ROLE_WORKER)
	if err != nil {
		return err
	}
	for _, id := range before {
		if slices.Contains(w.Pools, id) {
			continue
		}
		if err := k.serve(ctx, w.Organisation, id, false); err != nil {
			return err
		}
		if err := k.place(ctx, id, w, false, active); err != nil {
			return err
		}
	}
	for _, id := range w.Pools {
		pool, err := k.GetPool(ctx, id)
		if err != nil {
			return err
		}
		if !slices.Contains(before, id) {
			if err := k.serve(ctx, w.Organisation, id, true); err != nil {
				return err
			}
		}
		if err := k.place(ctx, id, w, w.Ready(pool), active); err != nil {
			return err
		}
	}
	return nil
}

// checkSettings checks a worker's settings against parameters and pools: slots, number of pools, that they exist and
// run the same runtime.
func (k Keeper) checkSettings(ctx context.Context, w types.Worker) error {
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
	var runtime string
	for _, id := range w.Pools {
		pool, err := k.GetPool(ctx, id)
		if err != nil {
			return err
		}
		if runtime != "" && pool.Runtime != runtime {
			return types.ErrInvalidWorker.Wrapf("pools of %s: %s runs %q, expected %q as the others", w.Address, id, pool.Runtime, runtime)
		}
		runtime = pool.Runtime
	}
	return nil
}
