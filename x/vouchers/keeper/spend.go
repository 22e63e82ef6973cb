package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/vouchers/types"
)

// Other modules spend a voucher for escrow that they hold, and give back what they did not need. Before, they ask the voucher itself
// whether an account may spend it and for what: CheckSpender, CheckApp, CheckDataset and CheckPool.

// SpendVoucher takes escrow out of a voucher's balance for a module, whose purse must expect the coins. A block hook sends them at once.
// For a transaction EndBlock sends them, so that transactions that spend different vouchers write no common key. ErrBalance when
// the balance is less than amount.
func (k Keeper) SpendVoucher(ctx context.Context, id string, amount uint64, module string) error {
	raw, v, err := k.voucherByID(ctx, id)
	if err != nil {
		return err
	}
	if v.Balance < amount {
		return types.ErrBalance.Wrapf("voucher: %s has %d%s left, expected at least %d of escrow", id, v.Balance, types.Denom, amount)
	}
	v.Balance -= amount
	if err := k.Vouchers.Set(ctx, raw, v); err != nil {
		return err
	}
	if err := k.withdrawCredit(ctx, raw, amount, module); err != nil {
		return err
	}
	return k.emitChange(ctx, "spent", v, amount)
}

func (k Keeper) withdrawCredit(ctx context.Context, id []byte, amount uint64, module string) error {
	if !purse.InTransaction(ctx) {
		return k.purse.SendTo(ctx, module, amount)
	}
	key := collections.Join(module, id)
	before, _, err := records.Find(ctx, k.Withdrawals, key)
	if err != nil {
		return err
	}
	return k.Withdrawals.Set(ctx, key, before+amount)
}

// RefundVoucher gives escrow back from the purse of the module that spent it: to the voucher's balance, or to the issuer once the voucher
// has expired. Block hooks alone may call it.
func (k Keeper) RefundVoucher(ctx context.Context, id string, amount uint64, from types.Purse) error {
	raw, v, err := k.voucherByID(ctx, id)
	if err != nil {
		return err
	}
	if v.Expired {
		issuer, err := k.addresses.StringToBytes(v.Issuer)
		if err != nil {
			return types.ErrVoucher.Wrapf("issuer: %q: %s", v.Issuer, err)
		}
		return from.Pay(ctx, issuer, amount)
	}
	if err := from.SendTo(ctx, types.ModuleName, amount); err != nil {
		return err
	}
	if err := k.purse.Receive(ctx, amount); err != nil {
		return err
	}
	v.Balance += amount // it fits 64 bits, because the amount was taken out of this balance
	if err := k.Vouchers.Set(ctx, raw, v); err != nil {
		return err
	}
	return k.emitChange(ctx, "refunded", v, amount)
}

// expireVoucher gives what is left of an expired voucher back to its issuer.
func (k Keeper) expireVoucher(ctx sdk.Context, id []byte) error {
	v, err := k.Vouchers.Get(ctx, id)
	if err != nil || v.Expired {
		return err
	}
	issuer, err := k.addresses.StringToBytes(v.Issuer)
	if err != nil {
		return types.ErrVoucher.Wrapf("issuer: %q: %s", v.Issuer, err)
	}
	back := v.Balance
	v.Balance, v.Expired = 0, true
	if err := k.Vouchers.Set(ctx, id, v); err != nil {
		return err
	}
	if err := k.purse.Pay(ctx, issuer, back); err != nil {
		return err
	}
	return k.emitChange(ctx, "expired", v, back)
}

// sendWithdrawals sends each module the coins that this block's transactions spent for it.
func (k Keeper) sendWithdrawals(ctx context.Context) error {
	spent, modules := map[string]uint64{}, []string(nil)
	err := k.Withdrawals.Walk(ctx, nil, func(key collections.Pair[string, []byte], amount uint64) (bool, error) {
		if _, seen := spent[key.K1()]; !seen {
			modules = append(modules, key.K1())
		}
		spent[key.K1()] += amount // it fits 64 bits, as all coins do together
		return false, nil
	})
	if err != nil || len(modules) == 0 {
		return err
	}
	for _, module := range modules {
		if err := k.purse.SendTo(ctx, module, spent[module]); err != nil {
			return err
		}
	}
	return k.Withdrawals.Clear(ctx, nil)
}
