package sender

import (
	"errors"
	"fmt"

	errorsmod "cosmossdk.io/errors"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/credence-chain/credence/internal/reasons"
)

// Errors of sending and of waiting. Functions wrap them with more context.
var (
	// ErrNoAccount says that the account does not exist on the chain, because it never received a coin.
	ErrNoAccount = errors.New("the account is not on the chain: it was never funded")
	// ErrExpired says that the timeout has passed and no block has the transaction. None ever will, so the messages may be signed again.
	ErrExpired = errors.New("the transaction expired without being included")
	// ErrStalled says that no new block was seen for too long.
	ErrStalled = errors.New("no new block")
)

// TxError says why the chain refused a transaction or a query. Callers classify it by Codespace and Code, never by its text; see
// [IsRefusal].
type TxError struct {
	// Codespace is the module that refused, such as "tasks" or "sdk".
	Codespace string
	// Code within the codespace.
	Code uint32
	// Log is the error in words.
	Log string
	// Hash of the transaction, upper-case hex; empty for a simulation or a query.
	Hash string
	// Height of the block in which it failed; 0 if no block has it.
	Height int64
}

// Error returns all fields in one line.
func (e *TxError) Error() string {
	if e.Hash == "" {
		return fmt.Sprintf("refused: %s (%s/%d)", e.Log, e.Codespace, e.Code)
	}
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

// Reason returns the stable name of the error, such as NO_ORDER; docs/errors.md lists the names. For an error that is not in the list
// it returns the number, such as CODE_7.
func (e *TxError) Reason() string { return reasons.FindReason(e.keyOf()) }

func (e *TxError) keyOf() reasons.Key {
	return reasons.Key{Codespace: e.Codespace, Code: e.Code}
}

// Field returns what the error says about a field: its name with its path, its value, what was expected, and what to do next. Each is
// empty if the error does not say it.
func (e *TxError) Field() (name, value, expected, next string) {
	d := reasons.Parse(e.keyOf(), e.Log)
	return d.Field, d.Value, d.Expected, d.Next
}

// Code identifies a registered error of a module. Tables of refusals have it as their key.
type Code struct {
	Codespace string
	Number    uint32
}

// CodeOf returns the code of a registered error.
func CodeOf(err *errorsmod.Error) Code { return Code{err.Codespace(), err.ABCICode()} }

// CodeOf returns the code with which the chain refused.
func (e *TxError) CodeOf() Code { return Code{e.Codespace, e.Code} }

// IsRefusal says whether an error is a refusal by the chain with this registered error. It compares codes, not texts.
func IsRefusal(err error, registered *errorsmod.Error) bool {
	var refused *TxError
	return errors.As(err, &refused) && refused.CodeOf() == CodeOf(registered)
}

// passing are the refusals of the SDK that may not come again when the message is signed and sent again.
var passing = map[Code]bool{
	CodeOf(sdkerrors.ErrInsufficientFunds): true, // the account may be funded
	CodeOf(sdkerrors.ErrUnknownAddress):    true, // likewise
	CodeOf(sdkerrors.ErrOutOfGas):          true, // the next transaction has a higher limit
	CodeOf(sdkerrors.ErrInsufficientFee):   true, // the sender asks the node for its price again
	CodeOf(sdkerrors.ErrTxInMempoolCache):  true, // the transaction is already in the mempool
	CodeOf(sdkerrors.ErrMempoolIsFull):     true,
	CodeOf(sdkerrors.ErrTxTimeoutHeight):   true, // the timeout passed before it was taken
	CodeOf(sdkerrors.ErrWrongSequence):     true, // the timeout was used already
	CodeOf(sdkerrors.ErrNotSupported):      true, // a node of an older version
}

// Passes says whether a refusal of the SDK with this code may not come again when the message is signed and sent again. It does not
// know the codes of this project's modules.
func Passes(code Code) bool { return passing[code] }

// HashError says that the outcome of a transaction is not known, because a call failed or the wait ended. It has the hash.
type HashError struct {
	// Hash of the transaction, upper-case hex.
	Hash string
	// Err says why the outcome is not known.
	Err error
}

// Error names the hash first: it is what a user needs to find out later.
func (e *HashError) Error() string { return fmt.Sprintf("transaction %s: %v", e.Hash, e.Err) }

// Unwrap returns the cause.
func (e *HashError) Unwrap() error { return e.Err }

// GasPriceError says that a node asks for a higher gas price than the sender pays without being told to. Without that limit, the
// operator of a node could take all coins of an account.
type GasPriceError struct {
	// Node is the endpoint of the node, Asked its price of a unit of gas, Most the limit; prices are coins such as "0.1ucred".
	Node, Asked, Most string
}

// Error returns all fields in one line.
func (e *GasPriceError) Error() string {
	return fmt.Sprintf("the node %s asks for a gas price of %s, expected at most %s", e.Node, e.Asked, e.Most)
}
