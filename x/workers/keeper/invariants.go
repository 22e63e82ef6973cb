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
//	evictions  each of a pool that the worker serves, and in the queue
//	tickets    of each pool 0..n-1, each of one organisation; whoever serves in it holds one
//	counts     registered workers and organisations of each pool
//	indexes    of organisations, pools and runtimes: what the workers say
//	rechecks   one for each pool that raises its stake and is not passed, each with the workers ahead of it
//	arrays     just those who are ready, positions 0..n-1, each item at the position that it knows
func (k Keeper) CheckInvariants(ctx context.Context) error {
	workers, err := k.allWorkers(ctx)
	if err != nil {
		return err
	}
	for _, check := range []func(context.Context, []types.Worker) error{k.checkMoney, k.checkQueues, k.checkEvictions, k.checkTickets, k.checkIndexes, k.checkRechecks, k.checkArrays} {
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
	unbonding, open, cooling := map[string]uint64{}, map[string]uint64{}, map[string]uint64{}
	err := k.Unbondings.Walk(ctx, nil, func(key queued, amount uint64) (bool, error) {
		unbonding[key.K2()] += amount
		open[key.K2()]++
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
		n, err := counter(ctx, k.OpenUnbondings, w.Address)
		if err != nil || n != open[w.Address] || n > types.MaxUnbondings {
			return fmt.Errorf("queue: %s: %d unbondings counted, %d queued, expected at most %d: %w", w.Address, n, open[w.Address], types.MaxUnbondings, err)
		}
		delete(unbonding, w.Address)
		delete(cooling, w.Address)
	}
	if len(unbonding)+len(cooling) > 0 {
		return fmt.Errorf("queue: holds %d unbondings and %d coolings of nobody", len(unbonding), len(cooling))
	}
	return nil
}

func (k Keeper) checkEvictions(ctx context.Context, workers []types.Worker) error {
	for _, w := range workers { // that it serves in those pools is a part of Worker.Validate
		for _, e := range w.Evictions {
			if ok, err := k.Evictions.Has(ctx, collections.Join3(uint64(e.Height), e.Pool, w.Address)); err != nil || !ok {
				return fmt.Errorf("eviction: %s from %s at height %d is not in the queue: %w", w.Address, e.Pool, e.Height, err)
			}
		}
	}
	return k.Evictions.Walk(ctx, nil, func(key evictions) (bool, error) {
		if ok, err := k.Pools.Has(ctx, key.K2()); err != nil || !ok {
			return true, fmt.Errorf("eviction: from %q, which is not a pool: %w", key.K2(), err)
		}
		ok, err := k.Workers.Has(ctx, key.K3())
		if err != nil || !ok {
			return true, fmt.Errorf("eviction: of %q, which is not a worker: %w", key.K3(), err)
		}
		return false, nil
	})
}

func (k Keeper) checkTickets(ctx context.Context, workers []types.Worker) error {
	next, all := map[string]uint64{}, 0 // tickets are walked in order
	err := k.TicketHolder.Walk(ctx, nil, func(key collections.Pair[string, uint64], org string) (bool, error) {
		pool, ticket := key.K1(), key.K2()
		if ok, err := k.Pools.Has(ctx, pool); err != nil || !ok {
			return true, fmt.Errorf("ticket: of %q, which is not a pool: %w", pool, err)
		}
		if ticket != next[pool] {
			return true, fmt.Errorf("ticket: %d of %s follows %d others, expected them to be dense", ticket, pool, next[pool])
		}
		if held, err := k.TicketOf.Get(ctx, collections.Join(pool, org)); err != nil || held != ticket {
			return true, fmt.Errorf("ticket: %d of %s is held by %s, which holds %d: %w", ticket, pool, org, held, err)
		}
		next[pool]++
		all++
		return false, nil
	})
	if err != nil {
		return err
	}
	if n, err := size(ctx, k.TicketOf); err != nil || n != all {
		return fmt.Errorf("ticket: %d organisations hold one, expected %d: %w", n, all, err)
	}
	if n, err := size(ctx, k.TicketCount); err != nil || n != len(next) {
		return fmt.Errorf("ticket: %d pools gave some out, expected %d: %w", n, len(next), err)
	}
	if err := sameCounts(ctx, k.TicketCount, next, plainText); err != nil {
		return fmt.Errorf("ticket: %w", err)
	}
	for _, w := range workers {
		for _, id := range w.Pools {
			if ok, err := k.TicketOf.Has(ctx, collections.Join(id, w.Organisation)); err != nil || !ok {
				return fmt.Errorf("ticket: %s serves in %s and holds none: %w", w.Organisation, id, err)
			}
		}
	}
	return nil
}

func (k Keeper) checkIndexes(ctx context.Context, workers []types.Worker) error {
	runtimes, orgs, sizes := map[string]uint64{}, map[string]uint64{}, map[string]uint64{}
	var served int
	for _, w := range workers {
		if ok, err := k.WorkersOf.Has(ctx, collections.Join(w.Organisation, w.Address)); err != nil || !ok {
			return fmt.Errorf("index: %s is not under %s: %w", w.Address, w.Organisation, err)
		}
		for _, id := range w.Pools {
			if ok, err := k.WorkersIn.Has(ctx, collections.Join(id, w.Address)); err != nil || !ok {
				return fmt.Errorf("index: %s is not under pool %s: %w", w.Address, id, err)
			}
			sizes[id]++
			served++
		}
		if w.Runtime == "" && len(w.Pools) > 0 {
			return fmt.Errorf("runtime: %s serves %d pools and has none", w.Address, len(w.Pools))
		}
		if w.Runtime == "" {
			continue
		}
		key := pairText(collections.Join(w.Organisation, w.Runtime))
		if runtimes[key]++; runtimes[key] == 1 {
			orgs[w.Runtime]++
		}
	}
	for _, index := range []struct {
		name string
		want int
		have func() (int, error)
	}{
		{"workers_of", len(workers), func() (int, error) { return size(ctx, collections.Map[pair, collections.NoValue](k.WorkersOf)) }},
		{"workers_in", served, func() (int, error) { return size(ctx, collections.Map[pair, collections.NoValue](k.WorkersIn)) }},
		{"pool_size", len(sizes), func() (int, error) { return size(ctx, k.PoolSize) }},
		{"runtime_serving", len(runtimes), func() (int, error) { return size(ctx, k.RuntimeServing) }},
		{"runtime_orgs", len(orgs), func() (int, error) { return size(ctx, k.RuntimeOrgs) }},
	} {
		if have, err := index.have(); err != nil || have != index.want {
			return fmt.Errorf("index: %s holds %d entries, expected %d: %w", index.name, have, index.want, err)
		}
	}
	if err := sameCounts(ctx, k.PoolSize, sizes, plainText); err != nil {
		return fmt.Errorf("pool_size: %w", err)
	}
	if err := sameCounts(ctx, k.RuntimeServing, runtimes, pairText); err != nil {
		return fmt.Errorf("runtime_serving: %w", err)
	}
	if err := sameCounts(ctx, k.RuntimeOrgs, orgs, plainText); err != nil {
		return fmt.Errorf("runtime_orgs: %w", err)
	}
	return nil
}

// sameCounts compares stored counts with others, of which there are as many.
func sameCounts[K any](ctx context.Context, m collections.Map[K, uint64], want map[string]uint64, text func(K) string) error {
	return m.Walk(ctx, nil, func(key K, n uint64) (bool, error) {
		if name := text(key); n != want[name] {
			return true, fmt.Errorf("%s: %d, expected %d", name, n, want[name])
		}
		return false, nil
	})
}

func plainText(key string) string { return key }

// pairText names a pair by its texts: pairs themselves compare by where they are in memory.
func pairText(key pair) string { return key.K1() + "/" + key.K2() }

func (k Keeper) checkRechecks(ctx context.Context, workers []types.Worker) error {
	var load uint64
	err := k.Rechecks.Walk(ctx, nil, func(key queued, r types.Recheck) (bool, error) {
		pool, err := k.Pools.Get(ctx, r.Pool)
		if err != nil {
			return true, err
		}
		if !pool.Raises() || pool.NextHeight != r.Height || key.K1() != uint64(r.Height) || key.K2() != r.Pool {
			return true, fmt.Errorf("recheck: of %s at height %d, expected a pool that raises its stake then", r.Pool, r.Height)
		}
		var left uint64
		for _, w := range workers {
			if slices.Contains(w.Pools, r.Pool) && r.Ahead(w.Address) {
				left++
			}
		}
		if r.Left != left {
			return true, fmt.Errorf("recheck: of %s: %d workers ahead, expected %d", r.Pool, r.Left, left)
		}
		load += left + 1
		return false, nil
	})
	if err != nil {
		return err
	}
	if have, err := k.recheckLoad(ctx); err != nil || have != load {
		return fmt.Errorf("recheck: load %d, expected %d: %w", have, load, err)
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
	recheck, err := k.recheckOf(ctx, p)
	if err != nil {
		return 0, 0, err
	}
	for _, w := range workers {
		if slices.Contains(w.Pools, p.Id) {
			if serving[w.Organisation]++; serving[w.Organisation] == 1 {
				names = append(names, w.Organisation)
			}
		}
		pos, err := k.MemberPosition.Get(ctx, collections.Join(p.Id, w.Address))
		isReady := w.Ready(p.Id, p.Asks(w.Address, recheck))
		if listed := err == nil; listed != isReady {
			return 0, 0, fmt.Errorf("%s: ready %t, listed %t", w.Address, isReady, listed)
		}
		if isReady && w.Free() < p.InForce(height(ctx), recheck).Stake {
			return 0, 0, fmt.Errorf("%s: listed with %d ucred free, expected the stake in force", w.Address, w.Free())
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
