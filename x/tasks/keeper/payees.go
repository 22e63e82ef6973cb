package keeper

import (
	"context"
	"fmt"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// payees finds the accounts to which a settlement pays, and collects the payments for the task's record.
type payees struct {
	k        Keeper
	it       *item
	payments []types.Payment
	earned   map[string]uint64 // what each worker is paid; read by key only
	audits   uint64            // what the audit budget is paid
}

func (k Keeper) newPayees(it *item) *payees {
	return &payees{k: k, it: it, earned: make(map[string]uint64)}
}

// payFromEscrow records payments out of the escrow, and returns them in the form that x/deals takes.
func (p *payees) payFromEscrow(ctx context.Context, pays []poco.Pay) (out []dealstypes.EscrowPay, err error) {
	for _, pay := range pays {
		to, err := p.notePayment(ctx, pay, "escrow")
		if err != nil {
			return nil, err
		}
		out = append(out, dealstypes.EscrowPay{To: to, Amount: pay.Amount})
	}
	return out, nil
}

// payFromStake records payments out of slashed stake, and returns them in the form that x/workers takes.
func (p *payees) payFromStake(ctx context.Context, pays []poco.Pay) (out []workerstypes.StakePay, err error) {
	for _, pay := range pays {
		to, err := p.notePayment(ctx, pay, "stake")
		if err != nil {
			return nil, err
		}
		out = append(out, workerstypes.StakePay{To: to, Amount: pay.Amount})
	}
	return out, nil
}

// notePayment records a payment, and returns the account to which it goes.
func (p *payees) notePayment(ctx context.Context, pay poco.Pay, source string) (sdk.AccAddress, error) {
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

// findPayee returns the account of a party: the owner of a worker, the payee of a court's seat, and the module's account for
// audits.
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

// courtPayee returns the account that is paid for a seat of the court. It is not the account that answered, which can spend nothing.
func (k Keeper) courtPayee(ctx context.Context, it *item, who string) (string, error) {
	i := slices.IndexFunc(it.state.Court, func(s poco.Seat) bool { return s.Who == who })
	if i < 0 {
		return "", fmt.Errorf("%s holds no seat of the court", who)
	}
	return k.seats.Payee(ctx, it.state.Court[i].Org)
}
