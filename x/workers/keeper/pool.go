package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/workers/types"
)

// storedPool returns a pool as it is stored. It also returns the pass over the pool's workers that runs or will begin, if there is
// one.
func (k Keeper) storedPool(ctx context.Context, id string) (types.Pool, *types.Recheck, error) {
	pool, err := k.Pools.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return pool, nil, types.ErrPoolNotFound.Wrapf("%q", id)
	}
	if err != nil {
		return pool, nil, err
	}
	recheck, err := k.recheckOf(ctx, pool)
	return pool, recheck, err
}

// GetPool returns the pool named id with the terms in force at this height, or ErrPoolNotFound.
func (k Keeper) GetPool(ctx context.Context, id string) (types.Pool, error) {
	pool, recheck, err := k.storedPool(ctx, id)
	if err != nil {
		return pool, err
	}
	return pool.InForce(blockHeight(ctx), recheck), nil
}

// CreatePool adds a pool, or fails with ErrInvalidPool, ErrTerms or ErrPoolExists.
func (k Keeper) CreatePool(ctx context.Context, pool types.Pool) error {
	if err := pool.Validate(k.addresses); err != nil {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if err := pool.Terms().ValidateChange(types.PoolTerms{}, params); err != nil {
		return err
	}
	if found, err := k.Pools.Has(ctx, pool.Id); err != nil {
		return err
	} else if found {
		return types.ErrPoolExists.Wrapf("%q", pool.Id)
	}
	if err := k.Pools.Set(ctx, pool.Id, pool); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventPoolCreated{Pool: pool.Id, Operator: pool.Operator})
}

// MayOperate returns the organisation for which an account acts as the operator of a pool. The account must belong to the pool's
// own organisation, which must be active and hold the role of a pool operator. For the council and a pool of the council the
// result is "". It returns ErrNotOperator for every other account, and the error of x/orgs when the role is missing.
func (k Keeper) MayOperate(ctx context.Context, account sdk.AccAddress, pool types.Pool) (org string, err error) {
	role := orgstypes.ROLE_POOL_OPERATOR
	if pool.Operator == "" {
		role = orgstypes.ROLE_AUTHORITY
	}
	org, err = k.orgs.Authorize(ctx, account, role)
	if err != nil {
		return "", err
	}
	if org != pool.Operator {
		return "", types.ErrNotOperator.Wrapf("of %s: an account of %q, expected of %q", pool.Id, org, pool.Operator)
	}
	return org, nil
}

// Registered returns how many organisations have a worker registered in the pool, whatever those workers' state.
func (k Keeper) Registered(ctx context.Context, pool string) (uint64, error) {
	return readCount(ctx, k.RegisteredOrgs, pool)
}

// RegisteredFor returns how many organisations have a worker registered for a runtime, in any pool and in any state. The
// bound on colluders is computed from it, so no act of a coalition may lower it: not cooling, pausing, declining, jail or
// revocation of its own workers, not gathering in a pool of its own, and not evicting others from one.
func (k Keeper) RegisteredFor(ctx context.Context, runtime string) (uint64, error) {
	return readCount(ctx, k.RuntimeOrgs, runtime)
}

// Serves says whether an organisation has a worker registered in the pool, whatever its state.
func (k Keeper) Serves(ctx context.Context, pool, org string) (bool, error) {
	return k.Serving.Has(ctx, collections.Join(org, pool))
}

// countServing updates the counts and indexes of a pool that a worker joins or leaves.
func (k Keeper) countServing(ctx context.Context, w types.Worker, pool string, joins bool) error {
	if err := countOrganisation(ctx, k.Serving, k.RegisteredOrgs, w.Organisation, pool, joins); err != nil {
		return err
	}
	size, err := readCount(ctx, k.PoolSize, pool)
	if err != nil {
		return err
	}
	key := collections.Join(pool, w.Address)
	if joins {
		size++
		if err := k.giveTicket(ctx, pool, w.Organisation); err != nil {
			return err
		}
		err = k.WorkersIn.Set(ctx, key)
	} else {
		size--
		err = k.WorkersIn.Remove(ctx, key)
	}
	if err != nil {
		return err
	}
	if err := writeCount(ctx, k.PoolSize, pool, size); err != nil {
		return err
	}
	return k.countAhead(ctx, pool, w.Address, joins)
}

// countRuntime updates the counts of runtimes when a worker's runtime has changed.
func (k Keeper) countRuntime(ctx context.Context, before, w types.Worker) error {
	if before.Runtime == w.Runtime {
		return nil
	}
	if before.Runtime != "" {
		if err := countOrganisation(ctx, k.RuntimeServing, k.RuntimeOrgs, w.Organisation, before.Runtime, false); err != nil {
			return err
		}
	}
	if w.Runtime == "" {
		return nil
	}
	return countOrganisation(ctx, k.RuntimeServing, k.RuntimeOrgs, w.Organisation, w.Runtime, true)
}

// countOrganisation changes by one the number of an organisation's workers under a name (a pool or a runtime). When that
// number becomes or leaves 0, it also changes the number of organisations under the name.
func countOrganisation(ctx context.Context, each collections.Map[pair, uint64], total collections.Map[string, uint64], org, name string, joins bool) error {
	key := collections.Join(org, name)
	n, err := readCount(ctx, each, key)
	if err != nil {
		return err
	}
	orgs, err := readCount(ctx, total, name)
	if err != nil {
		return err
	}
	if joins {
		if n++; n == 1 {
			orgs++
		}
	} else {
		if n--; n == 0 {
			orgs--
		}
	}
	if err := writeCount(ctx, each, key, n); err != nil {
		return err
	}
	return writeCount(ctx, total, name, orgs)
}
