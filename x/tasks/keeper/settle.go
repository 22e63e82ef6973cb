package keeper

import (
	"context"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// finishTask carries out a task's settlement: the escrow through x/deals, stakes and records through x/workers, faults of the
// court here. The caller's context is a cache, so that either all of it happens or nothing.
func (k Keeper) finishTask(ctx context.Context, it *item, s poco.Settlement) error {
	payees := k.newPayees(it)
	if err := k.settleEscrow(ctx, it, s, payees); err != nil {
		return err
	}
	if err := k.settleStakes(ctx, it, s, payees); err != nil {
		return err
	}
	if err := k.unassignAll(ctx, it); err != nil {
		return err
	}
	if err := k.noteFaults(ctx, it, s); err != nil {
		return err
	}
	it.stored.Settlement = &types.Settlement{
		Payments: payees.payments, Refund: s.Refund, Burnt: s.Burn, Premium: s.Premium, Seats: seatEndsToStore(s.Seats), CourtSilent: s.CourtSilent, CourtWrong: s.CourtWrong,
	}
	ev := &types.EventEnded{
		Task: it.stored.Id, Deal: it.stored.Deal, Index: it.stored.Index, Ending: types.Ending(s.Ending), ByCourt: s.ByCourt, Settlement: it.stored.Settlement,
	}
	if s.Verdict.Kind != poco.KindUnspecified {
		v := types.OutcomeFromPoco(s.Verdict)
		ev.Verdict = &v
	}
	return emitEvent(ctx, ev)
}

// settleEscrow pays out of the task's escrow, and refunds the rest.
func (k Keeper) settleEscrow(ctx context.Context, it *item, s poco.Settlement, payees *payees) error {
	pays, err := payees.payFromEscrow(ctx, s.FromEscrow)
	if err != nil {
		return err
	}
	return k.deals.Settle(ctx, dealstypes.TaskSettlement{
		Deal: it.stored.Deal, Task: it.stored.Id, Index: it.stored.Index,
		Pays: pays, Premium: s.Premium, Refund: s.Refund, Accepted: s.Ending == poco.EndAccepted,
		Failed: s.Ending == poco.EndAccepted && s.Verdict.Kind == poco.KindAppFailed,
	})
}

// settleStakes pays out of slashed stakes, and unlocks the rest of the seats' stakes.
func (k Keeper) settleStakes(ctx context.Context, it *item, s poco.Settlement, payees *payees) error {
	pays, err := payees.payFromStake(ctx, s.FromStake)
	if err != nil {
		return err
	}
	var ends []workerstypes.SeatSettlement
	for _, e := range s.Seats {
		ends = append(ends, workerstypes.SeatSettlement{
			Worker: e.Who, Unlock: e.Unlock, Slash: e.Slash, Fault: e.Fault, Outage: e.Outage, Right: e.Right, Confirmed: e.Confirmed, Dispute: e.Dispute, Vote: e.Vote,
			Earned: payees.earned[e.Who],
		})
	}
	if len(ends) > 0 {
		if err := k.workers.Settle(ctx, it.stored.Id, ends, pays, s.Burn); err != nil {
			return err
		}
	}
	return k.fundFromStake(ctx, payees.audits)
}

// seatEndsToStore returns the seats' ends in the form of a settlement's record.
func seatEndsToStore(ends []poco.SeatEnd) (out []types.SeatEnd) {
	for _, e := range ends {
		out = append(out, types.SeatEnd{Who: e.Who, Organisation: e.Org, Fault: e.Fault.String(), Slash: e.Slash, Right: e.Right})
	}
	return out
}

// unassignAll records that no seat has anything left to do for the task.
func (k Keeper) unassignAll(ctx context.Context, it *item) error {
	for _, seats := range [][]poco.Seat{it.state.Seats, it.state.Court} {
		for _, seat := range seats {
			if err := k.unassignSeat(ctx, it, seat.Who); err != nil {
				return err
			}
		}
	}
	return nil
}

// noteFaults records the faults of the app, of workers and of the court's seats.
func (k Keeper) noteFaults(ctx context.Context, it *item, s poco.Settlement) error {
	if s.FlagApp {
		if err := k.apps.FlagNonDeterministic(ctx, it.deal.App); err != nil {
			return err
		}
	}
	if err := k.noteConvictions(ctx, it, s.Seats); err != nil {
		return err
	}
	silent := s.CourtSilent
	if s.Ending == poco.EndCourtSilent {
		silent = nil // they were recorded when the court was given up
	}
	return k.noteCourtFaults(ctx, it, silent, s.CourtWrong)
}
