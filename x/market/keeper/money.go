package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/x/market/types"
)

// The module's coins move in this file alone, each time together with the counter of what is owed.

// lockBudget locks the most that a request can cost. The coins come from its voucher, or from its requester.
func (k Keeper) lockBudget(ctx context.Context, id []byte, requester sdk.AccAddress, r types.Request) error {
	if r.Job.Voucher == "" {
		return k.purse.Deposit(ctx, requester, id, r.Escrow)
	}
	if err := k.vouchers.SpendVoucher(ctx, r.Job.Voucher, r.Escrow, types.ModuleName); err != nil {
		return err
	}
	return k.purse.Expect(ctx, id, r.Escrow)
}

// refundRequester gives escrow of a request back to its voucher or to its requester. It never belongs to a sponsor, because a sponsor
// pays only for matches. Block hooks alone may call it.
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

// Solvency returns the module account's balance and what the module owes. It is meant for the state between two blocks. Within a
// block, neither number has what transactions have locked so far.
func (k Keeper) Solvency(ctx context.Context) (purse.Balance, error) { return k.purse.Balance(ctx) }
