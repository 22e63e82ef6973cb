package keeper

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/poa/types"
)

// The stored seats, and the rules for a new one. Only setSeat and removeSeat write a seat. Both keep the counter of active seats
// right (count.go) and mark the seat's consensus key for the next validator update (updates.go). The check functions say who may
// hold a seat, and that no two seats share an account or a key.

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

// SeatByOperator returns the seat that addr operates, whether jailed or not.
func (k Keeper) SeatByOperator(ctx context.Context, addr sdk.AccAddress) (types.Seat, bool, error) {
	orgID, err := k.SeatByOperatorIndex.Get(ctx, addr)
	return k.followIndex(ctx, orgID, err)
}

// SeatByCourt returns the seat for which addr answers in courts, whether jailed or not.
func (k Keeper) SeatByCourt(ctx context.Context, addr sdk.AccAddress) (types.Seat, bool, error) {
	orgID, err := k.SeatByCourtIndex.Get(ctx, addr)
	return k.followIndex(ctx, orgID, err)
}

// Payee returns the account that is paid for what an organisation's seat earned: the seat's operator, or the organisation's first
// admin when the seat has been removed.
func (k Keeper) Payee(ctx context.Context, orgID string) (string, error) {
	seat, err := k.GetSeat(ctx, orgID)
	if err == nil {
		return seat.Operator, nil
	}
	if !errors.Is(err, types.ErrNotFound) {
		return "", err
	}
	org, err := k.orgs.GetOrganisation(ctx, orgID)
	if err != nil {
		return "", err
	}
	return org.Admins[0], nil
}

// followIndex returns the seat of an org id that was looked up in an index with this error. A missing entry is not an error.
func (k Keeper) followIndex(ctx context.Context, orgID string, err error) (types.Seat, bool, error) {
	if errors.Is(err, collections.ErrNotFound) {
		return types.Seat{}, false, nil
	}
	if err != nil {
		return types.Seat{}, false, err
	}
	seat, err := k.GetSeat(ctx, orgID)
	return seat, err == nil, err
}

// addSeat stores a new seat and its indexes, and creates the account that answers in courts.
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
	if err := k.openCourtAccount(ctx, s); err != nil {
		return err
	}
	return k.setSeat(ctx, s)
}

// removeSeat removes a seat and what belongs to it. Its consensus key is remembered, for late evidence.
func (k Keeper) removeSeat(ctx context.Context, s types.Seat) error {
	operator, err := k.addresses.StringToBytes(s.Operator)
	if err != nil {
		return err
	}
	court, err := k.addresses.StringToBytes(s.Court)
	if err != nil {
		return err
	}
	if err := errors.Join(
		k.forgetMissed(ctx, s.OrgId), k.retireKey(ctx, s, false),
		k.SeatByOperatorIndex.Remove(ctx, operator), k.SeatByCourtIndex.Remove(ctx, court),
		k.Changes.Remove(ctx, s.OrgId), k.Offers.Remove(ctx, s.OrgId), k.PauseVotes.Remove(ctx, s.OrgId),
	); err != nil {
		return err
	}
	before, _, err := records.Find(ctx, k.Seats, s.OrgId)
	if err != nil {
		return err
	}
	if err := k.Seats.Remove(ctx, s.OrgId); err != nil {
		return err
	}
	return k.recountActive(ctx, before.Active(), false)
}

// openCourtAccount creates the account that answers in courts for a seat. Without this the account could not sign, as it has no
// coins.
func (k Keeper) openCourtAccount(ctx context.Context, s types.Seat) error {
	court, err := k.addresses.StringToBytes(s.Court)
	if err != nil {
		return types.ErrInvalidSeat.Wrapf("court of %s: %s", s.OrgId, err)
	}
	if !k.accounts.HasAccount(ctx, court) {
		k.accounts.SetAccount(ctx, k.accounts.NewAccountWithAddress(ctx, court))
	}
	return k.SeatByCourtIndex.Set(ctx, court, s.OrgId)
}

