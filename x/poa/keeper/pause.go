package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/poa/types"
)

// An emergency pause refuses the messages that begin new work. The guard of x/orgs asks CheckRunning for each message that
// declares refused_in_pause. x/market and x/deals ask IsPaused before they make deals and open tasks. Tasks that run go on, and
// end as their terms say.
//
// The council's message, after an ordinary proposal, begins or ends a pause. Votes of seats do so as well. They need no proposal
// and no voting period: they decide in the block in which seats with two thirds of the active power agree. A seat has one vote at
// a time, which counts for pause_vote_blocks. Every decision clears all votes. A pause ends by itself at its height.

// IsPaused says whether an emergency pause is in force.
func (k Keeper) IsPaused(ctx context.Context) (bool, error) {
	_, holds, err := k.pauseInForce(ctx)
	return holds, err
}

// CheckRunning returns ErrPaused while an emergency pause is in force.
func (k Keeper) CheckRunning(ctx context.Context) error {
	pause, holds, err := k.pauseInForce(ctx)
	if err != nil || !holds {
		return err
	}
	return pause.Refusal()
}

// pauseInForce returns the emergency pause that is in force; holds is false if there is none.
func (k Keeper) pauseInForce(ctx context.Context) (pause types.Pause, holds bool, err error) {
	pause, err = k.Pause.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return pause, false, nil
	}
	return pause, err == nil && pause.Holds(heightOf(ctx)), err
}

// StartPause begins a pause of the given number of blocks, or prolongs the one in force. 0 blocks means max_pause_blocks. seats
// are those that voted; none means the council. It returns ErrInvalidPause when the reason or the number is not valid.
func (k Keeper) StartPause(ctx context.Context, reason string, blocks int64, seats []string) (until int64, err error) {
	if err := types.ValidateReason(reason); err != nil {
		return 0, err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return 0, err
	}
	if blocks == 0 {
		blocks = params.MaxPauseBlocks
	}
	if blocks < 0 || blocks > params.MaxPauseBlocks {
		return 0, types.ErrInvalidPause.Wrapf("blocks: %d, expected 1 to max_pause_blocks = %d; a pause can be prolonged later", blocks, params.MaxPauseBlocks)
	}
	before, holds, err := k.pauseInForce(ctx)
	if err != nil {
		return 0, err
	}
	pause := types.Pause{Since: heightOf(ctx), Until: heightOf(ctx) + blocks, Reason: reason, Seats: seats}
	if holds {
		pause.Since = before.Since
	}
	if err := errors.Join(k.Pause.Set(ctx, pause), k.PauseVotes.Clear(ctx, nil)); err != nil {
		return 0, err
	}
	return pause.Until, emitEvent(ctx, &types.EventPaused{Since: pause.Since, Until: pause.Until, Reason: reason, Seats: seats})
}

// EndPause ends the pause in force. It returns ErrNotPaused if there is none, and ErrInvalidPause when the reason is not valid.
func (k Keeper) EndPause(ctx context.Context, reason string, seats []string) error {
	if err := types.ValidateReason(reason); err != nil {
		return err
	}
	pause, holds, err := k.pauseInForce(ctx)
	if err != nil {
		return err
	}
	if !holds {
		return types.ErrNotPaused.Wrapf("height %d: no pause is in force", heightOf(ctx))
	}
	return k.forgetPause(ctx, pause, reason, seats)
}

// endOverduePause ends a pause whose end height has come.
func (k Keeper) endOverduePause(ctx context.Context) error {
	pause, err := k.Pause.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	if err != nil || pause.Holds(heightOf(ctx)) {
		return err
	}
	return k.forgetPause(ctx, pause, types.ReasonOver, nil)
}

func (k Keeper) forgetPause(ctx context.Context, pause types.Pause, reason string, seats []string) error {
	if err := errors.Join(k.Pause.Remove(ctx), k.PauseVotes.Clear(ctx, nil)); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventResumed{Since: pause.Since, Reason: reason, Seats: seats})
}

// VotePause casts a seat's vote for a pause. The pause begins, or is prolonged, once seats with two thirds of the active power
// agree. decided says whether this vote decided it.
func (k Keeper) VotePause(ctx context.Context, seat types.Seat, reason string) (decided bool, err error) {
	seats, first, err := k.castPauseVote(ctx, types.PauseVote{OrgId: seat.OrgId, Pause: true, Reason: reason, Height: heightOf(ctx)}, seat)
	if err != nil || len(seats) == 0 {
		return false, err
	}
	_, err = k.StartPause(ctx, first, 0, seats)
	return err == nil, err
}

