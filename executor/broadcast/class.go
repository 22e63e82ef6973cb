package broadcast

import (
	"context"
	"errors"

	errorsmod "cosmossdk.io/errors"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/credence-chain/credence/client"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// ErrStopped says that the order's own Signed callback refused to let a transaction go.
var ErrStopped = errors.New("not sent")

// Class is what an error of sending means for the order.
type Class int

// The classes.
const (
	Included Class = iota // no error
	Already               // the chain has what the order says
	Refused               // the chain will never take it
	Again                 // sending anew may help, at once or later
	Stopped               // the caller gave up
)

// String is the name in metrics.
func (c Class) String() string {
	return [...]string{"included", "already", "refused", "error", "stopped"}[c]
}

// verdict of one error code.
type code struct {
	space string
	code  uint32
}

func codeOf(err *errorsmod.Error) code { return code{err.Codespace(), err.ABCICode()} }

// table says what the chain's codes mean; a code that is not in it is Refused: it came from the message itself.
var table = map[code]Class{
	codeOf(taskstypes.ErrAlready): Already,
	// The task may have moved between our reading and the block: state decides anew.
	codeOf(taskstypes.ErrTooEarly): Again,
	// One of an earlier signature waits: it comes into a block, or its timeout passes.
	codeOf(taskstypes.ErrWaiting):          Again,
	codeOf(sdkerrors.ErrInsufficientFunds): Again, // insufficient funds: it may be funded
	codeOf(sdkerrors.ErrUnknownAddress):    Again, // unknown address: likewise
	codeOf(sdkerrors.ErrOutOfGas):          Again, // out of gas: the next transaction asks for more
	codeOf(sdkerrors.ErrInsufficientFee):   Again, // insufficient fee: the node's price may fall
	codeOf(sdkerrors.ErrTxInMempoolCache):  Again, // already in the mempool
	codeOf(sdkerrors.ErrMempoolIsFull):     Again, // mempool full
	codeOf(sdkerrors.ErrTxTimeoutHeight):   Again, // the timeout passed before it was taken
	codeOf(sdkerrors.ErrWrongSequence):     Again, // wrong sequence: a duplicate timeout
	codeOf(sdkerrors.ErrNotSupported):      Again, // feature not supported, by a node of an older version
}

// behind says what a node's mempool may answer to a message that the chain wants, because the node has not seen the last
// blocks. In a block each of these is the last word; before one it is the word of this node, now.
var behind = map[code]bool{
	codeOf(taskstypes.ErrNotFound):     true, // not yet opened
	codeOf(taskstypes.ErrWrongPhase):   true, // a phase before
	codeOf(taskstypes.ErrNotDrawn):     true, // not yet drawn, or not yet committed
	codeOf(taskstypes.ErrWrongAttempt): true, // an attempt before
}

// Classify tells the class of an error. Only codespace and code are looked at, never the text. Errors that are no
// answer of the chain (a node that is away, a context that ended under way) leave everything open: Again.
func Classify(ctx context.Context, err error) Class {
	var refused *client.TxError
	switch {
	case err == nil:
		return Included
	case errors.Is(err, ErrStopped), ctx.Err() != nil:
		return Stopped
	case errors.As(err, &refused):
		if refused.Height == 0 && behind[code{refused.Codespace, refused.Code}] {
			return Again
		}
		if c, ok := table[code{refused.Codespace, refused.Code}]; ok {
			return c
		}
		return Refused
	}
	return Again
}