// setSeat stores a seat and marks its consensus key for the next validator update.
func (k Keeper) setSeat(ctx context.Context, s types.Seat) error {
	before, _, err := records.Find(ctx, k.Seats, s.OrgId) // an absent seat is empty, and so not active
	if err != nil {
		return err
	}
	if err := k.Seats.Set(ctx, s.OrgId, s); err != nil {
		return err
	}
	if err := k.recountActive(ctx, before.Active(), s.Active()); err != nil {
		return err
	}
	return k.Changed.Set(ctx, s.ConsensusPubkey)
}

// checkFree returns ErrTaken when a seat shares its organisation, an account or its beacon key with another seat. Seats of the
// organisations in instead are not compared, since the new seat takes their place.
func (k Keeper) checkFree(ctx context.Context, s types.Seat, instead ...string) error {
	all, err := k.AllSeats(ctx)
	if err != nil {
		return err
	}
	for _, o := range all {
		if slices.Contains(instead, o.OrgId) {
			continue
		}
		switch {
		case o.OrgId == s.OrgId:
			return types.ErrTaken.Wrapf("organisation %s holds a seat", s.OrgId)
		case o.Operator == s.Operator, o.Court == s.Operator:
			return types.ErrTaken.Wrapf("operator %s: it acts for the seat of %s", s.Operator, o.OrgId)
		case o.Court == s.Court, o.Operator == s.Court:
			return types.ErrTaken.Wrapf("court account %s: it acts for the seat of %s", s.Court, o.OrgId)
		case bytes.Equal(o.BeaconPubkey, s.BeaconPubkey):
			return types.ErrTaken.Wrapf("beacon_pubkey: it is that of the seat of %s", o.OrgId)
		}
	}
	return nil
}

// checkNewKeys refuses a consensus key that signs or signed blocks, and a court account that is not the seat's own.
func (k Keeper) checkNewKeys(ctx context.Context, s types.Seat) error {
	if err := k.checkConsensusFree(ctx, s.ConsensusAddress()); err != nil {
		return err
	}
	return k.checkCourt(ctx, s)
}

// checkCourt refuses a court account that is the seat's operator or belongs to an organisation.
func (k Keeper) checkCourt(ctx context.Context, s types.Seat) error {
	court, err := k.addresses.StringToBytes(s.Court)
	if err != nil {
		return err
	}
	if s.Court == s.Operator {
		return types.ErrInvalidSeat.Wrapf("court of %s: %s is its operator; expected an account of its own", s.OrgId, s.Court)
	}
	org, found, err := k.orgs.OrgOf(ctx, court)
	if err != nil {
		return err
	}
	if found {
		return types.ErrTaken.Wrapf("court account %s: it belongs to %s; expected one in no organisation", s.Court, org)
	}
	return nil
}

// checkHolder returns an error unless the organisation may hold a seat with this operator.
func (k Keeper) checkHolder(ctx context.Context, orgID, operator string) error {
	if holds, err := k.orgs.HasRole(ctx, orgID, orgstypes.ROLE_VALIDATOR); err != nil {
		return types.ErrInvalidSeat.Wrapf("organisation of %s: %s", orgID, err)
	} else if !holds {
		return types.ErrRevoked.Wrapf("%s: expected an active organisation with the validator role", orgID)
	}
	return k.checkOperator(ctx, orgID, operator)
}

// checkOperator returns an error unless the account belongs to the organisation whose seat it is to operate.
func (k Keeper) checkOperator(ctx context.Context, orgID, operator string) error {
	account, err := k.addresses.StringToBytes(operator)
	if err != nil {
		return types.ErrInvalidSeat.Wrapf("operator of %s: %q: %s", orgID, operator, err)
	}
	org, _, err := k.orgs.OrgOf(ctx, account)
	if err != nil {
		return err
	}
	if org != orgID {
		return types.ErrInvalidSeat.Wrapf("operator %s of %s belongs to organisation %q", operator, orgID, org)
	}
	return nil
}
