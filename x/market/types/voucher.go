package types

import (
	"slices"

	"cosmossdk.io/core/address"
)

// MaxSpenders bounds who may spend a voucher beside its holder.
const MaxSpenders = 32

// Validate checks a voucher by itself; ErrVoucher names the field, the value and what was expected.
func (v Voucher) Validate(codec address.Codec) error {
	if _, err := ParseID(v.Id); err != nil {
		return ErrVoucher.Wrapf("id: %s", err)
	}
	if err := validateAccount(codec, v.Issuer); err != nil {
		return ErrVoucher.Wrapf("issuer: %s", err)
	}
	if err := validateAccount(codec, v.Holder); err != nil {
		return ErrVoucher.Wrapf("holder: %s", err)
	}
	if err := ValidateSpenders(codec, v.Spenders); err != nil {
		return err
	}
	switch {
	case v.Expiry < 1:
		return ErrVoucher.Wrapf("expiry: got %d, expected a height", v.Expiry)
	case v.Balance > v.Issued:
		return ErrVoucher.Wrapf("balance: got %d, expected at most what was issued, %d", v.Balance, v.Issued)
	case v.Expired && v.Balance > 0:
		return ErrVoucher.Wrapf("balance: got %d, expected 0 of an expired voucher", v.Balance)
	case len(v.Description) > MaxDescriptionLen:
		return ErrVoucher.Wrapf("description: %d bytes, expected at most %d", len(v.Description), MaxDescriptionLen)
	}
	for _, l := range [...]struct {
		field string
		of    listed
		ids   []string
	}{{"apps", listsAssets, v.Apps}, {"datasets", listsAssets, v.Datasets}, {"pools", listsPools, v.Pools}} {
		if err := validateIDs(l.field, l.of, l.ids); err != nil {
			return ErrVoucher.Wrap(err.Error())
		}
	}
	return nil
}

// ValidateSpenders checks for at most MaxSpenders accounts, each once; ErrVoucher otherwise.
func ValidateSpenders(codec address.Codec, spenders []string) error {
	if len(spenders) > MaxSpenders {
		return ErrVoucher.Wrapf("spenders: got %d, expected at most %d", len(spenders), MaxSpenders)
	}
	for i, s := range spenders {
		if err := validateAccount(codec, s); err != nil {
			return ErrVoucher.Wrapf("spenders[%d]: %s", i, err)
		}
		if slices.Contains(spenders[:i], s) {
			return ErrVoucher.Wrapf("spenders[%d]: %q is there twice", i, s)
		}
	}
	return nil
}

// AllowsAssets says whether the voucher may pay for an agreement before a pool is known: it has not expired, its holder or a
// spender asks, and the app and every dataset is one that it pays for. ErrVoucherExpired, ErrVoucherSpender or
// ErrVoucherAsset otherwise. What is left in it is the payment's matter.
func (v Voucher) AllowsAssets(a Agreement) error {
	who := a.Request.Requester.Account
	switch {
	case v.Expired || a.Height >= v.Expiry:
		return ErrVoucherExpired.Wrapf("voucher: %s at height %d", v.Id, v.Expiry)
	case who != v.Holder && !slices.Contains(v.Spenders, who):
		return ErrVoucherSpender.Wrapf("voucher: %s is neither the holder nor a spender of %s", who, v.Id)
	case len(v.Apps) > 0 && !lists(v.Apps, a.App.Version.Reference()):
		return ErrVoucherAsset.Wrapf("voucher: %s pays for no app %s", v.Id, a.App.Version.Reference())
	}
	for _, d := range a.Datasets {
		if len(v.Datasets) > 0 && !lists(v.Datasets, d.Version.Reference()) {
			return ErrVoucherAsset.Wrapf("voucher: %s pays for no dataset %s", v.Id, d.Version.Reference())
		}
	}
	return nil
}

// AllowsPool says whether the voucher pays for a pool; ErrVoucherAsset otherwise.
func (v Voucher) AllowsPool(pool string) error {
	if len(v.Pools) > 0 && !slices.Contains(v.Pools, pool) {
		return ErrVoucherAsset.Wrapf("voucher: %s pays for no pool %s", v.Id, pool)
	}
	return nil
}
