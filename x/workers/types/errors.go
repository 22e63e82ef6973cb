package types

import errorsmod "cosmossdk.io/errors"

// Errors of the module.
var (
	ErrInvalidParams  = errorsmod.Register(ModuleName, 2, "invalid parameters")
	ErrInvalidPool    = errorsmod.Register(ModuleName, 3, "invalid pool")
	ErrInvalidWorker  = errorsmod.Register(ModuleName, 4, "invalid worker")
	ErrInvalidGenesis = errorsmod.Register(ModuleName, 5, "invalid genesis")
	ErrPoolNotFound   = errorsmod.Register(ModuleName, 6, "pool not found")
	ErrPoolExists     = errorsmod.Register(ModuleName, 7, "pool already exists")
	ErrNotFound       = errorsmod.Register(ModuleName, 8, "worker not found")
	ErrExists         = errorsmod.Register(ModuleName, 9, "worker already registered")
	ErrNotOwner       = errorsmod.Register(ModuleName, 10, "not the worker's owner")
	ErrOrganisation   = errorsmod.Register(ModuleName, 11, "wrong organisation")
	ErrStake          = errorsmod.Register(ModuleName, 12, "stake out of range")
	ErrNotDrawable    = errorsmod.Register(ModuleName, 13, "worker cannot be drawn")
	ErrNotJailed      = errorsmod.Register(ModuleName, 14, "worker is not jailed")
	ErrSettlement     = errorsmod.Register(ModuleName, 15, "settlement does not add up")
	ErrNoSuchPosition = errorsmod.Register(ModuleName, 16, "no such position")
)
