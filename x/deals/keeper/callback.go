package keeper

import (
	"context"
	"errors"
	"slices"
	"strings"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/x/deals/types"
)

// callbacks holds the hooks by name, and their names in order.
type callbacks struct {
	hooks map[string]types.Callback
	names []string
}

// SetCallback registers a hook of another module under a name that requests may give. The application calls it while it is built. A name
// that ends in a slash names a family: the hook then takes every name that begins with it. SetCallback panics when the name is taken
// or empty.
func (k Keeper) SetCallback(name string, c types.Callback) {
	if name == "" || c == nil || k.callbacks.hooks[name] != nil {
		panic("deals: callback " + name + " is set already, or nothing")
	}
	k.callbacks.hooks[name] = c
	k.callbacks.names = append(k.callbacks.names, name)
	slices.Sort(k.callbacks.names)
}

// CallbackNames returns the names that requests may give, in order.
func (k Keeper) CallbackNames() []string { return slices.Clone(k.callbacks.names) }

// HasCallback says whether a name is that of a hook, or begins with the name of a family.
func (k Keeper) HasCallback(name string) bool { return k.callbacks.find(name) != nil }

// find returns the hook that is registered under a name, or under the name's family, which is the part up to its first slash. nil when
// there is neither.
func (c *callbacks) find(name string) types.Callback {
	if hook := c.hooks[name]; hook != nil && !strings.HasSuffix(name, "/") {
		return hook
	}
	if family, member, is := strings.Cut(name, "/"); is && member != "" {
		return c.hooks[family+"/"]
	}
	return nil
}

// CheckCallback returns why the hook that a job names would not take the job's answers, if the hook can tell that beforehand. A hook that
// is no types.CallbackChecker takes all. HasCallback must be true for the name.
func (k Keeper) CheckCallback(ctx context.Context, job types.CallbackJob) error {
	checker, is := k.callbacks.find(job.Callback).(types.CallbackChecker)
	if !is {
		return nil
	}
	return checker.CheckCallback(ctx, job)
}

// Callback tells the hook that a deal names that one of its tasks has ended. The hook runs on a cache of the state with the deal's gas
// limit. If it fails or panics, its writes are dropped, and only an event says so. Block hooks alone may call it, once for each task.
func (k Keeper) Callback(ctx context.Context, d types.Deal, result types.TaskResult) error {
	hook := k.callbacks.find(d.Callback)
	if hook == nil {
		return nil // the deal names no hook, or one that this version of the chain no longer has
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	meter := storetypes.NewGasMeter(d.CallbackGas)
	err := isolate.Run(sdkCtx, func(ctx sdk.Context) error {
		return hook.OnResult(ctx.WithGasMeter(meter), d, result)
	})
	if p := (*isolate.Panic)(nil); errors.As(err, &p) {
		if _, exhausted := p.Value.(storetypes.ErrorOutOfGas); !exhausted {
			items.Report(sdkCtx, "callback "+d.Callback, result.Task, err)
		}
	}
	return emitEvent(ctx, &types.EventCallback{
		Name: d.Callback, Deal: d.Id, Task: result.Task, Failed: err != nil, Gas: min(meter.GasConsumed(), d.CallbackGas),
	})
}
