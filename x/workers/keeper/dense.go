package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/workers/types"
)

// The dense arrays have two floors, so that a draw costs the same however many workers there are, and so does every
// change:
//
//	pool            -> organisations that can be drawn: those on the floor below, while the organisation is active
//	                   and holds the worker role
//	(pool, org)     -> its workers that are ready by themselves (types.Worker.Ready)
//
// Removal swaps with the last. Every item knows its position, so that nothing is searched.

// EligibleOrgs returns how many organisations can be drawn in the pool.
func (k Keeper) EligibleOrgs(ctx context.Context, pool string) (uint64, error) {
	return counter(ctx, k.OrgCount, pool)
}

// EligiblePosition returns the position of an organisation in the pool's array.
func (k Keeper) EligiblePosition(ctx context.Context, pool, org string) (pos uint64, found bool, err error) {
	pos, err = k.OrgPosition.Get(ctx, collections.Join(pool, org))
	if errors.Is(err, collections.ErrNotFound) {
		return 0, false, nil
	}
	return pos, err == nil, err
}

// EligibleOrgAt returns the organisation at a position and how many of its workers can be drawn; ErrNoSuchPosition
// beyond the end.
func (k Keeper) EligibleOrgAt(ctx context.Context, pool string, pos uint64) (org string, members uint64, err error) {
	org, err = k.OrgAt.Get(ctx, collections.Join(pool, pos))
	if errors.Is(err, collections.ErrNotFound) {
		return "", 0, types.ErrNoSuchPosition.Wrapf("organisation %d of pool %q", pos, pool)
	}
	if err != nil {
		return "", 0, err
	}
	members, err = counter(ctx, k.MemberCount, collections.Join(pool, org))
	return org, members, err
}

// EligibleMemberAt returns the worker at a position of an organisation's array; ErrNoSuchPosition beyond the end.
func (k Keeper) EligibleMemberAt(ctx context.Context, pool, org string, pos uint64) (worker string, err error) {
	worker, err = k.MemberAt.Get(ctx, collections.Join3(pool, org, pos))
	if errors.Is(err, collections.ErrNotFound) {
		return "", types.ErrNoSuchPosition.Wrapf("worker %d of %q in pool %q", pos, org, pool)
	}
	return worker, err
}

// Refresh puts the organisation's status and role into effect in every pool that it serves. It costs as much as it
// serves pools, however many workers it has. Whoever changes organisations calls it.
func (k Keeper) Refresh(ctx context.Context, org string) error {
	active, err := k.orgs.HasRole(ctx, org, orgstypes.ROLE_WORKER)
	if err != nil {
		return err
	}
	var pools []string
	err = k.Serving.Walk(ctx, collections.NewPrefixedPairRange[string, string](org), func(key pair, _ uint64) (bool, error) {
		pools = append(pools, key.K2())
		return false, nil
	})
	if err != nil {
		return err
	}
	for _, pool := range pools {
		if err := k.placeOrg(ctx, pool, org, active, false); err != nil {
			return err
		}
	}
	return nil
}

// AfterRightsChanged is the hook by which x/orgs tells of an organisation's status and roles.
func (k Keeper) AfterRightsChanged(ctx context.Context, org string) error { return k.Refresh(ctx, org) }

// place puts a worker where it belongs: into the array of its organisation in the pool if it is ready, out otherwise;
// and its organisation into the pool's array, if that is active and has a ready worker, out otherwise. Drawn says that a
// draw has just taken one of the worker's slots.
func (k Keeper) place(ctx context.Context, pool string, w types.Worker, ready, active, drawn bool) error {
	pos, err := k.MemberPosition.Get(ctx, collections.Join(pool, w.Address))
	member := err == nil
	switch {
	case err != nil && !errors.Is(err, collections.ErrNotFound):
		return err
	case ready && !member:
		err = k.addMember(ctx, pool, w)
	case !ready && member:
		err = k.removeMember(ctx, pool, w, pos)
	default:
		err = nil
	}
	if err != nil {
		return err
	}
	return k.placeOrg(ctx, pool, w.Organisation, active, drawn)
}

