package keeper

import (
	"context"
	"errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/poa/types"
)

var _ orgstypes.Hooks = Keeper{}

// AfterRightsChanged implements the hook of x/orgs. It revokes or reinstates an organisation's seat in the block in which the
// organisation loses or regains the right to hold one. It returns ErrFloor, which undoes that change, when fewer than
// min_active_seats would remain.
func (k Keeper) AfterRightsChanged(ctx context.Context, orgID string) error {
	seat, err := k.GetSeat(ctx, orgID)
	if errors.Is(err, types.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	holds, err := k.orgs.HasRole(ctx, orgID, orgstypes.ROLE_VALIDATOR)
	switch {
	case err != nil || holds != seat.Revoked:
		return err
	case holds:
		return k.reinstateSeat(ctx, seat)
	default:
		return k.revokeSeat(ctx, seat)
	}
}

// revokeSeat takes a seat out of the validator set until its organisation may hold one again.
func (k Keeper) revokeSeat(ctx context.Context, seat types.Seat) error {
	if err := k.checkFloor(ctx, seat); err != nil {
		return err
	}
	// The seat is jailed as well, so that it waits for its operator once it may be held again: a validator that does not run would
	// count against the two thirds that blocks need.
	seat.Revoked, seat.Jailed = true, true
	seat.JailedUntil = max(seat.JailedUntil, sdk.UnwrapSDKContext(ctx).BlockHeight())
	if err := k.storeLeaving(ctx, seat); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventSeatRevoked{OrgId: seat.OrgId})
}

// reinstateSeat ends a revocation. The operator can then unjail the seat, unless it is tombstoned.
func (k Keeper) reinstateSeat(ctx context.Context, seat types.Seat) error {
	seat.Revoked, seat.Waiting = false, true
	if err := k.setSeat(ctx, seat); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventSeatReinstated{OrgId: seat.OrgId})
}
