package types

import (
	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/internal/purse"
)

const (
	// ModuleName names the module, its store and its account.
	ModuleName = "vouchers"
	// StoreKey is the key of the module's store.
	StoreKey = ModuleName
	// Denom is the base denomination of every amount: 10^6 are one CRED.
	Denom = purse.Denom
)

// Prefixes of the module's store. Ids are 32 raw bytes, addresses 20, heights big-endian.
var (
	// ParamsKey holds the Params.
	ParamsKey = collections.NewPrefix(0)
	// VouchersPrefix: id -> Voucher.
	VouchersPrefix = collections.NewPrefix(1)
	// IssuedPrefix: (issuer, id).
	IssuedPrefix = collections.NewPrefix(2)
	// HeldPrefix: (holder, id).
	HeldPrefix = collections.NewPrefix(3)
	// ExpiriesPrefix: (expiry, id) of the vouchers that have not expired.
	ExpiriesPrefix = collections.NewPrefix(4)
	// OwedKey holds the balance of every voucher, in ucred, as of the last block hook.
	OwedKey = collections.NewPrefix(5)
	// DepositsPrefix: id -> ucred added by this block's transactions and not yet counted in Owed.
	DepositsPrefix = collections.NewPrefix(6)
	// WithdrawalsPrefix: (module, id) -> ucred spent by this block's transactions and not yet sent to the module.
	WithdrawalsPrefix = collections.NewPrefix(7)
)
