package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/x/poa/types"
)

// AddSeat gives an organisation a seat. The seat joins the validator set only when its operator sends MsgUnjail: a validator that
// does not run yet would count against the two thirds that blocks need.
func (k Keeper) AddSeat(ctx context.Context, orgID, operator string, keys types.SeatKeys) error {
	seat, err := k.newSeat(ctx, orgID, operator, keys)
	if err != nil {
		return err
	}
	if err := k.checkFree(ctx, seat); err != nil {
		return err
	}
	if err := k.addSeat(ctx, seat); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventSeatAdded{OrgId: orgID, Operator: operator})
}

// newSeat makes the seat that the council gives an organisation, and checks its keys, its organisation and its operator.
func (k Keeper) newSeat(ctx context.Context, orgID, operator string, keys types.SeatKeys) (types.Seat, error) {
	if err := keys.Verify(chainID(ctx), orgID); err != nil {
		return types.Seat{}, err
	}
	seat, err := types.NewSeat(k.addresses, orgID, operator, keys, heightOf(ctx))
	if err != nil {
		return seat, err
	}
	others, err := k.AllSeats(ctx)
	if err != nil {
		return seat, err
	}
	seat.Power = others[0].Power // all seats have equal power, and there is always a seat
	if err := seat.Validate(k.addresses); err != nil {
		return seat, err
	}
	if err := k.checkNewKeys(ctx, seat); err != nil {
		return seat, err
	}
	return seat, k.checkHolder(ctx, orgID, operator)
}

// RemoveSeat removes a seat once the turnover allows it, usually at the end of this block. It returns ErrFloor when too few seats
// would remain active.
func (k Keeper) RemoveSeat(ctx context.Context, orgID string) error {
	seat, err := k.GetSeat(ctx, orgID)
	if err != nil {
		return err
	}
	if err := k.checkFloor(ctx, seat); err != nil {
		return err
	}
	return k.imposeChange(ctx, types.Change{OrgId: orgID, Kind: types.CHANGE_KIND_LEAVE, Due: heightOf(ctx)})
}

// LeaveSeat removes a seat as RemoveSeat does, but at the operator's request: it returns ErrPending while another change of the
// seat waits.
func (k Keeper) LeaveSeat(ctx context.Context, seat types.Seat) error {
	if err := k.checkFloor(ctx, seat); err != nil {
		return err
	}
	return k.enqueueChange(ctx, types.Change{OrgId: seat.OrgId, Kind: types.CHANGE_KIND_LEAVE, Due: heightOf(ctx)})
}

// ClearTombstone gives a tombstoned seat new keys. Evidence about its old keys no longer counts: whoever holds one of them, a
// thief perhaps, can still make such evidence.
func (k Keeper) ClearTombstone(ctx context.Context, orgID string, keys types.SeatKeys) error {
	seat, err := k.GetSeat(ctx, orgID)
	if err != nil {
		return err
	}
	if !seat.Tombstoned {
		return types.ErrNotJailed.Wrapf("%s is not tombstoned: its operator rotates its keys", orgID)
	}
	next, err := k.newSeat(ctx, orgID, seat.Operator, keys)
	if err != nil {
		return err
	}
	if err := k.checkFree(ctx, next, orgID); err != nil {
		return err
	}
	if next.Court == seat.Court || string(next.BeaconPubkey) == string(seat.BeaconPubkey) {
		return types.ErrTaken.Wrapf("keys of %s: expected none that it had", orgID)
	}
	if err := k.removeSeat(ctx, seat); err != nil {
		return err
	}
	if err := k.clearOldKeys(ctx, orgID); err != nil {
		return err
	}
	if err := k.addSeat(ctx, next); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventTombstoneCleared{OrgId: orgID})
}

// clearOldKeys marks the keys that an organisation's seat gave up as cleared: evidence about them no longer counts.
func (k Keeper) clearOldKeys(ctx context.Context, orgID string) error {
	keys, err := k.oldKeysOf(ctx, orgID)
	for _, old := range keys {
		old.Cleared = true
		err = errors.Join(err, k.OldKeys.Set(ctx, collections.Join(orgID, old.Address), old))
	}
	return err
}

// checkFloor returns ErrFloor when a seat must stay because fewer than min_active_seats would remain. It guards departures that
// the seat or the council chooses; mayLeave guards the others.
func (k Keeper) checkFloor(ctx context.Context, seat types.Seat) error {
	if !seat.Active() {
		return nil
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	active, err := k.ActiveSeats(ctx)
	if err != nil {
		return err
	}
	if len(active) <= int(params.MinActiveSeats) {
		return types.ErrFloor.Wrapf("%s holds one of the %d active seats, of which min_active_seats = %d must remain: "+
			"bring a jailed seat back first, or lower the parameter", seat.OrgId, len(active), params.MinActiveSeats)
	}
	return nil
}
