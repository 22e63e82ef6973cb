package keeper

import (
	"context"
	"fmt"
	"slices"

	"cosmossdk.io/collections"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/workers/types"
)

// CheckInvariants reads the whole state and says which law is broken, if any. It is for tests, simulations and
// operators, not for blocks.
//
//	money      balance >= owed == sum of bonded and unbonding; unbonding is what the queue holds
//	workers    locked <= bonded, busy <= slots; who cools is in the queue, once
//	counts     registered workers and organisations of each pool
//	arrays     just those who are ready, positions 0..n-1, each item at the position that it knows
func (k Keeper) CheckInvariants(ctx context.Context) error {
	workers, err := k.allWorkers(ctx)
	if err != nil {
		return err
	}
	for _, check := range []func(context.Context, []types.Worker) error{k.checkMoney, k.checkQueues, k.checkArrays} {
		if err := check(ctx, workers); err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) allWorkers(ctx context.Context) (all []types.Worker, err error) {
	err = k.Workers.Walk(ctx, nil, func(_ string, w types.Worker) (bool, error) {
		all = append(all, w)
		return false, w.Validate(k.addresses)
	})
	return all, err
}

func (k Keeper) checkMoney(ctx context.Context, workers []types.Worker) error {
	balance, owed, err := k.Solvency(ctx)
	if err != nil {
		return err
	}
	var stake uint64
	for _, w := range workers {
		stake += w.Bonded + w.Unbonding
	}
	if balance < owed || owed != stake {
		return fmt.Errorf("money: balance %d, owed %d, stake of all workers %d", balance, owed, stake)
	}
	return nil
}

func (k Keeper) checkQueues(ctx context.Context, workers []types.Worker) error {
	unbonding, cooling := map[string]uint64{}, map[string]uint64{}
	err := k.Unbondings.Walk(ctx, nil, func(key queued, amount uint64) (bool, error) {
		unbonding[key.K2()] += amount
		return false, nil
	})
	if err != nil {
		return err
	}
	err = k.Cooling.Walk(ctx, nil, func(key queued) (bool, error) {
		if _, twice := cooling[key.K2()]; twice {
			return true, fmt.Errorf("queue: %s cools twice", key.K2())
		}
		cooling[key.K2()] = key.K1()
		return false, nil
	})
	if err != nil {
		return err
	}
	for _, w := range workers {
		if unbonding[w.Address] != w.Unbonding || cooling[w.Address] != uint64(w.CoolingUntil) {
			return fmt.Errorf("queue: %s: unbonding %d and cooling until %d, queued %d and %d",
				w.Address, w.Unbonding, w.CoolingUntil, unbonding[w.Address], cooling[w.Address])
		}
		delete(unbonding, w.Address)
		delete(cooling, w.Address)
	}
	if len(unbonding)+len(cooling) > 0 {
		return fmt.Errorf("queue: holds %d unbondings and %d coolings of nobody", len(unbonding), len(cooling))
	}
	return nil
}

func (k Keeper) checkArrays(ctx context.Context, workers []types.Worker) error {
	var pools []types.Pool
	err := k.Pools.Walk(ctx, nil, func(_ string, p types.Pool) (bool, error) {
		pools = append(pools, p)
		return false, nil
	})
	if err != nil {
		return err
	}
	var members, orgs int
	for _, p := range pools {
		m, o, err := k.checkPool(ctx, p, workers)
		if err != nil {
			return fmt.Errorf("pool %s: %w", p.Id, err)
		}
		members, orgs = members+m, orgs+o
	}
	// Nothing beside what was found above.
	for _, count := range []struct {
		name string
		want int
		have func() (int, error)
	}{
		{"member_at", members, func() (int, error) { return size(ctx, k.MemberAt) }},
		{"member_position", members, func() (int, error) { return size(ctx, k.MemberPosition) }},
		{"member_count", orgs, func() (int, error) { return size(ctx, k.MemberCount) }},
	} {
		if have, err := count.have(); err != nil || have != count.want {
			return fmt.Errorf("arrays: %s holds %d entries, expected %d: %w", count.name, have, count.want, err)
		}
	}
	return nil
}

// checkPool compares a pool's counts and arrays with what the workers say, and returns how many workers are ready and
// how many organisations they have.
func (k Keeper) checkPool(ctx context.Context, p types.Pool, workers []types.Worker) (members, orgs int, err error) {
	ready, serving := map[string]int{}, map[string]uint64{}
	var names []string // of those that serve
	for _, w := range workers {
		if slices.Contains(w.Pools, p.Id) {
			if serving[w.Organisation]++; serving[w.Organisation] == 1 {
				names = append(names, w.Organisation)
			}
		}
		pos, err := k.MemberPosition.Get(ctx, collections.Join(p.Id, w.Address))
		if listed := err == nil; listed != w.Ready(p) {
			return 0, 0, fmt.Errorf("%s: ready %t, listed %t", w.Address, w.Ready(p), listed)
		}
		if err != nil {
			continue
		}
		ready[w.Organisation]++
		members++
		if at, err := k.EligibleMemberAt(ctx, p.Id, w.Organisation, pos); err != nil || at != w.Address {
			return 0, 0, fmt.Errorf("%s: at its position %d is %q: %w", w.Address, pos, at, err)
		}
	}
	if n, err := k.Registered(ctx, p.Id); err != nil || n != uint64(len(names)) {
		return 0, 0, fmt.Errorf("registered: %d organisations, expected %d: %w", n, len(names), err)
	}
	var drawable uint64
	for _, org := range names {
		served, err := counter(ctx, k.Serving, collections.Join(org, p.Id))
		if err != nil || served != serving[org] {
			return 0, 0, fmt.Errorf("%s: %d workers registered, expected %d: %w", org, served, serving[org], err)
		}
		n, err := counter(ctx, k.MemberCount, collections.Join(p.Id, org))
		if err != nil || n != uint64(ready[org]) {
			return 0, 0, fmt.Errorf("%s: %d members, expected %d: %w", org, n, ready[org], err)
		}
		active, err := k.orgs.HasRole(ctx, org, orgstypes.ROLE_WORKER)
		if err != nil {
			return 0, 0, err
		}
		pos, listed, err := k.EligiblePosition(ctx, p.Id, org)
		if err != nil || listed != (active && n > 0) {
			return 0, 0, fmt.Errorf("%s: active %t with %d members, listed %t: %w", org, active, n, listed, err)
		}
		if !listed {
			continue
		}
		drawable++
		if at, _, err := k.EligibleOrgAt(ctx, p.Id, pos); err != nil || at != org {
			return 0, 0, fmt.Errorf("%s: at its position %d is %q: %w", org, pos, at, err)
		}
	}
	if n, err := k.EligibleOrgs(ctx, p.Id); err != nil || n != drawable {
		return 0, 0, fmt.Errorf("eligible: %d organisations, expected %d: %w", n, drawable, err)
	}
	return members, len(ready), nil
}

func size[K, V any](ctx context.Context, m collections.Map[K, V]) (n int, err error) {
	err = m.Walk(ctx, nil, func(K, V) (bool, error) { n++; return false, nil })
	return n, err
}
