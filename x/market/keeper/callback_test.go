package keeper_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	dealskeeper "github.com/credence-chain/credence/x/deals/keeper"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
)

// Whatever a callback does, the task's end stands: what it wrote is kept when it succeeds, and dropped otherwise.
func TestCallback(t *testing.T) {
	for _, tc := range []struct {
		name   string
		after  func(ctx sdk.Context) error
		failed bool
		gas    uint64
	}{
		{"success", func(sdk.Context) error { return nil }, false, 0},
		{"error", func(sdk.Context) error { return errors.New("injected") }, true, 0},
		{"panic", func(sdk.Context) error { panic("injected") }, true, 0},
		{"out of gas", func(ctx sdk.Context) error {
			for {
				ctx.GasMeter().ConsumeGas(1_000, "a loop")
			}
		}, true, 5_000},
		{"gas of the store", func(ctx sdk.Context) error {
			ctx.GasMeter().ConsumeGas(ctx.GasMeter().GasRemaining(), "all there is")
			return nil
		}, false, 5_000},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			f.setDealParams(func(p *dealstypes.Params) { p.CallbackGas = 5_000 })
			f.fund("ann", 10_000)
			f.offer("open", 1, 20, 0)
			mark := []byte("callback")
			var told dealstypes.TaskResult
			var of string
			f.dealing.SetCallback("test.hook", hook(func(ctx context.Context, d dealstypes.Deal, r dealstypes.TaskResult) error {
				told, of = r, d.Id
				sdkCtx := sdk.UnwrapSDKContext(ctx)
				sdkCtx.KVStore(f.keys[types.StoreKey]).Set(mark, []byte{1})
				sdkCtx.EventManager().EmitEvent(sdk.NewEvent("of_the_hook"))
				return tc.after(sdkCtx)
			}))
			require.Equal(t, []string{"test.hook"}, f.dealing.CallbackNames())
			j := job()
			j.Callback = "test.hook"
			id := f.submit("ann", 1, j)
			f.next()
			d := f.deal(id)
			require.EqualValues(t, 5_000, d.CallbackGas)
			f.setDealParams(func(p *dealstypes.Params) { p.CallbackGas = 1 }) // the deal has pinned its own

			before := f.ctx.GasMeter().GasConsumed()
			result := dealstypes.TaskResult{Task: "t", Index: 3, Ending: "ACCEPTED", Kind: "RESULT", Digest: []byte{1, 2}, Fuel: 9}
			f.ctx = f.ctx.WithEventManager(sdk.NewEventManager())
			require.NoError(t, f.dealing.Callback(f.ctx, d, result))
			require.Equal(t, result, told)
			require.Equal(t, d.Id, of)
			require.Equal(t, before, f.ctx.GasMeter().GasConsumed(), "the block's meter is not the hook's")
			require.Equal(t, !tc.failed, f.ctx.KVStore(f.keys[types.StoreKey]).Has(mark))
			e := events[*dealstypes.EventCallback](f)
			require.Len(t, e, 1)
			require.Equal(t, []any{"test.hook", d.Id, "t", tc.failed}, []any{e[0].Name, e[0].Deal, e[0].Task, e[0].Failed})
			require.LessOrEqual(t, e[0].Gas, uint64(5_000))
			if tc.gas > 0 {
				require.Equal(t, tc.gas, e[0].Gas)
			} else {
				require.Positive(t, e[0].Gas, "the write was paid for")
			}
			kept := false
			for _, e := range f.ctx.EventManager().Events() {
				kept = kept || e.Type == "of_the_hook"
			}
			require.Equal(t, !tc.failed, kept)
		})
	}
}

func TestCallbackNames(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000)
	j := job()
	j.Callback = "none"
	_, err := f.submitErr("ann", 1, j)
	require.ErrorIs(t, err, types.ErrCallback)
	nothing := hook(func(context.Context, dealstypes.Deal, dealstypes.TaskResult) error { return nil })
	f.dealing.SetCallback("b", nothing)
	f.dealing.SetCallback("a", nothing)
	require.Panics(t, func() { f.dealing.SetCallback("a", nothing) }, "a name is given once")
	require.Panics(t, func() { f.dealing.SetCallback("", nothing) })
	require.Panics(t, func() { f.dealing.SetCallback("c", nil) })
	res, err := dealskeeper.NewQueryServer(f.dealing).Callbacks(f.ctx, &dealstypes.QueryCallbacksRequest{})
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, res.Names)
	require.NoError(t, f.dealing.Callback(f.ctx, dealstypes.Deal{Callback: "gone", CallbackGas: 1}, dealstypes.TaskResult{}), "of a deal of an older version of the chain")
	require.NoError(t, f.dealing.Callback(f.ctx, dealstypes.Deal{}, dealstypes.TaskResult{}))
	require.Empty(t, events[*dealstypes.EventCallback](f))
	require.Panics(t, func() { storetypes.NewGasMeter(1).ConsumeGas(2, "") }) // what running out of gas is
}
