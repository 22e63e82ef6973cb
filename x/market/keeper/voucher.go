package keeper

import (
	"context"
	"math/bits"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/market/types"
)

// GetVoucher returns a voucher, or ErrNotFound.
func (k Keeper) GetVoucher(ctx context.Context, id string) (types.Voucher, error) {
	_, v, err := get(ctx, k.Vouchers, "voucher", id)
	return v, err
}

// IssueVoucher sets an issuer's coins aside for a holder to spend on requests.
func (k Keeper) IssueVoucher(ctx context.Context, v types.Voucher) (types.Voucher, error) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	v.Issued = v.Balance
	id := types.VoucherIDOf(sdkCtx.ChainID(), v.Issuer, v.Nonce)
	v.Id = types.FormatID(id)
	if err := v.Validate(k.addresses); err != nil {
		return v, err
	}
	if v.Balance == 0 {
		return v, types.ErrVoucher.Wrap("amount: got 0, expected some ucred")
	}
	if v.Expiry <= sdkCtx.BlockHeight() {
		return v, types.ErrVoucherExpired.Wrapf("expiry: got %d, expected a height after this one, %d", v.Expiry, sdkCtx.BlockHeight())
	}
	issuer, err := k.addresses.StringToBytes(v.Issuer)
	if err != nil {
		return v, types.ErrVoucher.Wrapf("issuer: %q: %s", v.Issuer, err)
	}
	if k.bank.BlockedAddr(issuer) {
		return v, types.ErrVoucher.Wrapf("issuer: %s may receive no coins, and could not be refunded", v.Issuer)
	}
	if used, err := k.Vouchers.Has(ctx, id[:]); err != nil {
		return v, err
	} else if used {
		return v, types.ErrNonce.Wrapf("nonce: %d was used for voucher %s", v.Nonce, v.Id)
	}
	if err := k.lockCoins(ctx, issuer, k.VoucherLocks, collections.Join(sdkCtx.BlockHeight()+1, id[:]), v.Balance); err != nil {
		return v, err
	}
	if err := k.initVoucher(ctx, id[:], v); err != nil {
		return v, err
	}
	return v, emit(ctx, &types.EventVoucher{Id: v.Id, What: "issued", Amount: v.Balance, Balance: v.Balance})
}

func (k Keeper) initVoucher(ctx context.Context, id []byte, v types.Voucher) error {
	for _, party := range []string{types.PartyIssuer + v.Issuer, types.PartyHolder + v.Holder} {
		if err := k.VouchersBy.Set(ctx, collections.Join(party, id)); err != nil {
			return err
		}
	}
	if !v.Expired {
		if err := k.Expiries.Set(ctx, collections.Join(v.Expiry, id)); err != nil {
			return err
		}
	}
	return k.Vouchers.Set(ctx, id, v)
}

