package broadcast

import (
	"context"
	"errors"

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

// table says what the chain's codes mean; a code that is not in it is Refused: it came from the message itself.
var table = map[code]Class{
	{taskstypes.ModuleName, taskstypes.ErrAlready.ABCICode()}: Already,
	// The task may have moved between our reading and the block: state decides anew.
	{taskstypes.ModuleName, taskstypes.ErrTooEarly.ABCICode()}: Again,
	// One of an earlier signature waits: it comes into a block, or its timeout passes.
	{taskstypes.ModuleName, taskstypes.ErrWaiting.ABCICode()}: Again,
	{"sdk", 5}:  Again, // insufficient funds: it may be funded
	{"sdk", 9}:  Again, // unknown address: likewise
	{"sdk", 11}: Again, // out of gas: the next transaction asks for more
	{"sdk", 13}: Again, // insufficient fee: the node's price may fall
	{"sdk", 19}: Again, // already in the mempool
	{"sdk", 20}: Again, // mempool full
	{"sdk", 30}: Again, // the timeout passed before it was taken
	{"sdk", 32}: Again, // wrong sequence: a duplicate timeout
	{"sdk", 37}: Again, // feature not supported, by a node of an older version
}

// behind says what a node's mempool may answer to a message that the chain wants, because the node has not seen the last
// blocks. In a block each of these is the last word; before one it is the word of this node, now.
var behind = map[code]bool{
	{taskstypes.ModuleName, taskstypes.ErrNotFound.ABCICode()}:     true, // not yet opened
	{taskstypes.ModuleName, taskstypes.ErrWrongPhase.ABCICode()}:   true, // a phase before
	{taskstypes.ModuleName, taskstypes.ErrNotDrawn.ABCICode()}:     true, // not yet drawn, or not yet committed
	{taskstypes.ModuleName, taskstypes.ErrWrongAttempt.ABCICode()}: true, // an attempt before
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
