package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	"github.com/credence-chain/credence/x/verifiers/types"
)

// Stop stops a verifier for good, in this block: ErrNotFound, ErrStopped or ErrInvalid. seats are those that voted for it; none
// means the council.
func (k Keeper) Stop(ctx context.Context, name, reason string, seats []string) error {
	if err := types.ValidateReason(reason); err != nil {
		return err
	}
	v, err := k.getRunning(ctx, name)
	if err != nil {
		return err
	}
	v.Stopped = &types.Stop{Height: heightOf(ctx), Reason: reason, Seats: seats}
	if err := k.Verifiers.Set(ctx, name, v); err != nil {
		return err
	}
	if err := k.Votes.Clear(ctx, collections.NewPrefixedPairRange[string, string](name)); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventStopped{Name: name, Reason: reason, Seats: seats})
}

// getRunning returns a verifier that has not been stopped: ErrNotFound or ErrStopped.
func (k Keeper) getRunning(ctx context.Context, name string) (types.Verifier, error) {
	v, err := k.GetVerifier(ctx, name)
	if err == nil && v.Stopped != nil {
		err = types.ErrStopped.Wrapf("%s, since height %d", name, v.Stopped.Height)
	}
	return v, err
}

// VoteStop casts a seat's vote to stop a verifier; operator acts for the seat. The verifier stops, and decided is true, once the
// seats that vote for it have more than a third of the active power. It returns ErrNotActive, ErrNotFound, ErrStopped or
// ErrInvalid.
func (k Keeper) VoteStop(ctx context.Context, operator sdk.AccAddress, name, reason string) (decided bool, err error) {
	if err := types.ValidateReason(reason); err != nil {
		return false, err
	}
	seat, found, err := k.seats.SeatByOperator(ctx, operator)
	if err != nil {
		return false, err
	}
	if !found || !seat.Active() {
		return false, types.ErrNotActive.Wrapf("%s: only seats in the validator set decide", operator)
	}
	if _, err := k.getRunning(ctx, name); err != nil {
		return false, err
	}
	vote := types.StopVote{Verifier: name, OrgId: seat.OrgId, Reason: reason, Height: heightOf(ctx)}
	if err := k.Votes.Set(ctx, collections.Join(name, seat.OrgId), vote); err != nil {
		return false, err
	}
	if err := emitEvent(ctx, &types.EventStopVoted{Name: name, OrgId: seat.OrgId, Reason: reason}); err != nil {
		return false, err
	}
	tally, err := k.countVotes(ctx, name)
	if err != nil || !tally.Stops() {
		return false, err
	}
	first, seats := tally.Votes[0], make([]string, len(tally.Votes))
	for i, v := range tally.Votes {
		seats[i] = v.OrgId
		if v.Height < first.Height {
			first = v
		}
	}
	return true, k.Stop(ctx, name, first.Reason, seats)
}

// countVotes adds up the votes to stop a verifier that count now.
func (k Keeper) countVotes(ctx context.Context, name string) (t poatypes.StopTally[types.StopVote], err error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return t, err
	}
	seats, err := k.seats.ActiveSeats(ctx)
	if err != nil {
		return t, err
	}
	return poatypes.TallyStop(seats, func(org string) (types.StopVote, bool, error) {
		vote, found, err := records.Find(ctx, k.Votes, collections.Join(name, org))
		return vote, found && vote.Counts(heightOf(ctx), params.VoteBlocks), err
	})
}
