package types

import errorsmod "cosmossdk.io/errors"

// Errors of the module.
var (
	ErrNotFound      = errorsmod.Register(ModuleName, 2, "verifier not found")
	ErrInvalid       = errorsmod.Register(ModuleName, 3, "invalid verifier")
	ErrExists        = errorsmod.Register(ModuleName, 4, "verifier exists")
	ErrStopped       = errorsmod.Register(ModuleName, 5, "verifier is stopped")
	ErrTooEarly      = errorsmod.Register(ModuleName, 6, "verifier does not count yet")
	ErrEvidence      = errorsmod.Register(ModuleName, 7, "the proof does not show the answer")
	ErrNotActive     = errorsmod.Register(ModuleName, 8, "seat is not active")
	ErrInvalidParams = errorsmod.Register(ModuleName, 9, "invalid parameters")
	ErrDevelopment   = errorsmod.Register(ModuleName, 10, "for development chains only")
	ErrUnfit         = errorsmod.Register(ModuleName, 11, "the verifier does not fit the app")
)
