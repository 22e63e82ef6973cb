package keeper

import (
	"context"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/x/market/types"
)

// This file is the one place where the module's coins move, each time together with what is owed.

// payer is whose money an escrow is: an account's, or a voucher's.
type payer struct {
	account string
	voucher string
}

func payerOfDeal(d types.Deal) payer {
	if d.Voucher != "" {
		return payer{voucher: d.Voucher}
	}
	return payer{account: d.Payer()}
}

// payerOfRequest is who locked the escrow of a request on the book; a sponsor pays matches alone.
func payerOfRequest(r types.Request) payer {
	return payer{account: r.Requester, voucher: r.Job.Voucher}
}

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

// lockEscrow locks the escrow of a matched deal: from its sponsor, its voucher or its requester.
func (k Keeper) lockEscrow(ctx context.Context, d types.Deal, amount uint64) error {
	if d.Voucher != "" {
		if err := k.vouchers.SpendVoucher(ctx, d.Voucher, amount, types.ModuleName); err != nil {
			return err
		}
		return k.purse.Receive(ctx, amount)
	}
	addr, err := k.addresses.StringToBytes(d.Payer())
	if err != nil {
		return types.ErrRequester.Wrapf("%q: %s", d.Payer(), err)
	}
	if k.bank.BlockedAddr(addr) {
		return types.ErrRequester.Wrapf("%s may receive no coins, and could not be refunded", d.Payer())
	}
	if have := k.bank.SpendableCoin(ctx, addr, types.Denom); have.Amount.LT(math.NewIntFromUint64(amount)) {
		return types.ErrUnfunded.Wrapf("payer: %s can spend %s, expected at least %d%s of escrow", d.Payer(), have, amount, types.Denom)
	}
	return k.purse.Take(ctx, addr, amount)
}

// refundPayer gives escrow back to whose it was. Block hooks alone may call it.
func (k Keeper) refundPayer(ctx context.Context, to payer, amount uint64) error {
	if amount == 0 {
		return nil
	}
	if to.voucher != "" {
		return k.vouchers.RefundVoucher(ctx, to.voucher, amount, k.purse)
	}
	addr, err := k.addresses.StringToBytes(to.account)
	if err != nil {
		return types.ErrRequester.Wrapf("%q: %s", to.account, err)
	}
	return k.purse.Pay(ctx, addr, amount)
}

// Solvency returns the module account's balance and what the module owes. It holds between blocks; within one, what
// transactions have locked so far is in neither.
func (k Keeper) Solvency(ctx context.Context) (purse.Balance, error) { return k.purse.Balance(ctx) }
