package keeper

import (
	"context"
	"math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// Sessions of the court. Every session seats all active validators. Until its commitments are in, it takes room of each seat: a
// slot, and a pace (fuel for each block). A court that has no verdict because seats were silent is called again. Courts for which
// there is no room wait; see courtline.go.

// openCourt carries out an OpenCourt effect: the court sits now, or the task joins the line. It does not open a court that the
// escrow must pay but cannot.
func (k Keeper) openCourt(ctx context.Context, it *item) (poco.Event, error) {
	if it.state.CourtNeedsEscrow() {
		affords, err := k.affordsCourt(ctx, it)
		if err != nil {
			return nil, err
		}
		if !affords {
			unpaid := poco.CourtUnpaid{Height: sdk.UnwrapSDKContext(ctx).BlockHeight()}
			return unpaid, k.noteUndrawn(ctx, it, unpaid)
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

// affordsCourt says whether the task's escrow can pay a court of the seats that are active now.
func (k Keeper) affordsCourt(ctx context.Context, it *item) (bool, error) {
	bench, err := k.seats.ActiveCount(ctx)
	return it.state.AffordsCourt(bench), err
}

// seatCourt begins a session and gives work to every active seat, also to parties to the task. The requester chooses the parties
// through the datasets that the task reads. If parties were excused, the requester could choose its judges
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
	if err := k.forgetFormerSeats(ctx, it, ev.Seats); err != nil {
		return nil, err
	}
	it.stored.CourtPace = it.state.CourtPace()
	return ev, k.changeCourts(ctx, func(c *types.Courts) {
		c.Sessions++
		c.Pace = addPace(c.Pace, it.stored.CourtPace)
	})
}

// addPace returns the sum of two paces. The sum stops at the largest number of 64 bits.
func addPace(a, b uint64) uint64 {
	if a > math.MaxUint64-b {
		return math.MaxUint64
	}
	return a + b
}

// forgetFormerSeats removes the task from the history of seats that sat in its court before and no longer do. The task no longer
// names them, so an export would lose their history.
func (k Keeper) forgetFormerSeats(ctx context.Context, it *item, bench []poco.Seat) error {
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

// freeRoom gives back the room that a session takes of the seats. It is called when the session's commitments are in, when the
// court is called again, and when the task is postponed.
func (k Keeper) freeRoom(ctx context.Context, t *types.Task) error {
	pace := t.CourtPace
	t.CourtPace = 0
	return k.changeCourts(ctx, func(c *types.Courts) {
		c.Sessions--
		c.Pace -= min(c.Pace, pace)
	})
}

// recallCourt carries out a RecallCourt effect. It records the silent seats; after too many faults a seat is jailed, and sits in
// no later session. Then the task waits for the court again, behind its requester's other tasks. Once a court was called as often
// as court_recalls allows, it is given up instead.
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
	if it.stored.CourtPace != 0 { // nobody committed, so the session still holds its room
		if err := k.freeRoom(ctx, &it.stored); err != nil {
			return nil, err
		}
	}
	return k.openCourt(ctx, it)
}

// dismissCourt ends the work of a court's seats, records the silent ones, and returns their organisations.
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
