package keeper

import (
	"context"

	"cosmossdk.io/collections"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/workers/types"
)

// InitGenesis stores a valid genesis state. Accounts, coins and organisations must have been stored before it.
func (k Keeper) InitGenesis(ctx context.Context, g types.GenesisState) error {
	if err := g.Validate(k.addresses); err != nil {
		return err
	}
	// Creates the account: coins sent to an address without one would make it a plain account, which can not burn.
	if k.accounts.GetModuleAccount(ctx, types.ModuleName) == nil {
		return types.ErrInvalidGenesis.Wrapf("account of module %s: not a module account", types.ModuleName)
	}
	if err := k.Params.Set(ctx, g.Params); err != nil {
		return err
	}
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
		r.Left = 0 // the workers ahead are counted as they are stored
		if err := k.addRecheck(ctx, r); err != nil {
			return err
		}
	}
	for _, p := range g.Tickets {
		for _, org := range p.Organisations {
			if err := k.giveTicket(ctx, p.Pool, org); err != nil {
				return err
			}
		}
	}
	// The arrays first, for their order; storing the workers then finds everyone in place.
	if err := k.initEligible(ctx, g); err != nil {
		return err
	}
	var owed uint64
	for _, w := range g.Workers {
		if w.Runtime == "" && len(w.Pools) > 0 { // a genesis written by hand need not say it
			pool, err := k.GetPool(ctx, w.Pools[0])
			if err != nil {
				return err
			}
			w.Runtime = pool.Runtime
		}
		if err := k.store(ctx, types.Worker{}, w); err != nil {
			return err
		}
		if w.Cooling() {
			if err := k.Cooling.Set(ctx, collections.Join(uint64(w.CoolingUntil), w.Address)); err != nil {
				return err
			}
		}
		owed += w.Bonded + w.Unbonding
	}
	if err := k.initStints(ctx, g.Tickets); err != nil { // after the workers, whose placing begins stints
		return err
	}
	for _, u := range g.Unbondings {
		if err := k.enqueue(ctx, collections.Join(uint64(u.Height), u.Worker), u.Amount); err != nil {
			return err
		}
	}
	for _, e := range g.Evictions {
		if err := k.Evictions.Set(ctx, collections.Join3(uint64(e.Height), e.Pool, e.Worker)); err != nil {
			return err
		}
	}
	if err := k.Owed.Set(ctx, owed); err != nil {
		return err
	}
	if balance, _, err := k.Solvency(ctx); err != nil {
		return err
	} else if balance < owed {
		return types.ErrInvalidGenesis.Wrapf("balance of the module's account: %d ucred, expected at least the %d of stake", balance, owed)
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
				if err := k.place(ctx, e.Pool, w, true, active, false); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// initStints puts the stints back as they were exported. One that a genesis does not tell, written by hand, has lasted
// since before the chain began.
func (k Keeper) initStints(ctx context.Context, tickets []types.PoolTickets) error {
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
	for _, p := range tickets {
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
	err = k.Pools.Walk(ctx, nil, func(_ string, p types.Pool) (bool, error) {
		g.Pools = append(g.Pools, p)
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.Workers.Walk(ctx, nil, func(_ string, w types.Worker) (bool, error) {
		g.Workers = append(g.Workers, w)
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.Unbondings.Walk(ctx, nil, func(key queued, amount uint64) (bool, error) {
		g.Unbondings = append(g.Unbondings, types.Unbonding{Worker: key.K2(), Height: int64(key.K1()), Amount: amount})
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.Invitations.Walk(ctx, nil, func(key pair) (bool, error) {
		g.Invitations = append(g.Invitations, types.Invitation{Pool: key.K1(), Organisation: key.K2()})
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.Rechecks.Walk(ctx, nil, func(_ queued, r types.Recheck) (bool, error) {
		g.Rechecks = append(g.Rechecks, r)
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.TicketHolder.Walk(ctx, nil, func(key collections.Pair[string, uint64], org string) (bool, error) {
		if last := len(g.Tickets) - 1; last < 0 || g.Tickets[last].Pool != key.K1() {
			g.Tickets = append(g.Tickets, types.PoolTickets{Pool: key.K1()})
		}
		t := &g.Tickets[len(g.Tickets)-1]
		t.Organisations = append(t.Organisations, org)
		stint, _, err := k.Stint(ctx, key.K1(), org)
		if err != nil {
			return true, err
		}
		t.Stints = append(t.Stints, stint)
		t.Moves, err = k.PoolMoves(ctx, key.K1())
		return false, err
	})
	if err != nil {
		return nil, err
	}
	err = k.Evictions.Walk(ctx, nil, func(key evictions) (bool, error) {
		g.Evictions = append(g.Evictions, types.QueuedEviction{Height: int64(key.K1()), Pool: key.K2(), Worker: key.K3()})
		return false, nil
	})
	if err != nil {
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

// exportEligible returns a pool's arrays: the organisations that can be drawn by position, then, in order of their ids,
// those with ready workers that can not, because the council revoked them or their role. The import tells them apart by
// asking for the role.
func (k Keeper) exportEligible(ctx context.Context, pool string) (types.EligiblePool, error) {
	e := types.EligiblePool{Pool: pool}
	var orgs []string
	err := k.OrgAt.Walk(ctx, collections.NewPrefixedPairRange[string, uint64](pool),
		func(_ collections.Pair[string, uint64], org string) (bool, error) {
			orgs = append(orgs, org)
			return false, nil
		})
	if err != nil {
		return e, err
	}
	err = k.MemberCount.Walk(ctx, collections.NewPrefixedPairRange[string, string](pool), func(key pair, _ uint64) (bool, error) {
		drawable, err := k.OrgPosition.Has(ctx, key)
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
		err := k.MemberAt.Walk(ctx, collections.NewSuperPrefixedTripleRange[string, string, uint64](pool, org),
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
