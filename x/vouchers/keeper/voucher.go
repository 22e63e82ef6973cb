package keeper

import (
	"context"
	"math/bits"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/vouchers/types"
)

// GetVoucher returns a voucher, or ErrNotFound.
func (k Keeper) GetVoucher(ctx context.Context, id string) (types.Voucher, error) {
	_, v, err := k.voucherByID(ctx, id)
	return v, err
}

func (k Keeper) voucherByID(ctx context.Context, id string) (raw []byte, v types.Voucher, err error) {
	key, err := ids.Parse(id)
	if err != nil {
		return nil, v, types.ErrID.Wrap(err.Error())
	}
	v, found, err := records.Find(ctx, k.Vouchers, key[:])
	if err == nil && !found {
		err = types.ErrNotFound.Wrapf("voucher %s", id)
	}
	return key[:], v, err
}

// IssueVoucher makes a voucher of an issuer's coins, which its holder spends on requests.
func (k Keeper) IssueVoucher(ctx context.Context, v types.Voucher) (types.Voucher, error) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	id := types.VoucherID(sdkCtx.ChainID(), v.Issuer, v.Nonce)
	v.Id, v.Issued = ids.Format(id), v.Balance
	if err := v.Validate(k.addresses); err != nil {
		return v, err
	}
	if v.Balance == 0 {
		return v, types.ErrVoucher.Wrap("amount: got 0, expected some ucred")
	}
	if v.Expiry <= sdkCtx.BlockHeight() {
		return v, types.ErrExpired.Wrapf("expiry: got %d, expected a height after this one, %d", v.Expiry, sdkCtx.BlockHeight())
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
	if err := k.purse.Deposit(ctx, issuer, id[:], v.Balance); err != nil {
		return v, err
	}
	if err := k.addVoucher(ctx, id[:], v); err != nil {
		return v, err
	}
	return v, k.emitChange(ctx, "issued", v, v.Balance)
}

// addVoucher stores a new voucher with its indices.
func (k Keeper) addVoucher(ctx context.Context, id []byte, v types.Voucher) error {
	for _, by := range []struct {
		index collections.KeySet[collections.Pair[sdk.AccAddress, []byte]]
		who   string
	}{{k.Issued, v.Issuer}, {k.Held, v.Holder}} {
		who, err := k.addresses.StringToBytes(by.who)
		if err != nil {
			return err
		}
		if err := by.index.Set(ctx, collections.Join(sdk.AccAddress(who), id)); err != nil {
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

// TopUpVoucher adds coins of the issuer to a voucher, makes its expiry later, or both.
func (k Keeper) TopUpVoucher(ctx context.Context, issuer, id string, amount uint64, expiry int64) error {
	raw, v, err := k.voucherByID(ctx, id)
	if err != nil {
		return err
	}
	was := v.Expiry
	if v, err = k.extendVoucher(ctx, v, issuer, amount, expiry); err != nil {
		return err
	}
	if v.Expiry > was {
		if err := k.Expiries.Remove(ctx, collections.Join(was, raw)); err != nil {
			return err
		}
		if err := k.Expiries.Set(ctx, collections.Join(v.Expiry, raw)); err != nil {
			return err
		}
	}
	from, err := k.addresses.StringToBytes(issuer)
	if err != nil {
		return types.ErrVoucher.Wrapf("issuer: %q: %s", issuer, err)
	}
	if err := k.purse.Deposit(ctx, from, raw, amount); err != nil {
		return err
	}
	if err := k.Vouchers.Set(ctx, raw, v); err != nil {
		return err
	}
	return k.emitChange(ctx, "topped_up", v, amount)
}

// extendVoucher returns the voucher with a larger balance, a later expiry or both. It fails when the account is not the issuer, or the
// change is not allowed.
func (k Keeper) extendVoucher(ctx context.Context, v types.Voucher, issuer string, amount uint64, expiry int64) (types.Voucher, error) {
	switch {
	case v.Issuer != issuer:
		return v, types.ErrNotOwner.Wrapf("voucher %s was issued by %s", v.Id, v.Issuer)
	case v.Expired || sdk.UnwrapSDKContext(ctx).BlockHeight() >= v.Expiry:
		return v, types.ErrExpired.Wrapf("voucher %s expired at height %d", v.Id, v.Expiry)
	case expiry != 0 && expiry < v.Expiry:
		return v, types.ErrVoucher.Wrapf("expiry: got %d, expected %d or later: credit that was given is not shortened", expiry, v.Expiry)
	case amount == 0 && expiry <= v.Expiry:
		return v, types.ErrVoucher.Wrap("amount: got 0, expected some ucred or a later expiry")
	}
	issued, carry := bits.Add64(v.Issued, amount, 0)
	if carry != 0 {
		return v, types.ErrVoucher.Wrapf("amount: %d more exceeds 64 bits", amount)
	}
	v.Issued = issued
	v.Balance += amount // the balance is at most Issued, which fits 64 bits
	v.Expiry = max(v.Expiry, expiry)
	return v, nil
}

// SetSpenders replaces the accounts that may spend a voucher beside its holder.
func (k Keeper) SetSpenders(ctx context.Context, holder, id string, spenders []string) error {
	raw, v, err := k.voucherByID(ctx, id)
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
	return k.emitChange(ctx, "spenders", v, 0)
}
