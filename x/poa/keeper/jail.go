package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/events"
	"github.com/credence-chain/credence/x/poa/types"
)

// Jail takes an active seat out of the validator set until its operator unjails it. It does nothing when the seat is not active or
// no longer exists. When too few seats would remain, it only emits EventJailForbidden, since a chain that has stopped can judge
// nobody.
func (k Keeper) Jail(ctx context.Context, orgID, reason string) error {
	// Jailing must not hand the chain to the seats that remain. The number of active seats therefore stays at or above two thirds,
	// rounded up, of the number of seats that are neither tombstoned nor revoked nor waiting for their operator. A double signer
	// has no such protection: its guilt is proven.
	total, err := k.countLasting(ctx)
	if err != nil {
		return err
	}
	seat, params, allowed, err := k.mayLeave(ctx, orgID, reason, (2*total+2)/3)
	if errors.Is(err, types.ErrNotFound) {
		return nil // the seat was removed while its court was in session
	}
	if err != nil || !allowed {
		return err
	}
	seat.Jailed = true
	seat.JailedUntil = sdk.UnwrapSDKContext(ctx).BlockHeight() + params.JailBlocks
	if err := k.storeLeaving(ctx, seat); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventJailed{OrgId: orgID, Reason: reason, Until: seat.JailedUntil})
}

// tombstoneSeat takes a seat out until the council gives it new keys. Only min_active_seats limits this, not the two thirds of
// Jail.
func (k Keeper) tombstoneSeat(ctx context.Context, orgID string, height int64) error {
	seat, err := k.GetSeat(ctx, orgID)
	if errors.Is(err, types.ErrNotFound) {
		sdk.UnwrapSDKContext(ctx).Logger().Error("evidence against an organisation that holds no seat any more", "module", types.ModuleName, "organisation", orgID)
		return nil
	}
	if err != nil || seat.Tombstoned {
		return err
	}
	// A seat that is out already is tombstoned whatever the floor is: the number of active seats does not change.
	if seat.Active() {
		if _, _, allowed, err := k.mayLeave(ctx, orgID, "double sign", 0); err != nil || !allowed {
			return err
		}
	}
	seat.Jailed, seat.Tombstoned = true, true
	if err := k.storeLeaving(ctx, seat); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventTombstoned{OrgId: orgID, Height: height})
}

// Unjail enqueues that a seat enters the validator set, for the first time or again, once the turnover allows it. It returns
// ErrNotJailed, ErrTombstoned, ErrRevoked, ErrPending, or ErrTooEarly before jailed_until.
func (k Keeper) Unjail(ctx context.Context, orgID string) error {
	seat, err := k.GetSeat(ctx, orgID)
	if err != nil {
		return err
	}
	if err := k.mayJoin(ctx, seat); err != nil {
		return err
	}
	return k.enqueueChange(ctx, types.Change{OrgId: orgID, Kind: types.CHANGE_KIND_JOIN, Due: heightOf(ctx)})
}

// mayJoin returns why a seat may not enter the validator set, or nil.
func (k Keeper) mayJoin(ctx context.Context, seat types.Seat) error {
	switch now := heightOf(ctx); {
	case seat.Tombstoned:
		return types.ErrTombstoned.Wrapf("%s", seat.OrgId)
	case seat.Revoked:
		return types.ErrRevoked.Wrapf("%s is revoked, or no validator: the council decides", seat.OrgId)
	case !seat.Jailed:
		return types.ErrNotJailed.Wrapf("%s", seat.OrgId)
	case now < seat.JailedUntil:
		return types.ErrTooEarly.Wrapf("%s: until height %d, now %d", seat.OrgId, seat.JailedUntil, now)
	}
	return nil
}

// mayLeave says whether the seat is active and enough seats would remain without it. The floor is the larger of the given number
// and min_active_seats. When only the floor forbids the departure, mayLeave emits EventJailForbidden.
func (k Keeper) mayLeave(ctx context.Context, orgID, reason string, floor int) (types.Seat, types.Params, bool, error) {
	seat, err := k.GetSeat(ctx, orgID)
	if err != nil || !seat.Active() {
		return seat, types.Params{}, false, err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return seat, params, false, err
	}
	active, err := k.ActiveSeats(ctx)
	if err != nil {
		return seat, params, false, err
	}
	if len(active) <= max(floor, int(params.MinActiveSeats)) {
		return seat, params, false, emitEvent(ctx, &types.EventJailForbidden{OrgId: orgID, Reason: reason})
	}
	return seat, params, true, nil
}

// countLasting returns the number of seats that count (Seat.Counts). Jailing must leave two thirds of this number active.
func (k Keeper) countLasting(ctx context.Context) (n int, err error) {
	seats, err := k.AllSeats(ctx)
	for _, s := range seats {
		if s.Counts() {
			n++
		}
	}
	return n, err
}

// storeLeaving stores a seat that has left the validator set and forgets its missed votes, so that it starts afresh when it
// returns.
func (k Keeper) storeLeaving(ctx context.Context, seat types.Seat) error {
	if err := k.forgetMissed(ctx, seat.OrgId); err != nil {
		return err
	}
	return k.setSeat(ctx, seat)
}

func (k Keeper) forgetMissed(ctx context.Context, orgID string) error {
	if err := k.Missed.Clear(ctx, collections.NewPrefixedPairRange[string, int64](orgID)); err != nil {
		return err
	}
	return k.MissedCount.Remove(ctx, orgID)
}

// missedCount returns how many votes the seat missed within the window.
func (k Keeper) missedCount(ctx context.Context, orgID string) (int64, error) {
	n, err := k.MissedCount.Get(ctx, orgID)
	if errors.Is(err, collections.ErrNotFound) {
		return 0, nil
	}
	return n, err
}

func emitEvent(ctx context.Context, event sdk.Msg) error {
	return events.Emit(ctx, event)
}
