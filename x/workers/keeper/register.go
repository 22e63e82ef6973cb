package keeper

import (
	"context"

	"github.com/credence-chain/credence/x/workers/types"
)

// Register adds a worker and takes its Bonded stake from its owner. A worker without pools joins the default pool. ErrExists;
// ErrInvalidWorker; ErrPoolNotFound, ErrRetired, ErrNotInvited or ErrLacks where it cannot join a pool; ErrOrganisation when
// the hot key's account belongs to another organisation.
func (k Keeper) Register(ctx context.Context, w types.Worker) error {
	for _, text := range []*string{&w.Address, &w.Owner} {
		canonical, err := types.Canonical(k.addresses, *text)
		if err != nil {
			return types.ErrInvalidWorker.Wrapf("address %q: %s", *text, err)
		}
		*text = canonical
	}
	if err := k.joinDefaultPool(ctx, &w); err != nil {
		return err
	}
	if err := k.checkSettings(ctx, nil, &w); err != nil {
		return err
	}
	if found, err := k.Workers.Has(ctx, w.Address); err != nil {
		return err
	} else if found {
		return types.ErrExists.Wrapf("%s", w.Address)
	}
	if err := k.checkHotKey(ctx, w); err != nil {
		return err
	}
	owner, err := k.addresses.StringToBytes(w.Owner)
	if err != nil {
		return err
	}
	if err := k.depositStake(ctx, owner, w.Bonded); err != nil {
		return err
	}
	if err := k.storeWorker(ctx, types.Worker{}, w); err != nil {
		return err
	}
	return emitChange(ctx, w, "registered", w.Bonded)
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
