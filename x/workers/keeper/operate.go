package keeper

import (
	"context"

	"cosmossdk.io/collections"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/workers/types"
)

// changePool applies an operator's change to a pool with its terms in force, and stores the pool.
func (k Keeper) changePool(ctx context.Context, operator, id string, change func(*types.Pool) error) (types.Pool, error) {
	addr, err := k.addresses.StringToBytes(operator)
	if err != nil {
		return types.Pool{}, types.ErrNotOperator.Wrapf("operator %q: %s", operator, err)
	}
	pool, err := k.GetPool(ctx, id)
	if err != nil {
		return pool, err
	}
	if _, err := k.MayOperate(ctx, addr, pool); err != nil {
		return pool, err
	}
	if err := change(&pool); err != nil {
		return pool, err
	}
	if err := pool.Validate(k.addresses); err != nil {
		return pool, err
	}
	return pool, k.Pools.Set(ctx, id, pool)
}

// SetPool replaces the settings of a pool and returns the height of announced terms, 0 for none. ErrRetired for a change that
// a retired pool no longer takes; ErrTerms and ErrNotice for terms that cannot follow.
func (k Keeper) SetPool(ctx context.Context, msg *types.MsgSetPool) (due int64, err error) {
	var retires bool
	pool, err := k.changePool(ctx, msg.Operator, msg.Id, func(p *types.Pool) error {
		switch {
		case p.Retired && !msg.Retired:
			return types.ErrRetired.Wrapf("%s: that is final", p.Id)
		case msg.Retired && msg.Terms != nil:
			return types.ErrRetired.Wrapf("%s: expected no new terms", p.Id)
		}
		p.Description, p.Invited, p.Requesters = msg.Description, msg.Invited, msg.Requesters
		if retires = msg.Retired && !p.Retired; retires {
			p.Retired, p.PendingOperator = true, ""
		}
		if msg.Terms == nil {
			return nil
		}
		err := k.announceTerms(ctx, p, *msg.Terms)
		due = p.NextHeight
		return err
	})
	if err != nil {
		return 0, err
	}
	if err := emitEvent(ctx, &types.EventPoolChanged{Pool: pool.Id, What: "set"}); err != nil {
		return 0, err
	}
	if msg.Terms != nil {
		if err := emitAnnounced(ctx, pool); err != nil {
			return 0, err
		}
	}
	if retires {
		return 0, emitEvent(ctx, &types.EventPoolChanged{Pool: pool.Id, What: "retired"})
	}
	return due, nil
}

// Invite invites an organisation to a pool, or withdraws the invitation. ErrInvitation where there is nothing to do,
// ErrRetired when the pool takes no new workers.
func (k Keeper) Invite(ctx context.Context, msg *types.MsgInvite) error {
	_, err := k.changePool(ctx, msg.Operator, msg.Pool, func(p *types.Pool) error {
		key := collections.Join(p.Id, msg.Organisation)
		invited, err := k.Invitations.Has(ctx, key)
		if err != nil {
			return err
		}
		switch {
		case msg.Withdrawn && !invited:
			return types.ErrInvitation.Wrapf("%q to %s: there is none to withdraw", msg.Organisation, p.Id)
		case msg.Withdrawn:
			return k.Invitations.Remove(ctx, key)
		case invited:
			return types.ErrInvitation.Wrapf("%q to %s: there is one", msg.Organisation, p.Id)
		case p.Retired:
			return types.ErrRetired.Wrapf("%s takes no new workers", p.Id)
		}
		// The organisation must exist. Its role is checked when it joins and whenever it is drawn.
		if _, err := k.orgs.HasRole(ctx, msg.Organisation, orgstypes.ROLE_WORKER); err != nil {
			return err
		}
		return k.Invitations.Set(ctx, key)
	})
	if err != nil {
		return err
	}
	what := "invited"
	if msg.Withdrawn {
		what = "uninvited"
	}
	return emitEvent(ctx, &types.EventPoolChanged{Pool: msg.Pool, What: what, Organisation: msg.Organisation})
}

// TransferPool offers a pool to another organisation that may operate pools, or takes the offer back. A new offer replaces the
// one before. ErrOffer, ErrRetired.
func (k Keeper) TransferPool(ctx context.Context, msg *types.MsgTransferPool) error {
	_, err := k.changePool(ctx, msg.Operator, msg.Pool, func(p *types.Pool) error {
		switch {
		case p.Retired:
			return types.ErrRetired.Wrapf("%s is not handed over", p.Id)
		case msg.To == "" && p.PendingOperator == "":
			return types.ErrOffer.Wrapf("%s: it is offered to nobody", p.Id)
		case msg.To != "" && msg.To == p.Operator:
			return types.ErrOffer.Wrapf("%s: %q operates it already", p.Id, msg.To)
		case msg.To != "":
			if may, err := k.orgs.HasRole(ctx, msg.To, orgstypes.ROLE_POOL_OPERATOR); err != nil {
				return err
			} else if !may {
				return types.ErrOffer.Wrapf("%s: %q may not operate pools", p.Id, msg.To)
			}
		}
		p.PendingOperator = msg.To
		return nil
	})
	if err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventPoolChanged{Pool: msg.Pool, What: "offered", Organisation: msg.To})
}

// AcceptPool makes an organisation the operator of a pool that was offered to it; ErrOffer for any other organisation.
func (k Keeper) AcceptPool(ctx context.Context, org, id string) error {
	pool, err := k.GetPool(ctx, id)
	if err != nil {
		return err
	}
	if org == "" || org != pool.PendingOperator {
		return types.ErrOffer.Wrapf("%s: it is offered to %q, not to %q", id, pool.PendingOperator, org)
	}
	pool.Operator, pool.PendingOperator = org, ""
	if err := k.Pools.Set(ctx, id, pool); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventPoolChanged{Pool: id, What: "transferred", Organisation: org})
}
