package types

import errorsmod "cosmossdk.io/errors"

// Errors of the module.
var (
	ErrNotFound       = errorsmod.Register(ModuleName, 2, "app not found")
	ErrInvalidApp     = errorsmod.Register(ModuleName, 3, "invalid app")
	ErrInvalidVersion = errorsmod.Register(ModuleName, 4, "invalid version")
	ErrVersionExists  = errorsmod.Register(ModuleName, 5, "version already published")
	ErrNotOwner       = errorsmod.Register(ModuleName, 6, "app belongs to another provider")
	ErrDeprecated     = errorsmod.Register(ModuleName, 7, "app is deprecated")
	ErrSuspended      = errorsmod.Register(ModuleName, 8, "app is suspended")
	ErrNotSuspended   = errorsmod.Register(ModuleName, 9, "app is not suspended")
	ErrInvalidGenesis = errorsmod.Register(ModuleName, 10, "invalid genesis")
)
