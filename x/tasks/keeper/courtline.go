package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// The court's line. A court waits in the line if its seats have no room for it, or if other courts wait already. Meanwhile its
// stakes stay locked and no window runs. Both block hooks first process what is due, which may free room. Then they call the
// courts at the front of the line while there is room. The line is ordered by rounds; in each round every requester has one place
// (poco.CourtRound).

// readCourts returns how busy the court is.
func (k Keeper) readCourts(ctx context.Context) (types.Courts, error) {
	c, _, err := records.FindItem(ctx, k.Courts)
	return c, err
}

// changeCourts changes the record of how busy the court is.
func (k Keeper) changeCourts(ctx context.Context, change func(*types.Courts)) error {
	c, err := k.readCourts(ctx)
	if err != nil {
		return err
	}
	change(&c)
	return k.Courts.Set(ctx, c)
}

// joinCourtLine puts a task into the line: in the round after its requester's last place, or after the round that was called last.
// Requesters are organisations here, as in the ledgers. If each account had a share, somebody could gain shares by opening
// accounts.
func (k Keeper) joinCourtLine(ctx context.Context, it *item) error {
	courts, err := k.readCourts(ctx)
	if err != nil {
		return err
	}
	place := &types.CourtPlace{
		Since: sdk.UnwrapSDKContext(ctx).BlockHeight(), Requester: it.deal.RequesterOrganisation, Pace: it.state.CourtPace(),
	}
	last, err := k.findLastRound(ctx, place.Requester)
	if err != nil {
		return err
	}
	place.Round = poco.CourtRound(courts.Round, last)
	it.stored.CourtPlace = place
	if err := k.setCourtPlace(ctx, it.stored); err != nil {
		return err
	}
	courts.Waiting++
	if err := k.Courts.Set(ctx, courts); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventCourtWaits{Task: it.stored.Id, Waiting: courts.Waiting})
}

// setCourtPlace writes both keys of a task's place in the line.
func (k Keeper) setCourtPlace(ctx context.Context, t types.Task) error {
	if err := k.CourtLine.Set(ctx, t.CourtLineKey()); err != nil {
		return err
	}
	return k.CourtShares.Set(ctx, t.CourtShareKey())
}

// findLastRound returns the last round of the line in which a requester has a place, or 0.
func (k Keeper) findLastRound(ctx context.Context, requester string) (uint64, error) {
	rng := new(collections.Range[collections.Triple[string, uint64, string]]).
		Prefix(collections.TriplePrefix[string, uint64, string](requester)).Descending()
	key, found, err := records.FirstKey(ctx, k.CourtShares, rng)
	if err != nil || !found {
		return 0, err
	}
	return key.K2(), nil
}

// seatWaitingCourts seats courts from the front of the line, while the seats have room for the next one. A court that needs more
// room than is free waits at the front, and no other court passes it.
func (k Keeper) seatWaitingCourts(ctx context.Context) error {
	courts, err := k.readCourts(ctx)
	if err != nil || courts.Waiting == 0 {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	for range params.CourtSlots {
		if called, err := k.seatNextCourt(ctx, params.CourtCapacity()); err != nil || !called {
			return err
		}
	}
	return nil
}

// seatNextCourt seats the court at the front of the line if there is room for it. It returns whether it took a court off the line.
func (k Keeper) seatNextCourt(ctx context.Context, room poco.CourtCapacity) (called bool, err error) {
	next, found, err := k.findNextCourt(ctx)
	if err != nil || !found {
		return false, err
	}
	courts, err := k.readCourts(ctx)
	if err != nil || !room.Admits(courts.Load(), next.CourtPlace.Pace) {
		return false, err
	}
	// The task leaves the line first, so that a task that cannot be seated does not block the next one.
	if err := items.Do(sdk.UnwrapSDKContext(ctx), "court's line, task", next.Id, func(ctx sdk.Context) error {
		return k.leaveCourtLine(ctx, next)
	}); err != nil {
		return false, nil // the task could not even leave the line; the next hook tries again
	}
	k.runIsolated(ctx, next.Id, func(ctx sdk.Context, it *item) error {
		ev, err := k.seatCourt(ctx, it)
		if err != nil {
			return err
		}
		return k.runEvent(ctx, it, ev)
	})
	return true, nil
}

// findNextCourt returns the task at the front of the line.
func (k Keeper) findNextCourt(ctx context.Context) (types.Task, bool, error) {
	key, found, err := records.FirstKey(ctx, k.CourtLine, nil)
	if err != nil || !found {
		return types.Task{}, false, err
	}
	t, err := k.Tasks.Get(ctx, key.K3())
	return t, err == nil, err
}

// leaveCourtLine takes a task out of the line.
func (k Keeper) leaveCourtLine(ctx context.Context, t types.Task) error {
	if err := k.CourtLine.Remove(ctx, t.CourtLineKey()); err != nil {
		return err
	}
	if err := k.CourtShares.Remove(ctx, t.CourtShareKey()); err != nil {
		return err
	}
	round := t.CourtPlace.Round
	t.CourtPlace = nil
	if err := k.Tasks.Set(ctx, t.Id, t); err != nil {
		return err
	}
	return k.changeCourts(ctx, func(c *types.Courts) { c.Round, c.Waiting = round, c.Waiting-1 })
}

// CourtPlace returns a task's place in the line, counted from 1, or 0 for a task that is not in it, and how many tasks wait. It
// walks the line up to the task, so it is for queries only.
func (k Keeper) CourtPlace(ctx context.Context, t types.Task) (place, waiting uint64, err error) {
	courts, err := k.readCourts(ctx)
	if err != nil || t.CourtPlace == nil {
		return 0, courts.Waiting, err
	}
	rng := new(collections.Range[collections.Triple[uint64, uint64, string]]).EndInclusive(t.CourtLineKey())
	err = k.CourtLine.Walk(ctx, rng, func(collections.Triple[uint64, uint64, string]) (bool, error) {
		place++
		return false, nil
	})
	return place, courts.Waiting, err
}