// VoteResume casts a seat's vote against the pause, which ends once seats with two thirds of the active power agree. While no
// pause is in force, it takes back the seat's vote for one, and returns ErrNotPaused if the seat has none.
func (k Keeper) VoteResume(ctx context.Context, seat types.Seat, reason string) (decided bool, err error) {
	holds, err := k.IsPaused(ctx)
	if err != nil {
		return false, err
	}
	if !holds {
		return false, k.takeBackPauseVote(ctx, seat)
	}
	seats, first, err := k.castPauseVote(ctx, types.PauseVote{OrgId: seat.OrgId, Reason: reason, Height: heightOf(ctx)}, seat)
	if err != nil || len(seats) == 0 {
		return false, err
	}
	return true, k.EndPause(ctx, first, seats)
}

func (k Keeper) takeBackPauseVote(ctx context.Context, seat types.Seat) error {
	_, found, err := records.Find(ctx, k.PauseVotes, seat.OrgId)
	if err != nil {
		return err
	}
	if !found {
		return types.ErrNotPaused.Wrapf("height %d: %s has no vote for a pause to take back either", heightOf(ctx), seat.OrgId)
	}
	return k.PauseVotes.Remove(ctx, seat.OrgId)
}

// castPauseVote stores the vote of an active seat. When the seats that agree have two thirds of the active power, it returns their
// organisations, in order of org id, and the reason of the oldest of their votes.
func (k Keeper) castPauseVote(ctx context.Context, vote types.PauseVote, seat types.Seat) (seats []string, first string, err error) {
	if err := types.ValidateReason(vote.Reason); err != nil {
		return nil, "", err
	}
	if !seat.Active() {
		return nil, "", types.ErrNotActive.Wrapf("%s: only seats in the validator set decide", seat.OrgId)
	}
	if err := k.PauseVotes.Set(ctx, seat.OrgId, vote); err != nil {
		return nil, "", err
	}
	if err := emitEvent(ctx, &types.EventPauseVoted{OrgId: vote.OrgId, Pause: vote.Pause, Reason: vote.Reason}); err != nil {
		return nil, "", err
	}
	votes, power, err := k.countingPauseVotes(ctx)
	if err != nil {
		return nil, "", err
	}
	oldest, agreed := vote, int64(0)
	for _, v := range votes {
		if v.Pause != vote.Pause {
			continue
		}
		seats, agreed = append(seats, v.OrgId), agreed+v.power
		if v.Height < oldest.Height {
			oldest = v.PauseVote
		}
	}
	if !types.Decides(agreed, power) {
		return nil, "", nil
	}
	return seats, oldest.Reason, nil
}

// countingVote is a vote of an active seat that counts now, and the seat's power.
type countingVote struct {
	types.PauseVote
	power int64
}

// countingPauseVotes returns the votes of active seats that count now, in order of org id, and the power of all active seats.
func (k Keeper) countingPauseVotes(ctx context.Context) (votes []countingVote, power int64, err error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, 0, err
	}
	active, err := k.ActiveSeats(ctx)
	if err != nil {
		return nil, 0, err
	}
	for _, seat := range active {
		power += seat.Power
		vote, found, err := records.Find(ctx, k.PauseVotes, seat.OrgId)
		if err != nil {
			return nil, 0, err
		}
		if found && vote.Counts(heightOf(ctx), params.PauseVoteBlocks) {
			votes = append(votes, countingVote{vote, seat.Power})
		}
	}
	return votes, power, nil
}

// initPause stores the pause and the votes of a genesis state.
func (k Keeper) initPause(ctx context.Context, g types.GenesisState) error {
	if g.Pause != nil {
		if err := k.Pause.Set(ctx, *g.Pause); err != nil {
			return err
		}
	}
	for _, v := range g.PauseVotes {
		if err := k.PauseVotes.Set(ctx, v.OrgId, v); err != nil {
			return err
		}
	}
	return nil
}

// exportPause is the inverse of initPause.
func (k Keeper) exportPause(ctx context.Context, g *types.GenesisState) error {
	pause, err := k.Pause.Get(ctx)
	if err == nil {
		g.Pause = &pause
	} else if !errors.Is(err, collections.ErrNotFound) {
		return err
	}
	return k.PauseVotes.Walk(ctx, nil, func(_ string, v types.PauseVote) (bool, error) {
		g.PauseVotes = append(g.PauseVotes, v)
		return false, nil
	})
}
