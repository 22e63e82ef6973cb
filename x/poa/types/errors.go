package types

import errorsmod "cosmossdk.io/errors"

// Errors of the module.
var (
	ErrInvalidSeat   = errorsmod.Register(ModuleName, 2, "invalid seat")
	ErrNotFound      = errorsmod.Register(ModuleName, 3, "seat not found")
	ErrNotJailed     = errorsmod.Register(ModuleName, 4, "seat is not jailed")
	ErrTooEarly      = errorsmod.Register(ModuleName, 5, "seat has to wait in jail")
	ErrTombstoned    = errorsmod.Register(ModuleName, 6, "seat is tombstoned")
	ErrInvalidParams = errorsmod.Register(ModuleName, 7, "invalid parameters")
	ErrRevoked       = errorsmod.Register(ModuleName, 8, "seat's organisation may hold none")
	ErrFloor         = errorsmod.Register(ModuleName, 9, "too few seats would remain")
)
