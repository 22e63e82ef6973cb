package types

import errorsmod "cosmossdk.io/errors"

// Errors of the module.
var (
	ErrInvalidProof  = errorsmod.Register(ModuleName, 2, "invalid beacon proof")
	ErrNoSeat        = errorsmod.Register(ModuleName, 3, "proposer holds no seat")
	ErrNoSeed        = errorsmod.Register(ModuleName, 4, "seed not kept")
	ErrInvalidParams = errorsmod.Register(ModuleName, 5, "invalid parameters")
	ErrInvalidSeed   = errorsmod.Register(ModuleName, 6, "invalid seed")
	ErrProposal      = errorsmod.Register(ModuleName, 7, "invalid proposal")
)
