package keeper_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/deals/types"
)

// hook is another module's: it writes into the state, and then does what a test wants.
type hook struct {
	f    *fixture
	then func(ctx sdk.Context) error
	told []types.TaskResult
}

func (h *hook) OnResult(ctx context.Context, d types.Deal, r types.TaskResult) error {
	h.told = append(h.told, r)
	if err := h.f.Releases.Set(ctx, collections.Join3(int64(99), rawID("a"), uint64(1)), 1); err != nil {
		return err
	}
	return h.then(sdk.UnwrapSDKContext(ctx))
}

// Whatever becomes of a callback, an error, a panic or no gas, it changes nothing but an event.
func TestCallback(t *testing.T) {
	for _, tc := range []struct {
		name   string
		then   func(ctx sdk.Context) error
		failed bool
	}{
		{"it is done", func(sdk.Context) error { return nil }, false},
		{"it fails", func(sdk.Context) error { return errors.New("no") }, true},
		{"it panics", func(sdk.Context) error { panic("injected") }, true},
		{"it runs out of gas", func(ctx sdk.Context) error { ctx.GasMeter().ConsumeGas(1<<40, "all"); return nil }, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			h := &hook{f: f, then: tc.then}
			f.SetCallback("hook", h)
			d := someDeal("a", 1)
			d.Callback = "hook"
			d = f.makeDeal(d)
			f.ctx = f.ctx.WithEventManager(sdk.NewEventManager())
			require.NoError(t, f.Callback(f.ctx, d, types.TaskResult{Task: "t", Kind: "RESULT"}))
			require.Equal(t, []types.TaskResult{{Task: "t", Kind: "RESULT"}}, h.told)
			has, err := f.Releases.Has(f.ctx, collections.Join3(int64(99), rawID("a"), uint64(1)))
			require.NoError(t, err)
			require.Equal(t, !tc.failed, has, "what it wrote")

			event, err := sdk.ParseTypedEvent(f.ctx.EventManager().ABCIEvents()[len(f.ctx.EventManager().ABCIEvents())-1])
			require.NoError(t, err)
			said := event.(*types.EventCallback)
			require.Equal(t, tc.failed, said.Failed)
			require.LessOrEqual(t, said.Gas, d.CallbackGas)
			require.Positive(t, said.Gas)
		})
	}
}

func TestCallbackOfNobody(t *testing.T) {
	f := newFixture(t)
	f.ctx = f.ctx.WithEventManager(sdk.NewEventManager())
	require.NoError(t, f.Callback(f.ctx, someDeal("a", 1), types.TaskResult{}))
	require.Empty(t, f.ctx.EventManager().Events())
}

func TestSetCallback(t *testing.T) {
	f := newFixture(t)
	f.SetCallback("b", &hook{})
	f.SetCallback("a", &hook{})
	require.Equal(t, []string{"a", "b"}, f.CallbackNames())
	require.True(t, f.HasCallback("a"))
	require.False(t, f.HasCallback("c"))
	require.Panics(t, func() { f.SetCallback("a", &hook{}) })
	require.Panics(t, func() { f.SetCallback("", &hook{}) })
	require.Panics(t, func() { f.SetCallback("c", nil) })
}
