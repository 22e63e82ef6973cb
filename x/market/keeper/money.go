package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/x/market/types"
)

// This file is the one place where the module's coins move, each time together with what is owed.

// lockBudget locks the most that a request can cost: out of its voucher, or of its requester's coins.
func (k Keeper) lockBudget(ctx context.Context, id []byte, requester sdk.AccAddress, r types.Request) error {
	if r.Job.Voucher == "" {
		return k.purse.Deposit(ctx, requester, id, r.Escrow)
	}
	if err := k.vouchers.SpendVoucher(ctx, r.Job.Voucher, r.Escrow, types.ModuleName); err != nil {
		return err
	}
	return k.purse.Expect(ctx, id, r.Escrow)
}

// refundRequester gives escrow of a request on the book back to whose it was; a sponsor pays matches alone. Block hooks
// alone may call it.
func (k Keeper) refundRequester(ctx context.Context, r types.Request, amount uint64) error {
	if amount == 0 {
		return nil
	}
	if r.Job.Voucher != "" {
		return k.vouchers.RefundVoucher(ctx, r.Job.Voucher, amount, k.purse)
	}
	addr, err := k.addresses.StringToBytes(r.Requester)
	if err != nil {
		return types.ErrRequester.Wrapf("%q: %s", r.Requester, err)
	}
	return k.purse.Pay(ctx, addr, amount)
}

// Solvency returns the module account's balance and what the module owes. It holds between blocks; within one, what
// transactions have locked so far is in neither.
func (k Keeper) Solvency(ctx context.Context) (purse.Balance, error) { return k.purse.Balance(ctx) }
