// Package isolate runs the items of a block hook each on its own: an item commits whole or fails whole, and nothing that it
// does, a panic included, reaches the items beside it.
package isolate

import (
	"errors"
	"fmt"
	"runtime/debug"

	"cosmossdk.io/log/v2"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Panic is the error of an item that panicked. Its text is fixed, so that it may be stored or emitted: what a panic
// says can hold addresses of memory, which differ from node to node. Value and Stack are for logs.
type Panic struct {
	Value any
	Stack []byte
}

// Error returns a fixed text.
func (*Panic) Error() string { return "the chain failed to process it" }

// RunItem runs fn on a cache of the state. When fn returns nil, its writes and events are kept; when it returns an
// error or panics, all of them are dropped, and the error, or a *Panic, is returned. The caller accounts for the
// failed item: it takes it off its queue and settles its money, which RunItem can not know.
//
// A panic of the store itself, such as a failing disk, is caught as well: that node's app hash then differs from the
// others' and CometBFT stops it, which is no worse than the panic.
func RunItem(ctx sdk.Context, fn func(ctx sdk.Context) error) (err error) {
	cached, commit := ctx.CacheContext()
	defer func() {
		if r := recover(); r != nil {
			err = &Panic{Value: r, Stack: debug.Stack()}
		}
	}()
	if err := fn(cached); err != nil {
		return err
	}
	commit()
	return nil
}

// Log says that an item failed: an error at level "warn", a panic at level "error" with its value and stack.
func Log(logger log.Logger, what, id string, err error) {
	var p *Panic
	if errors.As(err, &p) {
		logger.Error(what+" panicked", "id", id, "panic", fmt.Sprint(p.Value), "stack", string(p.Stack))
		return
	}
	logger.Warn(what+" failed", "id", id, "error", err)
}
