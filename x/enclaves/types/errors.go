package types

import errorsmod "cosmossdk.io/errors"

// Errors of the module.
var (
	ErrNotFound      = errorsmod.Register(ModuleName, 2, "not found")
	ErrInvalid       = errorsmod.Register(ModuleName, 3, "invalid")
	ErrInvalidParams = errorsmod.Register(ModuleName, 4, "invalid parameters")
	ErrDevelopment   = errorsmod.Register(ModuleName, 5, "for development chains only")
	ErrQuote         = errorsmod.Register(ModuleName, 6, "the quote does not show the session")
	ErrLevel         = errorsmod.Register(ModuleName, 7, "the machine is not up to date")
	ErrMachine       = errorsmod.Register(ModuleName, 8, "the machine serves another organisation")
	ErrFrozen        = errorsmod.Register(ModuleName, 9, "frozen")
	ErrCollateral    = errorsmod.Register(ModuleName, 10, "the collateral is not taken")
	ErrNoSession     = errorsmod.Register(ModuleName, 11, "no such session")
	ErrExpired       = errorsmod.Register(ModuleName, 12, "the session is over")
	ErrNotListed     = errorsmod.Register(ModuleName, 13, "the measurement is not listed")
	ErrEvidence      = errorsmod.Register(ModuleName, 14, "the session key did not sign the answer")
	ErrNotActive     = errorsmod.Register(ModuleName, 15, "seat is not active")
	ErrExists        = errorsmod.Register(ModuleName, 16, "exists")
	ErrStale         = errorsmod.Register(ModuleName, 17, "the block is not recent")
)
