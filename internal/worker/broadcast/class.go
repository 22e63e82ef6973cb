package broadcast

import (
	"context"
	"errors"

	"github.com/credence-chain/credence/client/sender"
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

// table says what the codes of tasks mean; see sender.Passes for the SDK's. A code that is in neither is Refused: it came from
// the message itself.
var table = map[sender.Code]Class{
	sender.CodeOf(taskstypes.ErrAlready): Already,
	// The task may have moved between our reading and the block: state decides anew.
	sender.CodeOf(taskstypes.ErrTooEarly): Again,
	// One of an earlier signature waits: it comes into a block, or its timeout passes.
	sender.CodeOf(taskstypes.ErrWaiting): Again,
}

// behind says what a node's mempool may answer to a message that the chain wants, because the node has not seen the last
// blocks. In a block each of these is the last word; before one it is the word of this node, now.
var behind = map[sender.Code]bool{
	sender.CodeOf(taskstypes.ErrNotFound):     true, // not yet opened
	sender.CodeOf(taskstypes.ErrWrongPhase):   true, // a phase before
	sender.CodeOf(taskstypes.ErrNotDrawn):     true, // not yet drawn, or not yet committed
	sender.CodeOf(taskstypes.ErrWrongAttempt): true, // an attempt before
}

// Classify tells the class of an error. Only codespace and code are looked at, never the text. Errors that are no
// answer of the chain (a node that is away, a context that ended under way) leave everything open: Again.
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
