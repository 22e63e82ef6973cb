package sender

import (
	"errors"
	"fmt"

	errorsmod "cosmossdk.io/errors"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/credence-chain/credence/internal/reasons"
)

// Errors of following a transaction. They are wrapped with context.
var (
	// ErrNoAccount says that the chain doesn't know the account: it never received a coin.
	ErrNoAccount = errors.New("the account is not on the chain: it was never funded")
	// ErrExpired says that a transaction's timeout has passed without its inclusion; it never will be included, and
	// may be signed anew.
	ErrExpired = errors.New("the transaction expired without being included")
	// ErrStalled says that no new block was seen for too long.
	ErrStalled = errors.New("no new block")
)

// TxError is a transaction that the chain refused. Callers classify it by Codespace and Code, never by its text; see [Is].
type TxError struct {
	// Codespace is the module whose error it is, such as "tasks" or "sdk".
	Codespace string
	// Code within the codespace.
	Code uint32
	// Log is the error in words.
	Log string
	// Hash of the transaction, upper-case hex; empty when it was only simulated, or when a query was refused.
	Hash string
	// Height at which it failed; 0 when it wasn't taken into a block.
	Height int64
}

// Error names everything there is.
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

// Reason is the name of the error, such as NO_ORDER, which stays: docs/errors.md lists them. An error of a module of the SDK that has no
// name there has its number, such as CODE_7.
func (e *TxError) Reason() string { return reasons.FindReason(e.keyOf()) }

func (e *TxError) keyOf() reasons.Key {
	return reasons.Key{Codespace: e.Codespace, Code: e.Code}
}

// Field is what the error says of a field: its name with the path that leads to it, the value that it has, what was expected, and what
// to do next. Each is empty where the error does not say it.
func (e *TxError) Field() (name, value, expected, next string) {
	d := reasons.Parse(e.keyOf(), e.Log)
	return d.Field, d.Value, d.Expected, d.Next
}

// Code names an error of a module by its numbers: the key of tables about refusals.
type Code struct {
	Codespace string
	Number    uint32
}

// CodeOf is the code of a registered error.
func CodeOf(err *errorsmod.Error) Code { return Code{err.Codespace(), err.ABCICode()} }

// CodeOf is the code with which the chain refused.
func (e *TxError) CodeOf() Code { return Code{e.Codespace, e.Code} }

// IsRefusal says whether an error is the chain's refusal with a registered error. The words of neither are looked at.
func IsRefusal(err error, registered *errorsmod.Error) bool {
	var refused *TxError
	return errors.As(err, &refused) && refused.CodeOf() == CodeOf(registered)
}

// passing are the refusals of the SDK that may be gone when the message is signed and sent anew.
var passing = map[Code]bool{
	CodeOf(sdkerrors.ErrInsufficientFunds): true, // it may be funded
	CodeOf(sdkerrors.ErrUnknownAddress):    true, // likewise
	CodeOf(sdkerrors.ErrOutOfGas):          true, // the next transaction asks for more
	CodeOf(sdkerrors.ErrInsufficientFee):   true, // the node is asked for its price again
	CodeOf(sdkerrors.ErrTxInMempoolCache):  true, // it waits already
	CodeOf(sdkerrors.ErrMempoolIsFull):     true,
	CodeOf(sdkerrors.ErrTxTimeoutHeight):   true, // the timeout passed before it was taken
	CodeOf(sdkerrors.ErrWrongSequence):     true, // the timeout was used already
	CodeOf(sdkerrors.ErrNotSupported):      true, // a node of an older version
}

// Passes says whether the SDK's own refusals with this code may be gone when the message is signed and sent anew. It knows
// nothing of the modules' codes.
func Passes(code Code) bool { return passing[code] }

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

// GasPriceError says that a node asks for more than a node may without its sender having said so: whoever operates it
// could take all that an account has.
type GasPriceError struct {
	// Node that asks, Asked for a unit of gas, and Most that is paid unasked: coins such as "0.1ucred".
	Node, Asked, Most string
}

// Error names the three.
func (e *GasPriceError) Error() string {
	return fmt.Sprintf("the node %s asks for a gas price of %s, expected at most %s", e.Node, e.Asked, e.Most)
}
