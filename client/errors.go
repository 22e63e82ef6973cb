package client

import (
	"errors"
	"fmt"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// Errors of the connection and of following a transaction. They are wrapped with context.
var (
	// ErrNoEndpoint says that no node could be reached.
	ErrNoEndpoint = errors.New("no node can be reached")
	// ErrWrongChain says that a node belongs to another chain than expected.
	ErrWrongChain = errors.New("the node belongs to another chain")
	// ErrNoAccount says that the chain doesn't know the account: it never received a coin.
	ErrNoAccount = errors.New("the account is not on the chain: it was never funded")
	// ErrExpired says that a transaction's timeout has passed without its inclusion; it never will be included, and
	// may be signed anew.
	ErrExpired = errors.New("the transaction expired without being included")
	// ErrStalled says that no new block was seen for too long.
	ErrStalled = errors.New("no new block")
)

// TxError is a transaction that the chain refused. Callers classify it by Codespace and Code, never by its text.
type TxError struct {
	// Codespace is the module whose error it is, such as "tasks" or "sdk".
	Codespace string
	// Code within the codespace.
	Code uint32
	// Log is the error in words.
	Log string
	// Hash of the transaction, upper-case hex.
	Hash string
	// Height at which it failed; 0 when it wasn't taken into a block.
	Height int64
}

// Error names everything there is.
func (e *TxError) Error() string {
	where := "was refused"
	if e.Height > 0 {
		where = fmt.Sprintf("failed at height %d", e.Height)
	}
	return fmt.Sprintf("transaction %s %s: %s (%s/%d)", e.Hash, where, e.Log, e.Codespace, e.Code)
}

// Is matches another *TxError by codespace and code.
func (e *TxError) Is(target error) bool {
	other, ok := target.(*TxError)
	return ok && other.Codespace == e.Codespace && other.Code == e.Code
}

// Codes of the SDK's own codespace that decide what a refusal means.
const sdkSpace = sdkerrors.RootCodespace

var (
	codeInMempool       = sdkerrors.ErrTxInMempoolCache.ABCICode() // the very bytes wait already
	codeInsufficient    = sdkerrors.ErrInsufficientFunds.ABCICode()
	codeOutOfGas        = sdkerrors.ErrOutOfGas.ABCICode()
	codeInsufficientFee = sdkerrors.ErrInsufficientFee.ABCICode()
)

// HashError carries the hash of a transaction whose fate is not known: the call that would tell failed.
type HashError struct {
	// Hash of the transaction, upper-case hex.
	Hash string
	// Err is why its fate is not known.
	Err error
}

// Error names the hash first: it is what a user needs to find out later.
func (e *HashError) Error() string { return fmt.Sprintf("transaction %s: %v", e.Hash, e.Err) }

// Unwrap gives the cause.
func (e *HashError) Unwrap() error { return e.Err }
