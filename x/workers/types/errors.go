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
	ErrCapabilities   = errorsmod.Register(ModuleName, 17, "invalid capabilities")
	ErrTerms          = errorsmod.Register(ModuleName, 18, "terms out of range")
	ErrNotOperator    = errorsmod.Register(ModuleName, 19, "not the pool's operator")
	ErrRetired        = errorsmod.Register(ModuleName, 20, "pool is retired")
	ErrNotInvited     = errorsmod.Register(ModuleName, 21, "organisation is not invited")
	ErrInvitation     = errorsmod.Register(ModuleName, 22, "invalid invitation")
	ErrLacks          = errorsmod.Register(ModuleName, 23, "worker lacks a capability")
	ErrNotServing     = errorsmod.Register(ModuleName, 24, "worker does not serve in the pool")
	ErrOffer          = errorsmod.Register(ModuleName, 25, "invalid offer of a pool")
	ErrNotice         = errorsmod.Register(ModuleName, 26, "notice too short")
	ErrEvicting       = errorsmod.Register(ModuleName, 27, "worker is being evicted")
	ErrUnbondings     = errorsmod.Register(ModuleName, 28, "too many unbondings")
)
