package types

import errorsmod "cosmossdk.io/errors"

// Errors keep their numbers: clients know them by these.
var (
	ErrNotFound      = errorsmod.Register(ModuleName, 2, "not found")
	ErrID            = errorsmod.Register(ModuleName, 3, "invalid id")
	ErrPayer         = errorsmod.Register(ModuleName, 4, "invalid payer")
	ErrUnfunded      = errorsmod.Register(ModuleName, 5, "payer can not pay the escrow")
	ErrPrice         = errorsmod.Register(ModuleName, 6, "price out of range")
	ErrSettlement    = errorsmod.Register(ModuleName, 7, "settlement does not add up")
	ErrInvalidParams = errorsmod.Register(ModuleName, 8, "invalid parameters")
	ErrGenesis       = errorsmod.Register(ModuleName, 9, "invalid genesis state")
	ErrAwaited       = errorsmod.Register(ModuleName, 10, "no request can wait for it")
)
