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
	ErrPossession    = errorsmod.Register(ModuleName, 9, "key is not proven to be held")
	ErrTaken         = errorsmod.Register(ModuleName, 10, "seat, key or account is taken")
	ErrPending       = errorsmod.Register(ModuleName, 11, "a change of the seat waits already")
	ErrNoOffer       = errorsmod.Register(ModuleName, 12, "seat was not offered")
	ErrFloor         = errorsmod.Register(ModuleName, 13, "too few seats would remain")
	ErrPaused        = errorsmod.Register(ModuleName, 14, "the chain is paused")
	ErrNotPaused     = errorsmod.Register(ModuleName, 15, "the chain is not paused")
	ErrInvalidPause  = errorsmod.Register(ModuleName, 16, "invalid pause")
	ErrNotActive     = errorsmod.Register(ModuleName, 17, "seat is not active")
)
