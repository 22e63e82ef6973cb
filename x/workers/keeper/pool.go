package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/x/workers/types"
)

// GetPool returns the pool named id, or ErrPoolNotFound.
func (k Keeper) GetPool(ctx context.Context, id string) (types.Pool, error) {
	pool, err := k.Pools.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return pool, types.ErrPoolNotFound.Wrapf("%q", id)
	}
	return pool, err
}

// CreatePool adds a pool, or fails with ErrInvalidPool or ErrPoolExists. Its terms never change afterwards.
func (k Keeper) CreatePool(ctx context.Context, pool types.Pool) error {
	if err := pool.Validate(); err != nil {
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
	return emit(ctx, &types.EventPoolCreated{Pool: pool.Id, Operator: pool.Operator})
}

// Registered returns how many organisations have a worker registered in the pool, whatever those workers' state.
func (k Keeper) Registered(ctx context.Context, pool string) (uint64, error) {
	return counter(ctx, k.RegisteredOrgs, pool)
}

// RegisteredFor returns how many organisations have a worker registered for a runtime, in whatever pool and whatever
// those workers' state: the bound on colluders is computed from it. Nothing that a coalition does to itself may lower
// it (cooling, pausing, declining, being jailed or revoked), nor that it gathers in a pool of its own.
func (k Keeper) RegisteredFor(ctx context.Context, runtime string) (uint64, error) {
	return counter(ctx, k.RuntimeOrgs, runtime)
}

// serve counts by how much the number of an organisation's workers in a pool changes: up or down by one.
func (k Keeper) serve(ctx context.Context, org, pool string, joins bool) error {
	if err := tally(ctx, k.Serving, k.RegisteredOrgs, org, pool, joins); err != nil {
		return err
	}
	p, err := k.GetPool(ctx, pool)
	if err != nil {
		return err
	}
	return tally(ctx, k.RuntimeServing, k.RuntimeOrgs, org, p.Runtime, joins)
}

// tally moves an organisation's count under a name by one, and the number of organisations with any.
func tally(ctx context.Context, each collections.Map[pair, uint64], total collections.Map[string, uint64], org, name string, joins bool) error {
	key := collections.Join(org, name)
	n, err := counter(ctx, each, key)
	if err != nil {
		return err
	}
	orgs, err := counter(ctx, total, name)
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
	if err := setCounter(ctx, each, key, n); err != nil {
		return err
	}
	return setCounter(ctx, total, name, orgs)
}
