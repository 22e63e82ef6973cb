package keeper

import (
	"context"

	"cosmossdk.io/collections"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/workers/types"
)

// changePool applies an operator's change to a pool and stores it. The change sees the pool with the terms that are in force now.
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

// SetPool replaces the settings of a pool. It returns the height from which announced terms are in force, or 0 if there are none.
// It returns ErrRetired for a change that a retired pool no longer accepts, and ErrTerms or ErrNotice for terms that cannot be
// announced.
func (k Keeper) SetPool(ctx context.Context, msg *types.MsgSetPool) (due int64, err error) {
	var before types.Pool
	pool, err := k.changePool(ctx, msg.Operator, msg.Id, func(p *types.Pool) error {
		before = *p
		return k.changeSettings(ctx, p, msg)
	})
	if err != nil {
		return 0, err
	}
	if err := emitEvent(ctx, &types.EventPoolChanged{Pool: pool.Id, What: "set"}); err != nil {
		return 0, err
	}
	if msg.Terms != nil {
		return pool.NextHeight, emitAnnounced(ctx, pool)
	}
	if pool.Retired && !before.Retired {
		return 0, emitEvent(ctx, &types.EventPoolChanged{Pool: pool.Id, What: "retired"})
	}
	return 0, nil
}

// changeSettings changes a pool as its operator asks. A pool is retired once and for all, and then announces no terms.
func (k Keeper) changeSettings(ctx context.Context, p *types.Pool, msg *types.MsgSetPool) error {
	if p.Retired && !msg.Retired {
		return types.ErrRetired.Wrapf("%s: that is final", p.Id)
	}
	if msg.Retired && msg.Terms != nil {
		return types.ErrRetired.Wrapf("%s: expected no new terms", p.Id)
	}
	p.Description, p.Invited, p.Requesters = msg.Description, msg.Invited, msg.Requesters
	if msg.Retired && !p.Retired {
		p.Retired, p.PendingOperator = true, ""
	}
	if msg.Terms == nil {
		return nil
	}
	return k.announceTerms(ctx, p, *msg.Terms)
}

// Invite invites an organisation to a pool, or withdraws the invitation. It returns ErrInvitation when there is nothing to do, and
// ErrRetired when the pool takes no new workers.
func (k Keeper) Invite(ctx context.Context, msg *types.MsgInvite) error {
	change, what := k.addInvitation, "invited"
	if msg.Withdrawn {
		change, what = k.withdrawInvitation, "uninvited"
	}
	_, err := k.changePool(ctx, msg.Operator, msg.Pool, func(p *types.Pool) error {
		invited, err := k.Invitations.Has(ctx, collections.Join(p.Id, msg.Organisation))
		if err != nil {
			return err
		}
		return change(ctx, *p, msg.Organisation, invited)
	})
	if err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventPoolChanged{Pool: msg.Pool, What: what, Organisation: msg.Organisation})
}

// addInvitation invites an organisation, which must exist. Its role is checked when it joins and whenever it is drawn.
func (k Keeper) addInvitation(ctx context.Context, p types.Pool, org string, invited bool) error {
	if invited {
		return types.ErrInvitation.Wrapf("%q to %s: there is one", org, p.Id)
	}
	if p.Retired {
		return types.ErrRetired.Wrapf("%s takes no new workers", p.Id)
	}
	if _, err := k.orgs.HasRole(ctx, org, orgstypes.ROLE_WORKER); err != nil {
		return err
	}
	return k.Invitations.Set(ctx, collections.Join(p.Id, org))
}

func (k Keeper) withdrawInvitation(ctx context.Context, p types.Pool, org string, invited bool) error {
	if !invited {
		return types.ErrInvitation.Wrapf("%q to %s: there is none to withdraw", org, p.Id)
	}
	return k.Invitations.Remove(ctx, collections.Join(p.Id, org))
}

// TransferPool offers a pool to another organisation that may operate pools, or takes the offer back. A new offer replaces the
// previous one. It returns ErrOffer or ErrRetired.
func (k Keeper) TransferPool(ctx context.Context, msg *types.MsgTransferPool) error {
	_, err := k.changePool(ctx, msg.Operator, msg.Pool, func(p *types.Pool) error {
		if err := k.checkOffer(ctx, *p, msg.To); err != nil {
			return err
		}
		p.PendingOperator = msg.To
		return nil
	})
	if err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventPoolChanged{Pool: msg.Pool, What: "offered", Organisation: msg.To})
}

// checkOffer returns why a pool cannot be offered to an organisation; to == "" takes the offer back.
func (k Keeper) checkOffer(ctx context.Context, p types.Pool, to string) error {
	if p.Retired {
		return types.ErrRetired.Wrapf("%s is not handed over", p.Id)
	}
	if to == "" && p.PendingOperator == "" {
		return types.ErrOffer.Wrapf("%s: it is offered to nobody", p.Id)
	}
	if to == "" {
		return nil
	}
	if to == p.Operator {
		return types.ErrOffer.Wrapf("%s: %q operates it already", p.Id, to)
	}
	may, err := k.orgs.HasRole(ctx, to, orgstypes.ROLE_POOL_OPERATOR)
	if err == nil && !may {
		err = types.ErrOffer.Wrapf("%s: %q may not operate pools", p.Id, to)
	}
	return err
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
