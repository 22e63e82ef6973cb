// Package isolate runs the items of a block hook each on its own: an item commits whole or fails whole, and nothing that
// it does, a panic included, reaches the items beside it. A failure is logged, counted and emitted in one way for all
// modules.
package isolate

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/hashicorp/go-metrics"

	"github.com/cosmos/cosmos-sdk/telemetry"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// The event of a failed item. Its attributes name the module, the kind of item and the item's id. The text of the error
// is in the log only: a panic's text can differ from node to node.
const (
	EventType       = "isolated_failure"
	AttributeModule = "module"
	AttributeItem   = "item"
	AttributeID     = "id"
)

// Panic is the error of an item that panicked. Its text is fixed, so that it may be stored or emitted: what a panic
// says can hold addresses of memory, which differ from node to node. Value and Stack are for logs.
type Panic struct {
	Value any
	Stack []byte
}

// Error returns a fixed text.
func (*Panic) Error() string { return "the chain failed to process it" }

// IsPanic says whether an item ended in a panic, and not in an error that it returned.
func IsPanic(err error) bool {
	p := (*Panic)(nil)
	return errors.As(err, &p)
}

// Run runs fn on a cache of the state. When fn returns nil, its writes and events are kept. When it returns an error or
// panics, all of them are dropped, and Run returns the error, or a *Panic. Run reports nothing: it is for items whose
// error is an answer to somebody. The caller accounts for a failed item: it takes it off its queue and settles its
// money, which Run cannot know.
//
// A panic of the store itself, such as a failing disk, is caught as well. That node's app hash then differs from the
// others' and CometBFT stops it, which is no worse than the panic.
func Run(ctx sdk.Context, fn func(ctx sdk.Context) error) (err error) {
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

// Module is the name of the module whose items run.
type Module string

// Do runs fn as Run does, and reports its failure.
func (m Module) Do(ctx sdk.Context, item, id string, fn func(ctx sdk.Context) error) error {
	err := Run(ctx, fn)
	if err != nil {
		m.Report(ctx, item, id, err)
	}
	return err
}

// Report logs, counts and emits that an item failed. The log has the error, and a panic's value and stack. The counter
// is isolated_failures, by module and kind of item.
func (m Module) Report(ctx sdk.Context, item, id string, err error) {
	logger := ctx.Logger().With("module", string(m))
	p := (*Panic)(nil)
	if errors.As(err, &p) {
		logger.Error(item+" panicked", "id", id, "panic", fmt.Sprint(p.Value), "stack", string(p.Stack))
	} else {
		logger.Warn(item+" failed", "id", id, "error", err)
	}
	telemetry.IncrCounterWithLabels([]string{"isolated_failures"}, 1, []metrics.Label{
		telemetry.NewLabel("module", string(m)), telemetry.NewLabel("item", item),
	})
	ctx.EventManager().EmitEvent(sdk.NewEvent(EventType,
		sdk.NewAttribute(AttributeModule, string(m)), sdk.NewAttribute(AttributeItem, item), sdk.NewAttribute(AttributeID, id)))
}
