package types

import errorsmod "cosmossdk.io/errors"

// Errors keep their numbers: clients know them by these.
var (
	ErrNotFound      = errorsmod.Register(ModuleName, 2, "not found")
	ErrID            = errorsmod.Register(ModuleName, 3, "invalid id")
	ErrNotOwner      = errorsmod.Register(ModuleName, 4, "not the owner")
	ErrNonce         = errorsmod.Register(ModuleName, 5, "nonce already used")
	ErrVoucher       = errorsmod.Register(ModuleName, 6, "invalid voucher")
	ErrSpender       = errorsmod.Register(ModuleName, 7, "requester may not spend the voucher")
	ErrExpired       = errorsmod.Register(ModuleName, 8, "voucher has expired")
	ErrAsset         = errorsmod.Register(ModuleName, 9, "voucher does not pay for it")
	ErrBalance       = errorsmod.Register(ModuleName, 10, "voucher's balance is too low")
	ErrInvalidParams = errorsmod.Register(ModuleName, 11, "invalid parameters")
	ErrGenesis       = errorsmod.Register(ModuleName, 12, "invalid genesis state")
)
