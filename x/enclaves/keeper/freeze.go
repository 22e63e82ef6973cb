package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/enclaves/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// Images and freezes. Listing is slow and freezing is fast. The council lists a measurement as an image, which counts only after
// delay_blocks, so that others can look at it first. The council, or seats with more than a third of the active power, freeze a
// machine or a measurement at once and for good.

// ListImage lists a measurement for the programs of a runtime. The measurement counts after delay_blocks. It returns ErrInvalid,
// ErrExists, ErrFrozen or ErrDevelopment.
func (k Keeper) ListImage(ctx context.Context, msg *types.MsgListImage) (types.Image, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return types.Image{}, err
	}
	m, err := types.NewMeasurement(msg.Platform, msg.Value)
	if err != nil {
		return types.Image{}, err
	}
	i := types.Image{Runtime: msg.Runtime, Measurement: m.Id, Description: msg.Description, ActiveFrom: heightOf(ctx) + params.DelayBlocks}
	if err := i.Validate(); err != nil {
		return i, err
	}
	if m.Platform == types.PLATFORM_SOFTWARE {
		params.Software = true
		if err := params.CheckChain(sdk.UnwrapSDKContext(ctx).ChainID()); err != nil {
			return i, err
		}
	}
	if err := k.checkRoom(ctx, i); err != nil {
		return i, err
	}
	if err := k.checkNotFrozen(ctx, m.Id); err != nil {
		return i, err
	}
	if err := k.Measurements.Set(ctx, m.Id, m); err != nil {
		return i, err
	}
	if err := k.Images.Set(ctx, collections.Join(i.Runtime, m.Id), i); err != nil {
		return i, err
	}
	return i, emitEvent(ctx, &types.EventImageListed{Runtime: i.Runtime, Measurement: m.Id, ActiveFrom: i.ActiveFrom})
}

// checkRoom refuses an image that is listed already, and one more than MaxImages of its runtime. It removes frozen images to make
// room.
func (k Keeper) checkRoom(ctx context.Context, i types.Image) error {
	all, err := k.imagesOf(ctx, i.Runtime)
	if err != nil {
		return err
	}
	live := 0
	for _, one := range all {
		if one.Measurement == i.Measurement {
			return types.ErrExists.Wrapf("image %s of %s", i.Measurement, i.Runtime)
		}
		frozen, err := k.Freezes.Has(ctx, one.Measurement)
		if err != nil {
			return err
		}
		if frozen {
			if err := k.Images.Remove(ctx, collections.Join(one.Runtime, one.Measurement)); err != nil {
				return err
			}
			continue
		}
		live++
	}
	if live >= types.MaxImages {
		return types.ErrInvalid.Wrapf("images of %s: there are %d, expected at most %d: freeze one that is no longer used", i.Runtime, live, types.MaxImages)
	}
	return nil
}

// imagesOf returns the images of a runtime, of which there are few.
func (k Keeper) imagesOf(ctx context.Context, runtime string) (out []types.Image, err error) {
	err = k.Images.Walk(ctx, collections.NewPrefixedPairRange[string, string](runtime), func(_ pair, i types.Image) (bool, error) {
		out = append(out, i)
		return false, nil
	})
	return out, err
}

// checkNotFrozen refuses a machine or a measurement that is frozen: ErrFrozen.
func (k Keeper) checkNotFrozen(ctx context.Context, subject string) error {
	f, frozen, err := records.Find(ctx, k.Freezes, subject)
	if err == nil && frozen {
		err = types.ErrFrozen.Wrapf("%s, since height %d: %s", subject, f.Height, f.Reason)
	}
	return err
}

// Freeze freezes a machine or a measurement for good, in this block. seats are those that voted for it; none means the council,
// which may freeze a machine or a measurement that the chain has not seen yet. It returns ErrInvalid or ErrFrozen.
func (k Keeper) Freeze(ctx context.Context, subject, reason string, seats []string) error {
	f := types.Freeze{Subject: subject, Height: heightOf(ctx), Reason: reason, Seats: seats}
	if err := f.Validate(); err != nil {
		return err
	}
	if err := k.checkNotFrozen(ctx, subject); err != nil {
		return err
	}
	if err := k.Freezes.Set(ctx, subject, f); err != nil {
		return err
	}
	if err := k.Votes.Clear(ctx, collections.NewPrefixedPairRange[string, string](subject)); err != nil {
		return err
	}
	if err := k.Convictions.Clear(ctx, collections.NewPrefixedPairRange[string, string](subject)); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventFrozen{Subject: subject, Reason: reason, Seats: seats})
}

// checkSeen returns ErrNotFound for a machine or a measurement that the chain has not seen. Votes about such ids could fill the
// state.
func (k Keeper) checkSeen(ctx context.Context, subject string) error {
	seen, err := k.Machines.Has(ctx, subject)
	if err != nil || seen {
		return err
	}
	if seen, err = k.Measurements.Has(ctx, subject); err == nil && !seen {
		err = types.ErrNotFound.Wrapf("subject: no machine and no measurement has the id %s", subject)
	}
	return err
}

// VoteFreeze casts a seat's vote to freeze a machine or a measurement; operator acts for the seat. The subject is frozen, and
// decided is true, once the seats that vote for it have more than a third of the active power. It returns ErrNotActive,
// ErrNotFound, ErrInvalid or ErrFrozen.
func (k Keeper) VoteFreeze(ctx context.Context, operator sdk.AccAddress, subject, reason string) (decided bool, err error) {
	seat, found, err := k.seats.SeatByOperator(ctx, operator)
	if err != nil {
		return false, err
	}
	if !found || !seat.Active() {
		return false, types.ErrNotActive.Wrapf("%s: only seats in the validator set decide", operator)
	}
	vote := types.FreezeVote{Subject: subject, OrgId: seat.OrgId, Reason: reason, Height: heightOf(ctx)}
	if err := vote.Validate(); err != nil {
		return false, err
	}
	if err := k.checkSeen(ctx, subject); err != nil {
		return false, err
	}
	if err := k.checkNotFrozen(ctx, subject); err != nil {
		return false, err
	}
	if err := k.Votes.Set(ctx, collections.Join(subject, seat.OrgId), vote); err != nil {
		return false, err
	}
	if err := emitEvent(ctx, &types.EventFreezeVoted{Subject: subject, OrgId: seat.OrgId, Reason: reason}); err != nil {
		return false, err
	}
	tally, err := k.countVotes(ctx, subject)
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
	return true, k.Freeze(ctx, subject, first.Reason, seats)
}

// countVotes counts the valid votes to freeze a subject.
func (k Keeper) countVotes(ctx context.Context, subject string) (t poatypes.StopTally[types.FreezeVote], err error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return t, err
	}
	seats, err := k.seats.ActiveSeats(ctx)
	if err != nil {
		return t, err
	}
	return poatypes.TallyStop(seats, func(org string) (types.FreezeVote, bool, error) {
		vote, found, err := records.Find(ctx, k.Votes, collections.Join(subject, org))
		return vote, found && vote.Counts(heightOf(ctx), params.VoteBlocks), err
	})
}
