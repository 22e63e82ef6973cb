package keeper

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"cosmossdk.io/collections"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/workers/types"
)

func (k Keeper) checkArrays(ctx context.Context, workers []types.Worker) error {
	var pools []types.Pool
	if err := walkAll(ctx, k.Pools, func(_ string, p types.Pool) { pools = append(pools, p) }); err != nil {
		return err
	}
	var members, orgs int
	for _, p := range pools {
		c := poolCheck{pool: p, ready: map[string]uint64{}, serving: map[string]uint64{}}
		for _, check := range []func(context.Context, *poolCheck, []types.Worker) error{k.checkMembers, k.checkOrganisations} {
			if err := check(ctx, &c, workers); err != nil {
				return fmt.Errorf("pool %s: %w", p.Id, err)
			}
		}
		members, orgs = members+c.members, orgs+len(c.ready)
	}
	// The arrays hold nothing except what was found above.
	return errors.Join(
		expectEntries(ctx, "member_at", k.EligibleMembers.Items, members),
		expectEntries(ctx, "member_position", k.EligibleMembers.Positions, members),
		expectEntries(ctx, "member_count", k.EligibleMembers.Lengths, orgs),
	)
}

// poolCheck collects what the workers' records say about one pool.
type poolCheck struct {
	pool    types.Pool
	members int               // ready workers
	ready   map[string]uint64 // organisation -> its ready workers
	serving map[string]uint64 // organisation -> its registered workers
	names   []string          // the organisations that serve in it
}

// checkMembers compares the lower level of the arrays with the workers, and fills c.
func (k Keeper) checkMembers(ctx context.Context, c *poolCheck, workers []types.Worker) error {
	recheck, err := k.recheckOf(ctx, c.pool)
	if err != nil {
		return err
	}
	inForce := c.pool.InForce(blockHeight(ctx), recheck).Stake
	for _, w := range workers {
		if slices.Contains(w.Pools, c.pool.Id) {
			if c.serving[w.Organisation]++; c.serving[w.Organisation] == 1 {
				c.names = append(c.names, w.Organisation)
			}
		}
		pos, listed, err := k.EligibleMembers.Position(ctx, collections.Join(c.pool.Id, w.Organisation), w.Address)
		ready := w.Ready(c.pool.Id, c.pool.Asks(w.Address, recheck))
		if err != nil || listed != ready {
			return fmt.Errorf("%s: ready %t, listed %t: %w", w.Address, ready, listed, err)
		}
		if !listed {
			continue
		}
		if w.Free() < inForce {
			return fmt.Errorf("%s: listed with %d ucred free, expected the stake in force", w.Address, w.Free())
		}
		if at, err := k.EligibleMemberAt(ctx, c.pool.Id, w.Organisation, pos); err != nil || at != w.Address {
			return fmt.Errorf("%s: at its position %d is %q: %w", w.Address, pos, at, err)
		}
		c.ready[w.Organisation]++
		c.members++
	}
	return nil
}

// checkOrganisations compares the counts of a pool and the upper level of its arrays with what checkMembers found.
func (k Keeper) checkOrganisations(ctx context.Context, c *poolCheck, _ []types.Worker) error {
	id := c.pool.Id
	if n, err := k.Registered(ctx, id); err != nil || n != uint64(len(c.names)) {
		return fmt.Errorf("registered: %d organisations, expected %d: %w", n, len(c.names), err)
	}
	var drawable uint64
	for _, org := range c.names {
		listed, err := k.checkOrganisation(ctx, c, org)
		if err != nil {
			return fmt.Errorf("%s: %w", org, err)
		}
		if listed {
			drawable++
		}
	}
	if n, err := k.EligibleOrgs(ctx, id); err != nil || n != drawable {
		return fmt.Errorf("eligible: %d organisations, expected %d: %w", n, drawable, err)
	}
	return nil
}

func (k Keeper) checkOrganisation(ctx context.Context, c *poolCheck, org string) (listed bool, err error) {
	id := c.pool.Id
	if n, err := readCount(ctx, k.Serving, collections.Join(org, id)); err != nil || n != c.serving[org] {
		return false, fmt.Errorf("%d workers registered, expected %d: %w", n, c.serving[org], err)
	}
	n, err := k.EligibleMembers.Length(ctx, collections.Join(id, org))
	if err != nil || n != c.ready[org] {
		return false, fmt.Errorf("%d members, expected %d: %w", n, c.ready[org], err)
	}
	active, err := k.orgs.HasRole(ctx, org, orgstypes.ROLE_WORKER)
	if err != nil {
		return false, err
	}
	return k.checkListed(ctx, id, org, active && n > 0)
}

// checkListed checks that a pool's upper array has an organisation exactly when it can be drawn, at the position stored for it.
func (k Keeper) checkListed(ctx context.Context, pool, org string, drawable bool) (bool, error) {
	pos, listed, err := k.EligiblePosition(ctx, pool, org)
	if err != nil || listed != drawable {
		return false, fmt.Errorf("drawable %t, listed %t: %w", drawable, listed, err)
	}
	if !listed {
		return false, nil
	}
	if at, _, err := k.EligibleOrgAt(ctx, pool, pos); err != nil || at != org {
		return false, fmt.Errorf("at its position %d is %q: %w", pos, at, err)
	}
	return true, nil
}
