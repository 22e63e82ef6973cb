package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/poa/types"
)

// GetSeat returns the seat of an organisation, or ErrNotFound.
func (k Keeper) GetSeat(ctx context.Context, orgID string) (types.Seat, error) {
	seat, err := k.Seats.Get(ctx, orgID)
	if errors.Is(err, collections.ErrNotFound) {
		return seat, types.ErrNotFound.Wrapf("organisation %q", orgID)
	}
	return seat, err
}

// AllSeats returns every seat, in order of org id.
func (k Keeper) AllSeats(ctx context.Context) (seats []types.Seat, err error) {
	err = k.Seats.Walk(ctx, nil, func(_ string, s types.Seat) (bool, error) {
		seats = append(seats, s)
		return false, nil
	})
	return seats, err
}

// ActiveSeats returns the seats in the validator set, in order of org id. A change shows here at once; the consensus
// engine follows two blocks later.
func (k Keeper) ActiveSeats(ctx context.Context) (seats []types.Seat, err error) {
	err = k.Seats.Walk(ctx, nil, func(_ string, s types.Seat) (bool, error) {
		if s.Active() {
			seats = append(seats, s)
		}
		return false, nil
	})
	return seats, err
}

// SeatByOperator returns the seat whose operator addr is, jailed or not.
func (k Keeper) SeatByOperator(ctx context.Context, addr sdk.AccAddress) (types.Seat, bool, error) {
	orgID, err := k.SeatByOperatorIndex.Get(ctx, addr)
	return k.follow(ctx, orgID, err)
}

// SeatByConsensusAddress returns the seat that signs blocks as addr, jailed or not.
func (k Keeper) SeatByConsensusAddress(ctx context.Context, addr sdk.ConsAddress) (types.Seat, bool, error) {
	orgID, err := k.SeatByConsensus.Get(ctx, addr)
	return k.follow(ctx, orgID, err)
}

// follow goes from an index's answer to the seat.
func (k Keeper) follow(ctx context.Context, orgID string, err error) (types.Seat, bool, error) {
	if errors.Is(err, collections.ErrNotFound) {
		return types.Seat{}, false, nil
	}
	if err != nil {
		return types.Seat{}, false, err
	}
	seat, err := k.GetSeat(ctx, orgID)
	return seat, err == nil, err
}

// addSeat stores a new seat and its indexes.
func (k Keeper) addSeat(ctx context.Context, s types.Seat) error {
	operator, err := k.addresses.StringToBytes(s.Operator)
	if err != nil {
		return types.ErrInvalidSeat.Wrapf("operator of %s: %s", s.OrgId, err)
	}
	if err := k.SeatByOperatorIndex.Set(ctx, operator, s.OrgId); err != nil {
		return err
	}
	if err := k.SeatByConsensus.Set(ctx, s.ConsensusAddress(), s.OrgId); err != nil {
		return err
	}
	return k.setSeat(ctx, s)
}

// setSeat stores a seat and marks it for the end of the block.
func (k Keeper) setSeat(ctx context.Context, s types.Seat) error {
	if err := k.Seats.Set(ctx, s.OrgId, s); err != nil {
		return err
	}
	return k.Changed.Set(ctx, s.OrgId)
}
