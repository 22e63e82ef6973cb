package keeper

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/x/workers/types"
)

// CheckInvariants reads the whole state and returns an error that names the first broken law. It is for tests, simulations and
// operators, not for blocks.
//
//	money      balance >= owed == sum of bonded and unbonding; the queue holds exactly what is unbonding
//	workers    locked <= bonded, busy <= slots; a cooling worker is in the queue once
//	evictions  each is from a pool that the worker serves, and is in the queue
//	tickets    those of a pool are 0..n-1, each of one organisation; every organisation that serves in the pool holds one
//	counts     the registered workers and organisations of each pool
//	indexes    those of organisations, pools and runtimes agree with the workers' records
//	rechecks   one for each pool that raises its stake and whose pass has not ended, with the number of workers ahead of it
//	arrays     exactly the ready workers, at positions 0..n-1, each item at the position stored for it
func (k Keeper) CheckInvariants(ctx context.Context) error {
	workers, err := k.allWorkers(ctx)
	if err != nil {
		return err
	}
	for _, check := range []func(context.Context, []types.Worker) error{
		k.checkMoney, k.checkQueues, k.checkEvictions, k.checkTickets, k.checkIndexes, k.checkRechecks, k.checkArrays,
	} {
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
		n, err := readCount(ctx, k.OpenUnbondings, w.Address)
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
	for _, w := range workers { // Worker.Validate checks that the worker serves in those pools
		for _, e := range w.Evictions {
			key := collections.Join3(uint64(e.Height), e.Pool, w.Address)
			if err := expectKey(ctx, mapOf(k.Evictions), key, "eviction: %s from %s at height %d is not in the queue", w.Address, e.Pool, e.Height); err != nil {
				return err
			}
		}
	}
	return k.Evictions.Walk(ctx, nil, func(key evictions) (bool, error) {
		return false, errors.Join(
			expectKey(ctx, k.Pools, key.K2(), "eviction: from %q, which is not a pool", key.K2()),
			expectKey(ctx, k.Workers, key.K3(), "eviction: of %q, which is not a worker", key.K3()),
		)
	})
}

// expectKey fails with a problem unless a map has an entry.
func expectKey[K, V any](ctx context.Context, m collections.Map[K, V], key K, problem string, args ...any) error {
	found, err := m.Has(ctx, key)
	if err == nil && !found {
		err = fmt.Errorf(problem, args...)
	}
	return err
}

func (k Keeper) checkTickets(ctx context.Context, workers []types.Worker) error {
	next, all := map[string]uint64{}, 0 // tickets are walked in order
	err := k.TicketHolder.Walk(ctx, nil, func(key collections.Pair[string, uint64], org string) (bool, error) {
		pool, ticket := key.K1(), key.K2()
		if err := expectKey(ctx, k.Pools, pool, "ticket: of %q, which is not a pool", pool); err != nil {
			return true, err
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
	return errors.Join(
		expectEntries(ctx, "ticket_of", k.TicketOf, all),
		expectCounts(ctx, "ticket_count", k.TicketCount, next, plainText),
		k.checkTicketsOf(ctx, workers),
	)
}

// checkTicketsOf checks that every organisation that serves in a pool holds one of its tickets.
func (k Keeper) checkTicketsOf(ctx context.Context, workers []types.Worker) error {
	for _, w := range workers {
		for _, id := range w.Pools {
			if err := expectKey(ctx, k.TicketOf, collections.Join(id, w.Organisation), "ticket: %s serves in %s and holds none", w.Organisation, id); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k Keeper) checkIndexes(ctx context.Context, workers []types.Worker) error {
	for _, w := range workers {
		if err := expectKey(ctx, mapOf(k.WorkersOf), collections.Join(w.Organisation, w.Address), "index: %s is not under %s", w.Address, w.Organisation); err != nil {
			return err
		}
		if w.Runtime == "" && len(w.Pools) > 0 {
			return fmt.Errorf("runtime: %s serves %d pools and has none", w.Address, len(w.Pools))
		}
	}
	return errors.Join(
		expectEntries(ctx, "workers_of", mapOf(k.WorkersOf), len(workers)),
		k.checkPoolIndexes(ctx, workers),
		k.checkRuntimeIndexes(ctx, workers),
	)
}

func (k Keeper) checkPoolIndexes(ctx context.Context, workers []types.Worker) error {
	sizes, served := map[string]uint64{}, 0
	for _, w := range workers {
		for _, id := range w.Pools {
			if err := expectKey(ctx, mapOf(k.WorkersIn), collections.Join(id, w.Address), "index: %s is not under pool %s", w.Address, id); err != nil {
				return err
			}
			sizes[id]++
			served++
		}
	}
	if err := expectEntries(ctx, "workers_in", mapOf(k.WorkersIn), served); err != nil {
		return err
	}
	return expectCounts(ctx, "pool_size", k.PoolSize, sizes, plainText)
}

func (k Keeper) checkRuntimeIndexes(ctx context.Context, workers []types.Worker) error {
	runtimes, orgs := map[string]uint64{}, map[string]uint64{}
	for _, w := range workers {
		if w.Runtime == "" {
			continue
		}
		key := pairText(collections.Join(w.Organisation, w.Runtime))
		if runtimes[key]++; runtimes[key] == 1 {
			orgs[w.Runtime]++
		}
	}
	if err := expectCounts(ctx, "runtime_serving", k.RuntimeServing, runtimes, pairText); err != nil {
		return err
	}
	return expectCounts(ctx, "runtime_orgs", k.RuntimeOrgs, orgs, plainText)
}

// expectEntries fails unless a map has this number of entries.
func expectEntries[K, V any](ctx context.Context, name string, m collections.Map[K, V], want int) error {
	have := 0
	if err := walkAll(ctx, m, func(K, V) { have++ }); err != nil {
		return err
	}
	if have != want {
		return fmt.Errorf("%s: %d entries, expected %d", name, have, want)
	}
	return nil
}

// expectCounts fails unless the stored counts are the wanted ones. text returns the name of a stored key in want.
func expectCounts[K any](ctx context.Context, name string, m collections.Map[K, uint64], want map[string]uint64, text func(K) string) error {
	if err := expectEntries(ctx, name, m, len(want)); err != nil {
		return err
	}
	return m.Walk(ctx, nil, func(key K, n uint64) (bool, error) {
		if entry := text(key); n != want[entry] {
			return true, fmt.Errorf("%s: %s has %d, expected %d", name, entry, n, want[entry])
		}
		return false, nil
	})
}

func plainText(key string) string { return key }

// pairText returns the text of a pair, for use as a map key: two equal pairs differ as map keys, because they hold pointers.
func pairText(key pair) string { return key.K1() + "/" + key.K2() }

func (k Keeper) checkRechecks(ctx context.Context, workers []types.Worker) error {
	var load uint64
	err := k.Rechecks.Walk(ctx, nil, func(key queued, r types.Recheck) (bool, error) {
		load += r.Left + 1
		return false, k.checkRecheck(ctx, key, r, workers)
	})
	if err != nil {
		return err
	}
	if have, err := k.recheckLoad(ctx); err != nil || have != load {
		return fmt.Errorf("recheck: load %d, expected %d: %w", have, load, err)
	}
	return nil
}

func pairAt(key queued) string { return fmt.Sprint(key.K1(), " ", key.K2()) }

// checkRecheck checks one pass: its pool raises its stake then, and the pass counts the workers that it has yet to reach.
func (k Keeper) checkRecheck(ctx context.Context, key queued, r types.Recheck, workers []types.Worker) error {
	pool, err := k.Pools.Get(ctx, r.Pool)
	if err != nil {
		return err
	}
	if !pool.Raises() || pool.NextHeight != r.Height || pairAt(key) != pairAt(recheckKey(r.Height, r.Pool)) {
		return fmt.Errorf("recheck: of %s at height %d, expected a pool that raises its stake then", r.Pool, r.Height)
	}
	var left uint64
	for _, w := range workers {
		if slices.Contains(w.Pools, r.Pool) && r.Ahead(w.Address) {
			left++
		}
	}
	if r.Left != left {
		return fmt.Errorf("recheck: of %s: %d workers ahead, expected %d", r.Pool, r.Left, left)
	}
	return nil
}
