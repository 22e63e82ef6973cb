package keeper

import (
	"context"
	"fmt"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/cosmos/gogoproto/proto"

	"github.com/credence-chain/credence/internal/events"
	"github.com/credence-chain/credence/internal/records"
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
		Payments: payees.payments, Refund: s.Refund, Burnt: s.Burn, Premium: s.Premium, Seats: seatEnds(s.Seats), CourtSilent: s.CourtSilent, CourtWrong: s.CourtWrong,
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

// settleEscrow pays what a task's escrow pays, and gives the rest back.
func (k Keeper) settleEscrow(ctx context.Context, it *item, s poco.Settlement, payees *payees) error {
	pays, err := payees.fromEscrow(ctx, s.FromEscrow)
	if err != nil {
		return err
	}
	return k.deals.Settle(ctx, dealstypes.TaskSettlement{
		Deal: it.stored.Deal, Task: it.stored.Id, Index: it.stored.Index,
		Pays: pays, Premium: s.Premium, Refund: s.Refund, Accepted: s.Ending == poco.EndAccepted,
	})
}

// settleStakes pays what slashed stake pays, and ends what the seats had locked.
func (k Keeper) settleStakes(ctx context.Context, it *item, s poco.Settlement, payees *payees) error {
	pays, err := payees.fromStake(ctx, s.FromStake)
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

// unassignAll notes that nobody has anything more to do for a task.
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

// noteFaults notes what a settlement says of the app, of workers and of the court's seats.
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
		silent = nil // they were noted when the court was given up
	}
	return k.noteCourtFaults(ctx, it, silent, s.CourtWrong)
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

// accountOf is who a payment goes to; it notes the payment.
func (p *payees) accountOf(ctx context.Context, pay poco.Pay, source string) (sdk.AccAddress, error) {
	to, err := p.findPayee(ctx, pay)
	if err != nil {
		return nil, err
	}
	switch pay.Party {
	case poco.PartyWorker:
		p.earned[pay.To] += pay.Amount
	case poco.PartyAudits:
		p.audits += pay.Amount
	}
	p.payments = append(p.payments, types.Payment{Party: pay.Party.String(), To: to, Amount: pay.Amount, Source: source})
	return p.k.addresses.StringToBytes(to)
}

// findPayee returns the account of a party: a worker's owner, whoever is paid for a seat of the court, the module for audits.
func (p *payees) findPayee(ctx context.Context, pay poco.Pay) (string, error) {
	switch pay.Party {
	case poco.PartyWorker:
		w, err := p.k.workers.GetWorker(ctx, pay.To)
		return w.Owner, err
	case poco.PartyCourt:
		return p.k.courtPayee(ctx, p.it, pay.To)
	case poco.PartyAudits:
		return p.k.addresses.BytesToString(p.k.accounts.GetModuleAddress(types.ModuleName))
	}
	return pay.To, nil
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
	s, found, err := records.Find(ctx, k.CourtSilences, org)
	if err != nil {
		return err
	}
	if !found {
		s = types.CourtSilence{Organisation: org, Since: height}
	}
	record, jail := poco.CourtRecord{Count: s.Count, Since: s.Since, Silent: s.Silent}.Note(silent, called, height,
		poco.CourtStrikes{Most: params.CourtStrikes, Window: params.WindowBlocks})
	s.Count, s.Since, s.Silent = record.Count, record.Since, record.Silent
	if err := k.CourtSilences.Set(ctx, org, s); err != nil || !jail {
		return err
	}
	return k.seats.Jail(ctx, org, "silent or wrong in court")
}
