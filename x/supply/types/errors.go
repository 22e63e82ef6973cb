package types

import errorsmod "cosmossdk.io/errors"

// Errors of the module.
var (
	ErrInvalid       = errorsmod.Register(ModuleName, 2, "invalid amount or reason")
	ErrCap           = errorsmod.Register(ModuleName, 3, "more than may be minted within a year")
	ErrInvalidParams = errorsmod.Register(ModuleName, 4, "invalid parameters")
	ErrCauses        = errorsmod.Register(ModuleName, 5, "causes do not make the supply")
)
