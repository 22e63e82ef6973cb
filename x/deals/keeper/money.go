package keeper

import (
	"context"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/x/deals/types"
)

// The coins of deals move in this file alone: escrow comes in, is refunded, and is paid out when Settle ends a task.

// takeEscrow takes the escrow of a deal: from the purse of the module that holds the request's escrow, or when that is nil from the deal's
// sponsor, voucher or requester.
func (k Keeper) takeEscrow(ctx context.Context, d types.Deal, from types.Purse) error {
	if from == nil && d.Voucher == "" {
		return k.takeFromAccount(ctx, d.Payer(), d.Escrow)
	}
	var err error
	if from != nil {
		err = from.SendTo(ctx, types.ModuleName, d.Escrow)
	} else {
		err = k.vouchers.SpendVoucher(ctx, d.Voucher, d.Escrow, types.ModuleName)
	}
	if err != nil {
		return err
	}
	return k.purse.Receive(ctx, d.Escrow)
}

func (k Keeper) takeFromAccount(ctx context.Context, payer string, amount uint64) error {
	addr, err := k.addresses.StringToBytes(payer)
	if err != nil {
		return types.ErrPayer.Wrapf("%q: %s", payer, err)
	}
	if k.bank.BlockedAddr(addr) {
		return types.ErrPayer.Wrapf("%s may receive no coins, and could not be refunded", payer)
	}
	if have := k.bank.SpendableCoin(ctx, addr, types.Denom); have.Amount.LT(math.NewIntFromUint64(amount)) {
		return types.ErrUnfunded.Wrapf("payer: %s can spend %s, expected at least %d%s of escrow", payer, have, amount, types.Denom)
	}
	return k.purse.Take(ctx, addr, amount)
}

// refundPayer gives escrow back to the voucher, the sponsor or the requester that paid it.
func (k Keeper) refundPayer(ctx context.Context, d types.Deal, amount uint64) error {
	if amount == 0 {
		return nil
	}
	if d.Voucher != "" {
		return k.vouchers.RefundVoucher(ctx, d.Voucher, amount, k.purse)
	}
	payer, err := k.payerOf(d)
	if err != nil {
		return err
	}
	return k.purse.Pay(ctx, payer, amount)
}

// payerOf returns the account that paid a deal's escrow.
func (k Keeper) payerOf(d types.Deal) (sdk.AccAddress, error) {
	addr, err := k.addresses.StringToBytes(d.Payer())
	if err != nil {
		return nil, types.ErrPayer.Wrapf("%q: %s", d.Payer(), err)
	}
	return addr, nil
}

// payOut pays a task's escrow out. The recipients get their payments, the premium is destroyed, and the payer gets the rest back. When the
// bank lets a recipient receive nothing, the payer gets that payment back too. payOut returns what was paid and what was refunded.
func (k Keeper) payOut(ctx context.Context, d types.Deal, s types.TaskSettlement, owed uint64) (paid, refunded uint64, err error) {
	var payments []purse.Payment
	for _, p := range s.Pays {
		if !k.bank.BlockedAddr(p.To) {
			payments = append(payments, purse.Payment{To: p.To, Amount: p.Amount})
			paid += p.Amount
		}
	}
	refunded = s.Refund + owed - paid
	toVoucher := d.Voucher != ""
	if refunded > 0 && !toVoucher {
		payer, err := k.payerOf(d)
		if err != nil {
			return 0, 0, err
		}
		payments = append(payments, purse.Payment{To: payer, Amount: refunded})
	}
	if err := k.purse.PayAndBurn(ctx, payments, s.Premium, k.bank); err != nil {
		return 0, 0, err
	}
	if toVoucher {
		err = k.refundPayer(ctx, d, refunded)
	}
	return paid, refunded, err
}

// Solvency returns the module account's balance and what the deals hold.
func (k Keeper) Solvency(ctx context.Context) (purse.Balance, error) { return k.purse.Balance(ctx) }
