package keeper

import (
	"context"
	"fmt"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/cosmos/gogoproto/proto"

	"github.com/credence-chain/credence/internal/events"
	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

func emitEvent(ctx context.Context, ev proto.Message) error {
	return events.Emit(ctx, ev)
}

// finishTask carries out a settlement: escrow through x/deals, stake and records through x/workers, the court's silences
// here. Either all of it happens or, the caller's context being a cache, nothing does.
func (k Keeper) finishTask(ctx context.Context, it *item, s poco.Settlement) error {
	payees := k.newPayees(it)
	fromEscrow, err := payees.fromEscrow(ctx, s.FromEscrow)
	if err != nil {
		return err
	}
	fromStake, err := payees.fromStake(ctx, s.FromStake)
	if err != nil {
		return err
	}
	record := types.Settlement{
		Payments: payees.payments, Refund: s.Refund, Burnt: s.Burn, Premium: s.Premium, Seats: seatEnds(s.Seats), CourtSilent: s.CourtSilent, CourtWrong: s.CourtWrong,
	}
	if err := k.deals.Settle(ctx, dealstypes.TaskSettlement{
		Deal: it.stored.Deal, Task: it.stored.Id, Index: it.stored.Index,
		Pays: fromEscrow, Premium: s.Premium, Refund: s.Refund, Accepted: s.Ending == poco.EndAccepted,
	}); err != nil {
		return err
	}
	var ends []workerstypes.SeatSettlement
	for _, e := range s.Seats {
		ends = append(ends, workerstypes.SeatSettlement{
			Worker: e.Who, Unlock: e.Unlock, Slash: e.Slash, Fault: e.Fault, Outage: e.Outage, Right: e.Right, Confirmed: e.Confirmed, Dispute: e.Dispute,
			Earned: payees.earned[e.Who],
		})
	}
	if len(ends) > 0 {
		if err := k.workers.Settle(ctx, it.stored.Id, ends, fromStake, s.Burn); err != nil {
			return err
		}
	}
	if err := k.fundFromStake(ctx, payees.audits); err != nil {
		return err
	}
	for _, seats := range [][]poco.Seat{it.state.Seats, it.state.Court} {
		for _, seat := range seats {
			if err := k.unassignSeat(ctx, it, seat.Who); err != nil {
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
	silent := s.CourtSilent
	if s.Ending == poco.EndCourtSilent {
		silent = nil // they were noted when the court was given up
	}
	if err := k.noteCourtFaults(ctx, it, silent, s.CourtWrong); err != nil {
		return err
	}
	it.stored.Settlement = &record
	ev := &types.EventEnded{
		Task: it.stored.Id, Deal: it.stored.Deal, Index: it.stored.Index, Ending: types.Ending(s.Ending), ByCourt: s.ByCourt, Settlement: &record,
	}
	if s.Verdict.Kind != poco.KindUnspecified {
		v := types.OutcomeFromPoco(s.Verdict)
		ev.Verdict = &v
	}
	return emitEvent(ctx, ev)
}

// payees turns the parties of a settlement into accounts, and keeps what the record is to say.
type payees struct {
	k        Keeper
	it       *item
	payments []types.Payment
	earned   map[string]uint64 // by worker; read by key only
	audits   uint64            // to the audit budget
}

func (k Keeper) newPayees(it *item) *payees {
	return &payees{k: k, it: it, earned: make(map[string]uint64)}
}

// accountOf is who a payment goes to.
func (p *payees) accountOf(ctx context.Context, pay poco.Pay, source string) (sdk.AccAddress, error) {
	to := pay.To
	switch pay.Party {
	case poco.PartyWorker:
		w, err := p.k.workers.GetWorker(ctx, pay.To)
		if err != nil {
			return nil, err
		}
		to = w.Owner
		p.earned[pay.To] += pay.Amount
	case poco.PartyCourt:
		var err error
		if to, err = p.k.courtPayee(ctx, p.it, pay.To); err != nil {
			return nil, err
		}
	case poco.PartyAudits:
		var err error
		if to, err = p.k.addresses.BytesToString(p.k.accounts.GetModuleAddress(types.ModuleName)); err != nil {
			return nil, err
		}
		p.audits += pay.Amount
	}
	p.payments = append(p.payments, types.Payment{Party: pay.Party.String(), To: to, Amount: pay.Amount, Source: source})
	return p.k.addresses.StringToBytes(to)
}

func (p *payees) fromEscrow(ctx context.Context, pays []poco.Pay) (out []dealstypes.EscrowPay, err error) {
	for _, pay := range pays {
		to, err := p.accountOf(ctx, pay, "escrow")
		if err != nil {
			return nil, err
		}
		out = append(out, dealstypes.EscrowPay{To: to, Amount: pay.Amount})
	}
	return out, nil
}

func (p *payees) fromStake(ctx context.Context, pays []poco.Pay) (out []workerstypes.StakePay, err error) {
	for _, pay := range pays {
		to, err := p.accountOf(ctx, pay, "stake")
		if err != nil {
			return nil, err
		}
		out = append(out, workerstypes.StakePay{To: to, Amount: pay.Amount})
	}
	return out, nil
}

// seatEnds is what a record says of the seats.
func seatEnds(ends []poco.SeatEnd) (out []types.SeatEnd) {
	for _, e := range ends {
		out = append(out, types.SeatEnd{Who: e.Who, Organisation: e.Org, Fault: e.Fault.String(), Slash: e.Slash, Right: e.Right})
	}
	return out
}

// courtPayee returns who is paid for a seat of the court: not the account that answered, which can spend nothing.
func (k Keeper) courtPayee(ctx context.Context, it *item, who string) (string, error) {
	i := slices.IndexFunc(it.state.Court, func(s poco.Seat) bool { return s.Who == who })
	if i < 0 {
		return "", fmt.Errorf("%s holds no seat of the court", who)
	}
	return k.seats.Payee(ctx, it.state.Court[i].Org)
}

// noteCourtFaults counts the faults of a court's seats that were silent, or found something else than two thirds.
func (k Keeper) noteCourtFaults(ctx context.Context, it *item, silent, wrong []string) error {
	for _, seat := range it.state.Court {
		was := slices.Contains(silent, seat.Who)
		if !was && !slices.Contains(wrong, seat.Who) {
			continue
		}
		if err := k.noteCourtFault(ctx, seat.Org, was, it.state.CourtCalled); err != nil {
			return err
		}
	}
	return nil
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
