package keeper

import (
	"context"
	"fmt"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/cosmos/gogoproto/proto"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

func emit(ctx context.Context, ev proto.Message) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(ev)
}

// finish carries out a settlement: escrow through x/deals, stake and records through x/workers, the court's silences
// here. Either all of it happens or, the caller's context being a cache, nothing does.
func (k Keeper) finish(ctx context.Context, it *item, s poco.Settlement) error {
	record := types.Settlement{Refund: s.Refund, Burnt: s.Burn, CourtSilent: s.CourtSilent, CourtWrong: s.CourtWrong}
	earned := make(map[string]uint64) // by worker; read by key only
	account := func(p poco.Pay, source string) (sdk.AccAddress, error) {
		to := p.To
		if p.Party == poco.PartyWorker {
			w, err := k.workers.GetWorker(ctx, p.To)
			if err != nil {
				return nil, err
			}
			to = w.Owner
			earned[p.To] += p.Amount
		}
		if p.Party == poco.PartyCourt {
			var err error
			if to, err = k.courtPayee(ctx, it, p.To); err != nil {
				return nil, err
			}
		}
		record.Payments = append(record.Payments, types.Payment{Party: p.Party.String(), To: to, Amount: p.Amount, Source: source})
		return k.addresses.StringToBytes(to)
	}
	var fromEscrow []dealstypes.EscrowPay
	for _, p := range s.FromEscrow {
		to, err := account(p, "escrow")
		if err != nil {
			return err
		}
		fromEscrow = append(fromEscrow, dealstypes.EscrowPay{To: to, Amount: p.Amount})
	}
	var fromStake []workerstypes.StakePay
	for _, p := range s.FromStake {
		to, err := account(p, "stake")
		if err != nil {
			return err
		}
		fromStake = append(fromStake, workerstypes.StakePay{To: to, Amount: p.Amount})
	}
	if err := k.deals.Settle(ctx, dealstypes.TaskSettlement{
		Deal: it.stored.Deal, Task: it.stored.Id, Index: it.stored.Index,
		Pays: fromEscrow, Refund: s.Refund, Accepted: s.Ending == poco.EndAccepted,
	}); err != nil {
		return err
	}
	var ends []workerstypes.SeatSettlement
	for _, e := range s.Seats {
		ends = append(ends, workerstypes.SeatSettlement{
			Worker: e.Who, Unlock: e.Unlock, Slash: e.Slash, Fault: e.Fault, Outage: e.Outage, Right: e.Right, Confirmed: e.Confirmed, Dispute: e.Dispute,
			Earned: earned[e.Who],
		})
		record.Seats = append(record.Seats, types.SeatEnd{Who: e.Who, Organisation: e.Org, Fault: e.Fault.String(), Slash: e.Slash, Right: e.Right})
	}
	if len(ends) > 0 {
		if err := k.workers.Settle(ctx, it.stored.Id, ends, fromStake, s.Burn); err != nil {
			return err
		}
	}
	for _, seats := range [][]poco.Seat{it.state.Seats, it.state.Court} {
		for _, seat := range seats {
			if err := k.unassign(ctx, it, seat.Who); err != nil {
				return err
			}
		}
	}
	if s.FlagApp {
		if err := k.apps.FlagNonDeterministic(ctx, it.deal.App); err != nil {
			return err
		}
	}
	if err := k.noteConvictions(ctx, it, s.Seats); err != nil {
		return err
	}
	for _, seat := range it.state.Court {
		// The silences of a court that was given up were noted when it was.
		silent := seat.State != poco.SeatRevealed && s.Ending != poco.EndBroken && s.Ending != poco.EndCourtSilent
		if silent || slices.Contains(s.CourtWrong, seat.Who) {
			if err := k.noteCourtFault(ctx, seat.Org, silent, it.state.CourtCalled); err != nil {
				return err
			}
		}
	}
	it.stored.Settlement = &record
	ev := &types.EventEnded{
		Task: it.stored.Id, Deal: it.stored.Deal, Index: it.stored.Index, Ending: types.Ending(s.Ending), ByCourt: s.ByCourt, Settlement: &record,
	}
	if s.Verdict.Kind != poco.KindUnspecified {
		v := types.OutcomeFromPoco(s.Verdict)
		ev.Verdict = &v
	}
	return emit(ctx, ev)
}

// courtPayee returns who is paid for a seat of the court: not the account that answered, which can spend nothing.
func (k Keeper) courtPayee(ctx context.Context, it *item, who string) (string, error) {
	i := slices.IndexFunc(it.state.Court, func(s poco.Seat) bool { return s.Who == who })
	if i < 0 {
		return "", fmt.Errorf("%s holds no seat of the court", who)
	}
	return k.seats.Payee(ctx, it.state.Court[i].Org)
}

// noteCourtFault counts a silence of a validator in court, or a vote of it against two thirds, in a court that was called at
// a height, and jails a seat that has too many; see poco.CourtRecord.
func (k Keeper) noteCourtFault(ctx context.Context, org string, silent bool, called int64) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	has, err := k.CourtSilences.Has(ctx, org)
	if err != nil {
		return err
	}
	s := types.CourtSilence{Organisation: org, Since: height}
	if has {
		if s, err = k.CourtSilences.Get(ctx, org); err != nil {
			return err
		}
	}
	record, jail := poco.CourtRecord{Count: s.Count, Since: s.Since, Silent: s.Silent}.Note(silent, called, height,
		poco.CourtStrikes{Most: params.CourtStrikes, Window: params.WindowBlocks})
	s.Count, s.Since, s.Silent = record.Count, record.Since, record.Silent
	if err := k.CourtSilences.Set(ctx, org, s); err != nil || !jail {
		return err
	}
	return k.seats.Jail(ctx, org, "silent or wrong in court")
}
