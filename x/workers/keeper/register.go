package keeper

import (
	"context"

	"github.com/credence-chain/credence/internal/steps"
	"github.com/credence-chain/credence/x/workers/types"
)

// Register adds a worker and takes its Bonded stake from its owner. A worker without pools joins the default pool. It returns
// ErrExists; ErrInvalidWorker; ErrPoolNotFound, ErrRetired, ErrNotInvited or ErrLacks when the worker cannot join a pool;
// ErrOrganisation when the hot key's account belongs to another organisation.
func (k Keeper) Register(ctx context.Context, w types.Worker) error {
	for _, text := range []*string{&w.Address, &w.Owner} {
		canonical, err := types.Canonical(k.addresses, *text)
		if err != nil {
			return types.ErrInvalidWorker.Wrapf("address %q: %s", *text, err)
		}
		*text = canonical
	}
	return steps.Run(
		func() error { return k.joinDefaultPool(ctx, &w) },
		func() error { return k.checkSettings(ctx, nil, &w) },
		func() error { return k.checkNew(ctx, w) },
		func() error { return k.checkHotKey(ctx, w) },
		func() error { return k.depositFrom(ctx, w.Owner, w.Bonded) },
		func() error { return k.storeWorker(ctx, types.Worker{}, w) },
		func() error { return emitChange(ctx, w, "registered", w.Bonded) },
	)
}

// checkNew refuses the address of a worker that is registered already.
func (k Keeper) checkNew(ctx context.Context, w types.Worker) error {
	found, err := k.Workers.Has(ctx, w.Address)
	if err == nil && found {
		err = types.ErrExists.Wrapf("%s", w.Address)
	}
	return err
}

// joinDefaultPool sets the default pool for a worker that names none.
func (k Keeper) joinDefaultPool(ctx context.Context, w *types.Worker) error {
	if len(w.Pools) > 0 {
		return nil
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if params.DefaultPool == "" {
		return types.ErrInvalidWorker.Wrapf("pools of %s: none, expected at least one, since there is no default pool", w.Address)
	}
	w.Pools = []string{params.DefaultPool}
	return nil
}

// checkHotKey refuses a hot key that is the account of another organisation. Otherwise somebody could register another's key,
// and that organisation could never register its own worker.
func (k Keeper) checkHotKey(ctx context.Context, w types.Worker) error {
	addr, err := k.addresses.StringToBytes(w.Address)
	if err != nil {
		return err
	}
	org, found, err := k.orgs.OrgOf(ctx, addr)
	if err != nil {
		return err
	}
	if found && org != w.Organisation {
		return types.ErrOrganisation.Wrapf("worker %s: an account of %s, expected none of another than %s", w.Address, org, w.Organisation)
	}
	return nil
}
