package types

import errorsmod "cosmossdk.io/errors"

// Errors of the module.
var (
	ErrNotFound       = errorsmod.Register(ModuleName, 2, "task not found")
	ErrInvalid        = errorsmod.Register(ModuleName, 3, "invalid message")
	ErrWrongPhase     = errorsmod.Register(ModuleName, 4, "not in this phase")
	ErrWindowClosed   = errorsmod.Register(ModuleName, 5, "window closed")
	ErrTooEarly       = errorsmod.Register(ModuleName, 6, "reveal phase not open")
	ErrNotDrawn       = errorsmod.Register(ModuleName, 7, "not drawn for this task")
	ErrAlready        = errorsmod.Register(ModuleName, 8, "already done")
	ErrCommitment     = errorsmod.Register(ModuleName, 9, "reveal does not match the commitment")
	ErrWrongAttempt   = errorsmod.Register(ModuleName, 10, "wrong attempt")
	ErrInvalidOutcome = errorsmod.Register(ModuleName, 11, "invalid outcome")
	ErrLedgerNotFound = errorsmod.Register(ModuleName, 12, "ledger not found")
	ErrInvalidParams  = errorsmod.Register(ModuleName, 13, "invalid parameters")
	ErrExists         = errorsmod.Register(ModuleName, 14, "task exists")
	ErrNotEnded       = errorsmod.Register(ModuleName, 15, "task has not ended")
	ErrBond           = errorsmod.Register(ModuleName, 16, "bond too small")
	ErrWaiting        = errorsmod.Register(ModuleName, 17, "an answer to this step waits for a block already")
	ErrTooMany        = errorsmod.Register(ModuleName, 18, "too many answers in one transaction")
	ErrEvidence       = errorsmod.Register(ModuleName, 19, "the evidence does not show the answer")
	ErrOnchain        = errorsmod.Register(ModuleName, 20, "file is not one of the result that may live on chain")
)
