package broadcast

import (
	"context"
	"errors"

	"github.com/credence-chain/credence/client/sender"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// ErrStopped says that the order's Signed callback failed, so that the transaction was not sent.
var ErrStopped = errors.New("not sent")

// Class says what an error of sending means for the order.
type Class int

// The classes.
const (
	Included Class = iota // no error
	Already               // the chain has the content of the order already
	Refused               // the chain will never take the order
	Again                 // sending again may help, at once or later
	Stopped               // the caller gave up
)

// String returns the name of the class in metrics.
func (c Class) String() string {
	return [...]string{"included", "already", "refused", "error", "stopped"}[c]
}

// table has the classes of the codes of x/tasks; sender.Passes has those of the SDK. A code in neither is Refused, because the message
// itself caused it.
var table = map[sender.Code]Class{
	sender.CodeOf(taskstypes.ErrAlready): Already,
	// The task may have moved between our reading and the block; the agent decides again by the new state.
	sender.CodeOf(taskstypes.ErrTooEarly): Again,
	// A transaction with the same answer waits already. It comes into a block, or its timeout passes.
	sender.CodeOf(taskstypes.ErrWaiting): Again,
}

// behind has the codes with which the mempool of a lagging node may refuse a message that the chain would take. In a block each of these
// is final. From a mempool it only shows what this node knows now.
var behind = map[sender.Code]bool{
	sender.CodeOf(taskstypes.ErrNotFound):     true, // not yet opened
	sender.CodeOf(taskstypes.ErrWrongPhase):   true, // a phase before
	sender.CodeOf(taskstypes.ErrNotDrawn):     true, // not yet drawn, or not yet committed
	sender.CodeOf(taskstypes.ErrWrongAttempt): true, // an attempt before
}

// Classify returns the class of an error, by its codespace and code and never by its text. An error that is no answer of the chain, such
// as that of a node that is away, leaves the outcome open; its class is Again.
func Classify(ctx context.Context, err error) Class {
	var refused *sender.TxError
	switch {
	case err == nil:
		return Included
	case errors.Is(err, ErrStopped), ctx.Err() != nil:
		return Stopped
	case errors.As(err, &refused):
		code := refused.CodeOf()
		if sender.Passes(code) || refused.Height == 0 && behind[code] {
			return Again
		}
		if c, ok := table[code]; ok {
			return c
		}
		return Refused
	}
	return Again
}
