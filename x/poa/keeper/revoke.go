package keeper

import (
	"context"
	"errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/poa/types"
)

var _ orgstypes.Hooks = Keeper{}

// AfterRightsChanged implements x/orgs' hook: a seat follows its organisation's right to hold one, in the same block.
// ErrFloor, which undoes the change, when min_active_seats would not be left.
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

// revokeSeat takes a seat out of the validator set for as long as its organisation may hold none.
func (k Keeper) revokeSeat(ctx context.Context, seat types.Seat) error {
	if err := k.checkFloor(ctx, seat); err != nil {
		return err
	}
	// Jailed as well, so that a seat that may be held again waits for its operator: a validator that does not run would
	// count against the two thirds that blocks need.
	seat.Revoked, seat.Jailed = true, true
	seat.JailedUntil = max(seat.JailedUntil, sdk.UnwrapSDKContext(ctx).BlockHeight())
	if err := k.storeLeaving(ctx, seat); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventSeatRevoked{OrgId: seat.OrgId})
}

// reinstateSeat lets the operator bring the seat back, unless it is tombstoned.
func (k Keeper) reinstateSeat(ctx context.Context, seat types.Seat) error {
	seat.Revoked, seat.Waiting = false, true
	if err := k.setSeat(ctx, seat); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventSeatReinstated{OrgId: seat.OrgId})
}
