package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/poa/types"
)

// ReplaceSeat offers a seat to another organisation, the heir. The heir takes the seat over when its operator accepts.
func (k Keeper) ReplaceSeat(ctx context.Context, orgID, heir, operator string, keys types.SeatKeys) error {
	if _, err := k.GetSeat(ctx, orgID); err != nil {
		return err
	}
	if heir == orgID {
		return types.ErrInvalidSeat.Wrapf("heir: %s holds the seat; expected another organisation. Its admin names another operator", heir)
	}
	seat, err := k.newSeat(ctx, heir, operator, keys)
	if err != nil {
		return err
	}
	if err := k.checkFree(ctx, seat, orgID); err != nil {
		return err
	}
	return k.storeOffer(ctx, orgID, seat)
}

// OfferSeat offers the operation of a seat to another account of the seat's organisation. An empty operator takes such an offer
// back. It returns ErrPending when the council has offered the seat to another organisation.
func (k Keeper) OfferSeat(ctx context.Context, admin, orgID, operator string) error {
	seat, err := k.GetSeat(ctx, orgID)
	if err != nil {
		return err
	}
	if err := k.checkAdmin(ctx, admin, orgID); err != nil {
		return err
	}
	waiting, err := k.Offers.Get(ctx, orgID)
	switch {
	case errors.Is(err, collections.ErrNotFound):
	case err != nil:
		return err
	case waiting.Heir.OrgId != orgID:
		return types.ErrPending.Wrapf("%s: the council offered the seat to %s", orgID, waiting.Heir.OrgId)
	}
	if operator == "" {
		return k.Offers.Remove(ctx, orgID)
	}
	if err := k.checkOperator(ctx, orgID, operator); err != nil {
		return err
	}
	seat.Operator = operator
	return k.storeOffer(ctx, orgID, seat)
}

func (k Keeper) storeOffer(ctx context.Context, orgID string, heir types.Seat) error {
	if err := k.Offers.Set(ctx, orgID, types.Offer{OrgId: orgID, Heir: heir}); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventSeatOffered{OrgId: orgID, Heir: heir.OrgId, Operator: heir.Operator})
}

// AcceptSeat gives a seat to the operator to whom it was offered: at once if the organisation stays the same, otherwise once the
// turnover allows it.
func (k Keeper) AcceptSeat(ctx context.Context, operator, orgID string) error {
	o, err := k.Offers.Get(ctx, orgID)
	if errors.Is(err, collections.ErrNotFound) || err == nil && o.Heir.Operator != operator {
		return types.ErrNoOffer.Wrapf("the seat of %q, to %s", orgID, operator)
	}
	if err != nil {
		return err
	}
	if err := k.Offers.Remove(ctx, orgID); err != nil {
		return err
	}
	if o.Heir.OrgId == orgID {
		return k.changeOperator(ctx, orgID, operator)
	}
	heir := o.Heir
	return k.imposeChange(ctx, types.Change{OrgId: orgID, Kind: types.CHANGE_KIND_HAND_OVER, Due: heightOf(ctx), Heir: &heir})
}

// changeOperator makes another account of the organisation the operator of its seat.
func (k Keeper) changeOperator(ctx context.Context, orgID, operator string) error {
	seat, err := k.GetSeat(ctx, orgID)
	if err != nil {
		return err
	}
	if err := k.checkOperator(ctx, orgID, operator); err != nil {
		return err
	}
	before, err := k.addresses.StringToBytes(seat.Operator)
	if err != nil {
		return err
	}
	now, err := k.addresses.StringToBytes(operator)
	if err != nil {
		return err
	}
	seat.Operator = operator
	if err := k.checkFree(ctx, seat, orgID); err != nil {
		return err
	}
	if err := errors.Join(
		k.SeatByOperatorIndex.Remove(ctx, before), k.SeatByOperatorIndex.Set(ctx, now, orgID), k.setSeat(ctx, seat),
	); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventSeatHandedOver{OrgId: orgID, Heir: orgID, Operator: operator})
}

// handOver gives a seat's place to the heir. The heir is active at once: its operator has accepted and so has said that it is
// ready.
func (k Keeper) handOver(ctx context.Context, seat, heir types.Seat) error {
	if err := k.checkHolder(ctx, heir.OrgId, heir.Operator); err != nil {
		return err
	}
	if err := k.checkNewKeys(ctx, heir); err != nil {
		return err
	}
	if err := k.checkFree(ctx, heir, seat.OrgId); err != nil {
		return err
	}
	if err := k.removeSeat(ctx, seat); err != nil {
		return err
	}
	heir.Jailed, heir.JailedUntil, heir.Waiting = false, 0, false
	if err := k.addSeat(ctx, heir); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventSeatHandedOver{OrgId: seat.OrgId, Heir: heir.OrgId, Operator: heir.Operator})
}

// checkAdmin returns an error unless the account is an admin of this organisation.
func (k Keeper) checkAdmin(ctx context.Context, admin, orgID string) error {
	account, err := k.addresses.StringToBytes(admin)
	if err != nil {
		return types.ErrInvalidSeat.Wrapf("admin %q: %s", admin, err)
	}
	own, err := k.orgs.Authorize(ctx, account, orgstypes.ROLE_ORG_ADMIN)
	if err != nil {
		return err
	}
	if own != orgID {
		return orgstypes.ErrRole.Wrapf("%s is an admin of %s, not of %s", admin, own, orgID)
	}
	return nil
}