func (k Keeper) addMember(ctx context.Context, pool string, w types.Worker) error {
	owner := collections.Join(pool, w.Organisation)
	n, err := counter(ctx, k.MemberCount, owner)
	if err != nil {
		return err
	}
	if err := k.MemberAt.Set(ctx, collections.Join3(pool, w.Organisation, n), w.Address); err != nil {
		return err
	}
	if err := k.MemberPosition.Set(ctx, collections.Join(pool, w.Address), n); err != nil {
		return err
	}
	return k.MemberCount.Set(ctx, owner, n+1)
}

func (k Keeper) removeMember(ctx context.Context, pool string, w types.Worker, pos uint64) error {
	owner := collections.Join(pool, w.Organisation)
	n, err := k.MemberCount.Get(ctx, owner)
	if err != nil {
		return err
	}
	last, err := k.MemberAt.Get(ctx, collections.Join3(pool, w.Organisation, n-1))
	if err != nil {
		return err
	}
	// The last takes the place; where it is the removed one itself, the removals below undo that.
	if err := k.MemberAt.Set(ctx, collections.Join3(pool, w.Organisation, pos), last); err != nil {
		return err
	}
	if err := k.MemberPosition.Set(ctx, collections.Join(pool, last), pos); err != nil {
		return err
	}
	if err := k.MemberAt.Remove(ctx, collections.Join3(pool, w.Organisation, n-1)); err != nil {
		return err
	}
	if err := k.MemberPosition.Remove(ctx, collections.Join(pool, w.Address)); err != nil {
		return err
	}
	return setCounter(ctx, k.MemberCount, owner, n-1)
}

// placeOrg is place for the upper floor.
func (k Keeper) placeOrg(ctx context.Context, pool, org string, active, drawn bool) error {
	members, err := counter(ctx, k.MemberCount, collections.Join(pool, org))
	if err != nil {
		return err
	}
	pos, listed, err := k.EligiblePosition(ctx, pool, org)
	if err != nil {
		return err
	}
	switch drawable := active && members > 0; {
	case drawable && !listed:
		if err := k.addOrg(ctx, pool, org); err != nil {
			return err
		}
		return k.beginStint(ctx, pool, org)
	case !drawable && listed:
		if err := k.removeOrg(ctx, pool, org, pos); err != nil {
			return err
		}
		return k.endStint(ctx, pool, org, drawn)
	}
	return nil
}

func (k Keeper) addOrg(ctx context.Context, pool, org string) error {
	n, err := counter(ctx, k.OrgCount, pool)
	if err != nil {
		return err
	}
	if err := k.OrgAt.Set(ctx, collections.Join(pool, n), org); err != nil {
		return err
	}
	if err := k.OrgPosition.Set(ctx, collections.Join(pool, org), n); err != nil {
		return err
	}
	return k.OrgCount.Set(ctx, pool, n+1)
}

func (k Keeper) removeOrg(ctx context.Context, pool, org string, pos uint64) error {
	n, err := k.OrgCount.Get(ctx, pool)
	if err != nil {
		return err
	}
	last, err := k.OrgAt.Get(ctx, collections.Join(pool, n-1))
	if err != nil {
		return err
	}
	if err := k.OrgAt.Set(ctx, collections.Join(pool, pos), last); err != nil {
		return err
	}
	if err := k.OrgPosition.Set(ctx, collections.Join(pool, last), pos); err != nil {
		return err
	}
	if err := k.OrgAt.Remove(ctx, collections.Join(pool, n-1)); err != nil {
		return err
	}
	if err := k.OrgPosition.Remove(ctx, collections.Join(pool, org)); err != nil {
		return err
	}
	return setCounter(ctx, k.OrgCount, pool, n-1)
}
