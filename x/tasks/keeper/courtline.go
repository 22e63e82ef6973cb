package keeper

import (
	"context"
	"math"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// The court's line. A court sits at once where the seats have room for it and nobody waits. Otherwise its task waits, with
// its stakes locked and no window running, until it is its turn (poco.CourtRound). Both block hooks call who is next once
// they have acted on what was due, which may have freed the seats.

// openCourt carries out an OpenCourt effect.
func (k Keeper) openCourt(ctx context.Context, it *item) (poco.Event, error) {
	if it.state.CourtNeedsEscrow() {
		if affords, err := k.affordsCourt(ctx, it); err != nil || !affords {
			return poco.CourtUnpaid{Height: sdk.UnwrapSDKContext(ctx).BlockHeight()}, err
		}
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	courts, err := k.readCourts(ctx)
	if err != nil {
		return nil, err
	}
	if courts.Waiting == 0 && params.CourtCapacity().Admits(courts.Load(), it.state.CourtPace()) {
		return k.seatCourt(ctx, it)
	}
	return nil, k.joinCourtLine(ctx, it)
}

// affordsCourt says whether the task's escrow pays the court of the seats that are active now.
func (k Keeper) affordsCourt(ctx context.Context, it *item) (bool, error) {
	bench, err := k.seats.ActiveCount(ctx)
	return it.state.AffordsCourt(bench), err
}

// readCourts reads how busy the court is.
func (k Keeper) readCourts(ctx context.Context) (types.Courts, error) {
	c, _, err := records.FindItem(ctx, k.Courts)
	return c, err
}

// changeCourts changes how busy the court is.
func (k Keeper) changeCourts(ctx context.Context, change func(*types.Courts)) error {
	c, err := k.readCourts(ctx)
	if err != nil {
		return err
	}
	change(&c)
	return k.Courts.Set(ctx, c)
}

// joinCourtLine puts a task into the line: in the round after its requester's last place, or after the round that was called last. Requesters are
// organisations, as in the ledgers: whoever opens accounts at will must not open shares at will.
func (k Keeper) joinCourtLine(ctx context.Context, it *item) error {
	courts, err := k.readCourts(ctx)
	if err != nil {
		return err
	}
	place := &types.CourtPlace{
		Since: sdk.UnwrapSDKContext(ctx).BlockHeight(), Requester: it.deal.RequesterOrganisation, Pace: it.state.CourtPace(),
	}
	last, err := k.lastRound(ctx, place.Requester)
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

// setCourtPlace writes the keys of a task's place in the line.
func (k Keeper) setCourtPlace(ctx context.Context, t types.Task) error {
	if err := k.CourtLine.Set(ctx, t.CourtLineKey()); err != nil {
		return err
	}
	return k.CourtShares.Set(ctx, t.CourtShareKey())
}

// lastRound returns the last round of the line in which a requester has a place, 0 for none.
func (k Keeper) lastRound(ctx context.Context, requester string) (uint64, error) {
	rng := new(collections.Range[collections.Triple[string, uint64, string]]).
		Prefix(collections.TriplePrefix[string, uint64, string](requester)).Descending()
	key, found, err := records.FirstKey(ctx, k.CourtShares, rng)
	if err != nil || !found {
		return 0, err
	}
	return key.K2(), nil
}

// seatWaitingCourts seats the waiting courts from the front of the queue, while the seats have room for the next. The order is kept:
// one that asks for more room than there is waits for it, and nobody passes it.
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

// seatNextCourt calls the court at the front of the line if the seats have room for it, and says whether it did.
func (k Keeper) seatNextCourt(ctx context.Context, room poco.CourtCapacity) (called bool, err error) {
	next, found, err := k.nextCourt(ctx)
	if err != nil || !found {
		return false, err
	}
	courts, err := k.readCourts(ctx)
	if err != nil || !room.Admits(courts.Load(), next.CourtPlace.Pace) {
		return false, err
	}
	// It leaves the line first, so that a task which cannot be seated does not block the next.
	if err := items.Do(sdk.UnwrapSDKContext(ctx), "court's line, task", next.Id, func(ctx sdk.Context) error {
		return k.leaveCourtLine(ctx, next)
	}); err != nil {
		return false, nil // it could not even leave: the next hook tries again
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

// nextCourt returns the task at the front of the line.
func (k Keeper) nextCourt(ctx context.Context) (types.Task, bool, error) {
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

// seatCourt begins a session: its windows, and the work of every active seat, whoever it is to the task. Parties are named
// by the requester, through the datasets that a task reads: were they excused, the requester would choose its judges
// (docs/adr/0014-the-court-is-all-active-seats.md).
func (k Keeper) seatCourt(ctx context.Context, it *item) (poco.Event, error) {
	bench, err := k.seats.ActiveSeats(ctx)
	if err != nil {
		return nil, err
	}
	ev := poco.CourtOpened{Height: sdk.UnwrapSDKContext(ctx).BlockHeight()}
	for _, s := range bench { // an active seat has positive power
		ev.Seats = append(ev.Seats, poco.Seat{Who: s.Court, Org: s.OrgId, Power: uint64(s.Power)})
		if err := k.assignSeat(ctx, it, s.Court); err != nil {
			return nil, err
		}
		if err := emitEvent(ctx, &types.EventDrawn{
			Task: it.stored.Id, Deal: it.stored.Deal, Who: s.Court, Organisation: s.OrgId, Attempt: it.state.AttemptOn(poco.BenchCourt),
		}); err != nil {
			return nil, err
		}
	}
	if err := k.forgetLeft(ctx, it, ev.Seats); err != nil {
		return nil, err
	}
	it.stored.CourtPace = it.state.CourtPace()
	return ev, k.changeCourts(ctx, func(c *types.Courts) {
		c.Sessions++
		c.Pace = addPace(c.Pace, it.stored.CourtPace)
	})
}

// addPace adds up paces, each of which is at most a fuel limit; the sum stops at 64 bits.
func addPace(a, b uint64) uint64 {
	if a > math.MaxUint64-b {
		return math.MaxUint64
	}
	return a + b
}

// forgetLeft takes a task out of the history of those who sat in its court and do not sit in it any more: the task does not
// name them, and an export would not either.
func (k Keeper) forgetLeft(ctx context.Context, it *item, bench []poco.Seat) error {
	for _, before := range it.state.Court {
		if poco.HasSeat(bench, before.Who) || poco.HasSeat(it.state.Seats, before.Who) {
			continue
		}
		if err := k.History.Remove(ctx, historyKey(it.stored, before.Who)); err != nil {
			return err
		}
	}
	return nil
}

// freeRoom gives back what a session takes of the seats: its commitments are closed, it is called again, or the task is put aside.
func (k Keeper) freeRoom(ctx context.Context, t *types.Task) error {
	pace := t.CourtPace
	t.CourtPace = 0
	return k.changeCourts(ctx, func(c *types.Courts) {
		c.Sessions--
		c.Pace -= min(c.Pace, pace)
	})
}

// recallCourt carries out a RecallCourt effect. It notes the silent seats; in the end that jails them, so that they do not sit in a
// later session. Then the task waits for the court again, behind its requester's others. A court that was called as often as the
// parameters allow is given up instead.
func (k Keeper) recallCourt(ctx context.Context, it *item) (poco.Event, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	ev := types.EventCourtRecalled{Task: it.stored.Id, Recalls: it.state.Recalls, GivenUp: it.state.Recalls > params.CourtRecalls}
	if ev.Silent, err = k.dismissCourt(ctx, it); err != nil {
		return nil, err
	}
	if err := emitEvent(ctx, &ev); err != nil {
		return nil, err
	}
	if ev.GivenUp {
		return poco.CourtGivenUp{Height: sdk.UnwrapSDKContext(ctx).BlockHeight()}, nil
	}
	if it.stored.CourtPace != 0 { // nobody committed in this session, so that it holds its room still, and may be seated again at once
		if err := k.freeRoom(ctx, &it.stored); err != nil {
			return nil, err
		}
	}
	return k.openCourt(ctx, it)
}

// dismissCourt ends the work of a court's seats, notes the silent ones, and returns their organisations.
func (k Keeper) dismissCourt(ctx context.Context, it *item) (silent []string, err error) {
	for _, seat := range it.state.Court {
		if err := k.unassignSeat(ctx, it, seat.Who); err != nil {
			return nil, err
		}
		if seat.State == poco.SeatRevealed {
			continue
		}
		silent = append(silent, seat.Org)
		if err := k.noteCourtFault(ctx, seat.Org, true, it.state.CourtCalled); err != nil {
			return nil, err
		}
	}
	return silent, nil
}

// CourtPlace returns a task's place in the court's line, counted from 1, and how many stand in it; 0 for a task that does
// not. It walks the line up to the task: it is for queries.
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
