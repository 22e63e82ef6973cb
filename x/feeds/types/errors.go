package types

import errorsmod "cosmossdk.io/errors"

// Errors keep their numbers: clients know them by these.
var (
	ErrNotFound      = errorsmod.Register(ModuleName, 2, "feed not found")
	ErrInvalid       = errorsmod.Register(ModuleName, 3, "invalid feed")
	ErrExists        = errorsmod.Register(ModuleName, 4, "feed exists")
	ErrTooMany       = errorsmod.Register(ModuleName, 5, "too many feeds of one owner")
	ErrNotOwner      = errorsmod.Register(ModuleName, 6, "feed of another owner")
	ErrUnfit         = errorsmod.Register(ModuleName, 7, "job does not fit its feed")
	ErrInvalidParams = errorsmod.Register(ModuleName, 8, "invalid parameters")
	ErrGenesis       = errorsmod.Register(ModuleName, 9, "invalid genesis state")
)
