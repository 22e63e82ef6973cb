package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/workers/types"
)

// The genesis state holds everything that cannot be computed again: records, queues, tickets, passes, and the arrays of
// eligible workers, whose order decides later draws. Counts and indexes are not in it. They come back because the import
// stores each worker by storeWorker, as a message would.

// InitGenesis stores a valid genesis state. Accounts, coins and organisations must have been stored before it.
func (k Keeper) InitGenesis(ctx context.Context, g types.GenesisState) error {
	if err := g.Validate(k.addresses); err != nil {
		return err
	}
	// This creates the account. Coins sent to its address before would create a plain account, which cannot burn.
	if k.accounts.GetModuleAccount(ctx, types.ModuleName) == nil {
		return types.ErrInvalidGenesis.Wrapf("account of module %s: not a module account", types.ModuleName)
	}
	if err := k.Params.Set(ctx, g.Params); err != nil {
		return err
	}
	// The arrays come before the workers, to keep their order: storing the workers then finds them in place. The stints come
	// after them, because placing a worker begins one.
	for _, part := range []func(context.Context, types.GenesisState) error{
		k.initPools, k.initTickets, k.initEligible, k.initWorkers, k.initStints, k.initQueues, k.initOwed,
	} {
		if err := part(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) initPools(ctx context.Context, g types.GenesisState) error {
	for _, p := range g.Pools {
		if err := k.Pools.Set(ctx, p.Id, p); err != nil {
			return err
		}
	}
	for _, v := range g.Invitations {
		if err := k.Invitations.Set(ctx, collections.Join(v.Pool, v.Organisation)); err != nil {
			return err
		}
	}
	for _, r := range g.Rechecks {
		r.Left = 0 // the workers ahead of it are counted as they are stored
		if err := k.addRecheck(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) initTickets(ctx context.Context, g types.GenesisState) error {
	for _, p := range g.Tickets {
		for _, org := range p.Organisations {
			if err := k.giveTicket(ctx, p.Pool, org); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k Keeper) initEligible(ctx context.Context, g types.GenesisState) error {
	for _, e := range g.Eligible {
		for _, o := range e.Organisations {
			active, err := k.orgs.HasRole(ctx, o.Organisation, orgstypes.ROLE_WORKER)
			if err != nil {
				return err
			}
			for _, address := range o.Workers {
				w := types.Worker{Address: address, Organisation: o.Organisation}
				if err := k.placeMember(ctx, e.Pool, w, true, standing{active: active}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (k Keeper) initWorkers(ctx context.Context, g types.GenesisState) error {
	for _, w := range g.Workers {
		if w.Runtime == "" && len(w.Pools) > 0 { // a genesis written by hand need not have it
			pool, err := k.GetPool(ctx, w.Pools[0])
			if err != nil {
				return err
			}
			w.Runtime = pool.Runtime
		}
		if err := k.storeWorker(ctx, types.Worker{}, w); err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) initQueues(ctx context.Context, g types.GenesisState) error {
	for _, a := range g.Absences {
		if err := k.Absences.Set(ctx, a.Organisation, a); err != nil {
			return err
		}
	}
	for _, w := range g.Workers {
		if !w.Cooling() {
			continue
		}
		if err := k.Cooling.Set(ctx, collections.Join(uint64(w.CoolingUntil), w.Address)); err != nil {
			return err
		}
	}
	for _, u := range g.Unbondings {
		if err := k.enqueueUnbonding(ctx, collections.Join(uint64(u.Height), u.Worker), u.Amount); err != nil {
			return err
		}
	}
	for _, e := range g.Evictions {
		if err := k.Evictions.Set(ctx, collections.Join3(uint64(e.Height), e.Pool, e.Worker)); err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) initOwed(ctx context.Context, g types.GenesisState) error {
	var owed uint64
	for _, w := range g.Workers {
		owed += w.Bonded + w.Unbonding
	}
	if err := k.Owed.Set(ctx, owed); err != nil {
		return err
	}
	balance, _, err := k.Solvency(ctx)
	if err != nil {
		return err
	}
	if balance < owed {
		return types.ErrInvalidGenesis.Wrapf("balance of the module's account: %d ucred, expected at least the %d of stake", balance, owed)
	}
	return nil
}

// initStints restores the stints as they were exported. A genesis that was written by hand may lack some: such a stint has lasted
// since before the chain began.
func (k Keeper) initStints(ctx context.Context, g types.GenesisState) error {
	var placed []pair
	err := k.Stints.Walk(ctx, nil, func(key pair, _ types.Stint) (bool, error) {
		placed = append(placed, key)
		return false, nil
	})
	if err != nil {
		return err
	}
	for _, key := range placed {
		if err := k.Stints.Set(ctx, key, types.Stint{}); err != nil {
			return err
		}
	}
	for _, p := range g.Tickets {
		for i, stint := range p.Stints {
			if stint == (types.Stint{}) {
				continue
			}
			if err := k.Stints.Set(ctx, collections.Join(p.Pool, p.Organisations[i]), stint); err != nil {
				return err
			}
		}
		if err := k.Moves.Set(ctx, p.Pool, p.Moves); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis returns the module's state.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	g := &types.GenesisState{Params: params}
	err = errors.Join(
		walkAll(ctx, k.Pools, func(_ string, p types.Pool) { g.Pools = append(g.Pools, p) }),
		walkAll(ctx, k.Workers, func(_ string, w types.Worker) { g.Workers = append(g.Workers, w) }),
		walkAll(ctx, k.Unbondings, func(key queued, amount uint64) {
			g.Unbondings = append(g.Unbondings, types.Unbonding{Worker: key.K2(), Height: int64(key.K1()), Amount: amount})
		}),
		walkAll(ctx, k.Rechecks, func(_ queued, r types.Recheck) { g.Rechecks = append(g.Rechecks, r) }),
		walkAll(ctx, mapOf(k.Invitations), func(key pair, _ collections.NoValue) {
			g.Invitations = append(g.Invitations, types.Invitation{Pool: key.K1(), Organisation: key.K2()})
		}),
		walkAll(ctx, mapOf(k.Evictions), func(key evictions, _ collections.NoValue) {
			g.Evictions = append(g.Evictions, types.QueuedEviction{Height: int64(key.K1()), Pool: key.K2(), Worker: key.K3()})
		}),
		walkAll(ctx, k.Absences, func(_ string, a types.Absences) { g.Absences = append(g.Absences, a) }),
		walkAll(ctx, k.TicketHolder, func(key collections.Pair[string, uint64], org string) {
			g.Tickets = addTicket(g.Tickets, key.K1(), org)
		}),
	)
	if err != nil {
		return nil, err
	}
	if err := k.exportStints(ctx, g.Tickets); err != nil {
		return nil, err
	}
	for _, p := range g.Pools {
		e, err := k.exportEligible(ctx, p.Id)
		if err != nil {
			return nil, err
		}
		if len(e.Organisations) > 0 {
			g.Eligible = append(g.Eligible, e)
		}
	}
	return g, nil
}

// addTicket adds a ticket to the list of its pool. Tickets must come in the order of their pools.
func addTicket(tickets []types.PoolTickets, pool, org string) []types.PoolTickets {
	if last := len(tickets) - 1; last < 0 || tickets[last].Pool != pool {
		tickets = append(tickets, types.PoolTickets{Pool: pool})
	}
	t := &tickets[len(tickets)-1]
	t.Organisations = append(t.Organisations, org)
	return tickets
}

// exportStints adds to the tickets the stints of their holders.
func (k Keeper) exportStints(ctx context.Context, tickets []types.PoolTickets) error {
	for i := range tickets {
		t := &tickets[i]
		var err error
		if t.Moves, err = k.PoolMoves(ctx, t.Pool); err != nil {
			return err
		}
		for _, org := range t.Organisations {
			stint, _, err := k.Stint(ctx, t.Pool, org)
			if err != nil {
				return err
			}
			t.Stints = append(t.Stints, stint)
		}
	}
	return nil
}

// exportEligible returns a pool's arrays. First come the organisations that can be drawn, by position. Then, in order of their
// ids, come those that have ready workers but cannot be drawn, because the council revoked them or their role. The import tells
// the two apart by asking for the role.
func (k Keeper) exportEligible(ctx context.Context, pool string) (types.EligiblePool, error) {
	e := types.EligiblePool{Pool: pool}
	var orgs []string
	err := k.EligibleOrganisations.Items.Walk(ctx, collections.NewPrefixedPairRange[string, uint64](pool),
		func(_ collections.Pair[string, uint64], org string) (bool, error) {
			orgs = append(orgs, org)
			return false, nil
		})
	if err != nil {
		return e, err
	}
	err = k.EligibleMembers.Lengths.Walk(ctx, collections.NewPrefixedPairRange[string, string](pool), func(key pair, _ uint64) (bool, error) {
		_, drawable, err := k.EligiblePosition(ctx, pool, key.K2())
		if !drawable {
			orgs = append(orgs, key.K2())
		}
		return false, err
	})
	if err != nil {
		return e, err
	}
	for _, org := range orgs {
		o := types.EligibleOrganisation{Organisation: org}
		err := k.EligibleMembers.Items.Walk(ctx, collections.NewSuperPrefixedTripleRange[string, string, uint64](pool, org),
			func(_ collections.Triple[string, string, uint64], worker string) (bool, error) {
				o.Workers = append(o.Workers, worker)
				return false, nil
			})
		if err != nil {
			return e, err
		}
		e.Organisations = append(e.Organisations, o)
	}
	return e, nil
}

// walkAll calls each with every entry of a map, in the order of their keys.
func walkAll[K, V any](ctx context.Context, m collections.Map[K, V], each func(K, V)) error {
	return m.Walk(ctx, nil, func(key K, value V) (bool, error) {
		each(key, value)
		return false, nil
	})
}

// mapOf returns the map that underlies a set.
func mapOf[K any](set collections.KeySet[K]) collections.Map[K, collections.NoValue] {
	return collections.Map[K, collections.NoValue](set)
}
