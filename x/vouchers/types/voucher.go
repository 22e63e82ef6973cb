package types

import (
	"slices"

	"cosmossdk.io/core/address"

	"github.com/credence-chain/credence/internal/account"
	"github.com/credence-chain/credence/internal/ids"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// Bounds of a voucher's fields.
const (
	// MaxSpenders bounds the accounts that may spend a voucher beside its holder.
	MaxSpenders = 32
	// MaxNamed bounds each list of a voucher: of apps, of datasets and of pools that it pays for.
	MaxNamed = 32
	// MaxDescriptionLen bounds the description in bytes.
	MaxDescriptionLen = 512
)

// Validate checks a voucher by itself; ErrVoucher names the field, the value and what was expected.
func (v Voucher) Validate(codec address.Codec) error {
	if _, err := ids.Parse(v.Id); err != nil {
		return ErrVoucher.Wrapf("id: %s", err)
	}
	if err := account.Check(codec, v.Issuer); err != nil {
		return ErrVoucher.Wrapf("issuer: %s", err)
	}
	if err := account.Check(codec, v.Holder); err != nil {
		return ErrVoucher.Wrapf("holder: %s", err)
	}
	if err := v.validateTerms(); err != nil {
		return err
	}
	if err := validateSpenders(codec, v.Spenders); err != nil {
		return err
	}
	return v.validateNamed()
}

func (v Voucher) validateTerms() error {
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
	return nil
}

// validateSpenders checks that the spenders are at most MaxSpenders accounts, each once.
func validateSpenders(codec address.Codec, spenders []string) error {
	if len(spenders) > MaxSpenders {
		return ErrVoucher.Wrapf("spenders: got %d, expected at most %d", len(spenders), MaxSpenders)
	}
	for i, s := range spenders {
		if err := account.Check(codec, s); err != nil {
			return ErrVoucher.Wrapf("spenders[%d]: %s", i, err)
		}
		if slices.Contains(spenders[:i], s) {
			return ErrVoucher.Wrapf("spenders[%d]: %q is there twice", i, s)
		}
	}
	return nil
}

// validateNamed checks the lists of apps, datasets and pools that the voucher pays for.
func (v Voucher) validateNamed() error {
	for _, list := range [...]struct {
		field string
		check func(id string) error
		ids   []string
	}{
		{"apps", appstypes.ValidateNamed, v.Apps}, {"datasets", appstypes.ValidateNamed, v.Datasets}, {"pools", workerstypes.ValidatePoolID, v.Pools},
	} {
		if len(list.ids) > MaxNamed {
			return ErrVoucher.Wrapf("%s: got %d, expected at most %d", list.field, len(list.ids), MaxNamed)
		}
		for i, id := range list.ids {
			if err := list.check(id); err != nil {
				return ErrVoucher.Wrapf("%s[%d]: %s", list.field, i, err)
			}
			if slices.Contains(list.ids[:i], id) {
				return ErrVoucher.Wrapf("%s[%d]: %q is there twice", list.field, i, id)
			}
		}
	}
	return nil
}

// CheckSpender refuses an account that may not spend the voucher at a height; ErrExpired or ErrSpender. SpendVoucher checks the balance.
func (v Voucher) CheckSpender(who string, height int64) error {
	if v.Expired || height >= v.Expiry {
		return ErrExpired.Wrapf("voucher: %s at height %d", v.Id, v.Expiry)
	}
	if who != v.Holder && !slices.Contains(v.Spenders, who) {
		return ErrSpender.Wrapf("voucher: %s is neither the holder nor a spender of %s", who, v.Id)
	}
	return nil
}

// CheckApp refuses an app, by "organisation/name:version", that the voucher does not pay for; ErrAsset.
func (v Voucher) CheckApp(ref string) error {
	if len(v.Apps) > 0 && !appstypes.Names(v.Apps, ref) {
		return ErrAsset.Wrapf("voucher: %s pays for no app %s", v.Id, ref)
	}
	return nil
}

// CheckDataset refuses a dataset, by "organisation/name:version", that the voucher does not pay for; ErrAsset.
func (v Voucher) CheckDataset(ref string) error {
	if len(v.Datasets) > 0 && !appstypes.Names(v.Datasets, ref) {
		return ErrAsset.Wrapf("voucher: %s pays for no dataset %s", v.Id, ref)
	}
	return nil
}

// CheckPool refuses a pool that the voucher does not pay for; ErrAsset.
func (v Voucher) CheckPool(pool string) error {
	if len(v.Pools) > 0 && !slices.Contains(v.Pools, pool) {
		return ErrAsset.Wrapf("voucher: %s pays for no pool %s", v.Id, pool)
	}
	return nil
}