// TopUpVoucher adds an issuer's coins to its voucher, and lets it live longer.
func (k Keeper) TopUpVoucher(ctx context.Context, issuer, id string, amount uint64, expiry int64) error {
	raw, v, err := get(ctx, k.Vouchers, "voucher", id)
	if err != nil {
		return err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	switch {
	case v.Issuer != issuer:
		return types.ErrNotOwner.Wrapf("voucher %s was issued by %s", id, v.Issuer)
	case v.Expired || sdkCtx.BlockHeight() >= v.Expiry:
		return types.ErrVoucherExpired.Wrapf("voucher %s expired at height %d", id, v.Expiry)
	case expiry != 0 && expiry < v.Expiry:
		return types.ErrVoucher.Wrapf("expiry: got %d, expected %d or later: credit that was given is not shortened", expiry, v.Expiry)
	case amount == 0 && expiry <= v.Expiry:
		return types.ErrVoucher.Wrap("amount: got 0, expected some ucred or a later expiry")
	}
	var carry, carryAll uint64
	v.Balance, carry = bits.Add64(v.Balance, amount, 0)
	v.Issued, carryAll = bits.Add64(v.Issued, amount, 0)
	if carry+carryAll != 0 {
		return types.ErrVoucher.Wrapf("amount: %d more exceeds 64 bits", amount)
	}
	if expiry > v.Expiry {
		if err := k.Expiries.Remove(ctx, collections.Join(v.Expiry, raw)); err != nil {
			return err
		}
		v.Expiry = expiry
		if err := k.Expiries.Set(ctx, collections.Join(expiry, raw)); err != nil {
			return err
		}
	}
	addr, err := k.addresses.StringToBytes(issuer)
	if err != nil {
		return types.ErrVoucher.Wrapf("issuer: %q: %s", issuer, err)
	}
	if amount > 0 {
		if err := k.lockCoins(ctx, addr, k.VoucherLocks, collections.Join(sdkCtx.BlockHeight()+1, raw), amount); err != nil {
			return err
		}
	}
	if err := k.Vouchers.Set(ctx, raw, v); err != nil {
		return err
	}
	return emit(ctx, &types.EventVoucher{Id: id, What: "topped_up", Amount: amount, Balance: v.Balance})
}

// SetSpenders replaces the accounts that may spend a voucher beside its holder.
func (k Keeper) SetSpenders(ctx context.Context, holder, id string, spenders []string) error {
	raw, v, err := get(ctx, k.Vouchers, "voucher", id)
	if err != nil {
		return err
	}
	if v.Holder != holder {
		return types.ErrNotOwner.Wrapf("voucher %s is held by %s", id, v.Holder)
	}
	v.Spenders = spenders
	if err := v.Validate(k.addresses); err != nil {
		return err
	}
	if err := k.Vouchers.Set(ctx, raw, v); err != nil {
		return err
	}
	return emit(ctx, &types.EventVoucher{Id: id, What: "spenders", Balance: v.Balance})
}

// voucherFor returns the voucher that a request names, or nil, and says why it can not pay for the request's assets. Its
// pools are the matching's to check; whether its balance lasts is found out when it is spent.
func (k Keeper) voucherFor(ctx context.Context, a types.Agreement) (*types.Voucher, error) {
	id := a.Request.Job.Voucher
	if id == "" {
		return nil, nil
	}
	v, err := k.GetVoucher(ctx, id)
	if err != nil {
		return nil, err
	}
	return &v, v.AllowsAssets(a)
}

// spendVoucher takes escrow out of a voucher's balance; the coins stay with the module, and owed.
func (k Keeper) spendVoucher(ctx context.Context, id string, amount uint64) error {
	raw, v, err := get(ctx, k.Vouchers, "voucher", id)
	if err != nil {
		return err
	}
	if v.Balance < amount {
		return types.ErrVoucherBalance.Wrapf("voucher: %s has %d%s left, expected at least %d of escrow", id, v.Balance, types.Denom, amount)
	}
	v.Balance -= amount
	if err := k.Vouchers.Set(ctx, raw, v); err != nil {
		return err
	}
	return emit(ctx, &types.EventVoucher{Id: id, What: "spent", Amount: amount, Balance: v.Balance})
}

// restoreVoucher puts escrow back into a voucher's balance. Gone says that it has expired: then the issuer is to be paid.
func (k Keeper) restoreVoucher(ctx context.Context, id string, amount uint64) (issuer string, gone bool, err error) {
	raw, v, err := get(ctx, k.Vouchers, "voucher", id)
	if err != nil || v.Expired {
		return v.Issuer, v.Expired, err
	}
	v.Balance += amount // it was taken out of it
	if err := k.Vouchers.Set(ctx, raw, v); err != nil {
		return "", false, err
	}
	return "", false, emit(ctx, &types.EventVoucher{Id: id, What: "refunded", Amount: amount, Balance: v.Balance})
}

// expireVoucher gives what is left of an expired voucher back to its issuer.
func (k Keeper) expireVoucher(ctx context.Context, id []byte) error {
	v, found, err := find(ctx, k.Vouchers, id)
	if err != nil || !found || v.Expired {
		return err
	}
	back := v.Balance
	v.Balance, v.Expired = 0, true
	if err := k.Vouchers.Set(ctx, id, v); err != nil {
		return err
	}
	if err := k.refundPayer(ctx, payer{account: v.Issuer}, back); err != nil {
		return err
	}
	return emit(ctx, &types.EventVoucher{Id: v.Id, What: "expired", Amount: back})
}
