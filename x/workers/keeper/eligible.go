package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/internal/densearray"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/workers/types"
)

// Draws choose an organisation first and then one of its workers. So the arrays from which they choose have two levels:
//
//	EligibleOrganisations   pool                  -> organisations that can be drawn: those with a worker on the level
//	                                                 below, while the organisation is active and holds the worker role
//	EligibleMembers         (pool, organisation)  -> its workers that are ready by themselves (types.Worker.Ready)
//
// Each change of a worker or an organisation updates both levels at once, so that a draw never has to skip an entry.
// With package densearray a draw and every change cost the same however many workers there are.

type (
	organisationArray = densearray.Array[string, collections.Pair[string, uint64], pair]
	memberArray       = densearray.Array[pair, collections.Triple[string, string, uint64], pair]
)

// memberKey is the key of a member's entry. The key of its position, memberPositionKey, needs only the pool and the worker,
// because a worker belongs to one organisation.
func memberKey(owner pair, position uint64) collections.Triple[string, string, uint64] {
	return collections.Join3(owner.K1(), owner.K2(), position)
}

func memberPositionKey(owner pair, worker string) pair { return collections.Join(owner.K1(), worker) }

// EligibleOrgs returns how many organisations can be drawn in the pool.
func (k Keeper) EligibleOrgs(ctx context.Context, pool string) (uint64, error) {
	return k.EligibleOrganisations.Length(ctx, pool)
}

// EligiblePosition returns the position of an organisation in the pool's array.
func (k Keeper) EligiblePosition(ctx context.Context, pool, org string) (pos uint64, found bool, err error) {
	return k.EligibleOrganisations.Position(ctx, pool, org)
}

// EligibleOrgAt returns the organisation at a position and how many of its workers can be drawn; ErrNoSuchPosition
// beyond the end.
func (k Keeper) EligibleOrgAt(ctx context.Context, pool string, pos uint64) (org string, members uint64, err error) {
	org, err = k.EligibleOrganisations.ItemAt(ctx, pool, pos)
	if errors.Is(err, collections.ErrNotFound) {
		return "", 0, types.ErrNoSuchPosition.Wrapf("organisation %d of pool %q", pos, pool)
	}
	if err != nil {
		return "", 0, err
	}
	members, err = k.EligibleMembers.Length(ctx, collections.Join(pool, org))
	return org, members, err
}

// EligibleMemberAt returns the worker at a position of an organisation's array; ErrNoSuchPosition beyond the end.
func (k Keeper) EligibleMemberAt(ctx context.Context, pool, org string, pos uint64) (worker string, err error) {
	worker, err = k.EligibleMembers.ItemAt(ctx, collections.Join(pool, org), pos)
	if errors.Is(err, collections.ErrNotFound) {
		return "", types.ErrNoSuchPosition.Wrapf("worker %d of %q in pool %q", pos, org, pool)
	}
	return worker, err
}

// AfterRightsChanged is the hook that x/orgs calls when an organisation's status or roles have changed.
func (k Keeper) AfterRightsChanged(ctx context.Context, org string) error { return k.Refresh(ctx, org) }

// Refresh puts the organisation's status and role into effect in every pool that it serves. Its cost grows with the number of
// these pools, not with the number of workers. Every change of an organisation's rights calls it.
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
		if err := k.placeOrganisation(ctx, pool, org, standing{active: active}); err != nil {
			return err
		}
	}
	return nil
}

// standing holds the facts that decide a worker's place in the arrays, in addition to the worker's own readiness.
type standing struct {
	active bool // its organisation is active and holds the worker role
	drawn  bool // a draw has just taken one of its slots
}

// placeMember puts a worker into its organisation's array of the pool if it is ready, and takes it out otherwise. Then it updates
// the organisation's place in the pool's array.
func (k Keeper) placeMember(ctx context.Context, pool string, w types.Worker, ready bool, at standing) error {
	if err := k.EligibleMembers.SetPresent(ctx, collections.Join(pool, w.Organisation), w.Address, ready); err != nil {
		return err
	}
	return k.placeOrganisation(ctx, pool, w.Organisation, at)
}

// placeOrganisation puts an organisation into the pool's array if it is active and has a ready worker there, and takes it out
// otherwise. It records when the organisation's stint begins and ends.
func (k Keeper) placeOrganisation(ctx context.Context, pool, org string, at standing) error {
	members, err := k.EligibleMembers.Length(ctx, collections.Join(pool, org))
	if err != nil {
		return err
	}
	_, was, err := k.EligiblePosition(ctx, pool, org)
	if err != nil {
		return err
	}
	is := at.active && members > 0
	if was == is {
		return nil
	}
	if err := k.EligibleOrganisations.SetPresent(ctx, pool, org, is); err != nil {
		return err
	}
	if is {
		return k.beginStint(ctx, pool, org)
	}
	return k.endStint(ctx, pool, org, at.drawn)
}
