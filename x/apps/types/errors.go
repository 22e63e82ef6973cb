package types

import errorsmod "cosmossdk.io/errors"

// Errors of the module.
var (
	ErrNotFound          = errorsmod.Register(ModuleName, 2, "app or dataset not found")
	ErrInvalidApp        = errorsmod.Register(ModuleName, 3, "invalid app")
	ErrInvalidVersion    = errorsmod.Register(ModuleName, 4, "invalid version")
	ErrVersionExists     = errorsmod.Register(ModuleName, 5, "version already published")
	ErrNotOwner          = errorsmod.Register(ModuleName, 6, "belongs to another provider")
	ErrDeprecated        = errorsmod.Register(ModuleName, 7, "deprecated")
	ErrSuspended         = errorsmod.Register(ModuleName, 8, "app is suspended")
	ErrNotSuspended      = errorsmod.Register(ModuleName, 9, "app is not suspended")
	ErrInvalidGenesis    = errorsmod.Register(ModuleName, 10, "invalid genesis")
	ErrInvalidDataset    = errorsmod.Register(ModuleName, 11, "invalid dataset")
	ErrNameTaken         = errorsmod.Register(ModuleName, 12, "name is taken")
	ErrInvalidTransfer   = errorsmod.Register(ModuleName, 13, "invalid transfer")
	ErrNoOffer           = errorsmod.Register(ModuleName, 14, "nothing was offered")
	ErrInvalidTags       = errorsmod.Register(ModuleName, 15, "invalid tags")
	ErrInvalidOutputPath = errorsmod.Register(ModuleName, 16, "invalid output path")
	ErrInvalidResources  = errorsmod.Register(ModuleName, 17, "invalid resources")
	ErrInvalidMediaType  = errorsmod.Register(ModuleName, 18, "invalid media type")
	ErrInvalidSchema     = errorsmod.Register(ModuleName, 19, "invalid schema")
)
