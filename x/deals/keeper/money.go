package keeper

import (
	"context"

	"cosmossdk.io/math"

	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/x/deals/types"
)

// This file is the one place where the coins of deals come in and go back; Settle pays them out.

// takeEscrow takes the escrow of a deal: out of the purse of the module that holds its request's, or when that is nil from
// its sponsor, its voucher or its requester.
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

// refundPayer gives escrow back to whose it was.
func (k Keeper) refundPayer(ctx context.Context, d types.Deal, amount uint64) error {
	if amount == 0 {
		return nil
	}
	if d.Voucher != "" {
		return k.vouchers.RefundVoucher(ctx, d.Voucher, amount, k.purse)
	}
	addr, err := k.addresses.StringToBytes(d.Payer())
	if err != nil {
		return types.ErrPayer.Wrapf("%q: %s", d.Payer(), err)
	}
	return k.purse.Pay(ctx, addr, amount)
}

// payParties pays a task's escrow out and returns what was paid. A recipient that the bank lets receive nothing is passed
// over.
func (k Keeper) payParties(ctx context.Context, pays []types.EscrowPay) (paid uint64, err error) {
	for _, p := range pays {
		if k.bank.BlockedAddr(p.To) {
			continue
		}
		if err := k.purse.Pay(ctx, p.To, p.Amount); err != nil {
			return paid, err
		}
		paid += p.Amount
	}
	return paid, nil
}

// Solvency returns the module account's balance and what the deals hold.
func (k Keeper) Solvency(ctx context.Context) (purse.Balance, error) { return k.purse.Balance(ctx) }
