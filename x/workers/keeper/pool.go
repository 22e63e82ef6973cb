package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/workers/types"
)

// stored returns a pool as it was written, and the pass over its workers that is under way or to begin, if any.
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

// MayOperate says for which organisation an account acts as the operator of a pool: an account of the pool's own, which
// must be active and hold the role of a pool operator; "" for the council and a pool of its own. ErrNotOperator for
// everyone else; what x/orgs says where the role is missing.
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

// RegisteredFor returns how many organisations have a worker registered for a runtime, in whatever pool and whatever
// those workers' state: the bound on colluders is computed from it. Nothing that a coalition does to itself may lower
// it (cooling, pausing, declining, being jailed or revoked), nor that it gathers in a pool of its own, nor that it evicts
// others from one.
func (k Keeper) RegisteredFor(ctx context.Context, runtime string) (uint64, error) {
	return readCount(ctx, k.RuntimeOrgs, runtime)
}

// serve notes that a worker joins or leaves a pool.
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
	return k.recheckServes(ctx, pool, w.Address, joins)
}

// countRuntime counts a worker under the runtime that it is registered for.
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

// tally moves an organisation's count under a name by one, and the number of organisations with any.
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
