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

// checker is a hook that says beforehand what it takes.
type checker struct{ hook }

func (c *checker) CheckCallback(_ context.Context, job types.CallbackJob) error {
	if job.Onchain == "" {
		return errors.New("no file")
	}
	return nil
}

// TestCallbackFamily: a name that ends in a slash stands for all names behind it, and for no other; what a hook says beforehand is
// asked of it.
func TestCallbackFamily(t *testing.T) {
	f := newFixture(t)
	family := &checker{hook{f: f, then: func(sdk.Context) error { return nil }}}
	f.SetCallback("feeds/", family)
	f.SetCallback("feed", &hook{})
	for name, has := range map[string]bool{
		"feeds/a": true, "feeds/a/b": true, "feeds/..": true, "feed": true,
		"feeds/": false, "feeds": false, "feed/a": false, "xfeeds/a": false, "/feeds/a": false, "": false, "/": false,
	} {
		require.Equal(t, has, f.HasCallback(name), name)
	}
	require.Equal(t, []string{"feed", "feeds/"}, f.CallbackNames())
	require.ErrorContains(t, f.CheckCallback(f.ctx, types.CallbackJob{Callback: "feeds/a"}), "no file")
	require.NoError(t, f.CheckCallback(f.ctx, types.CallbackJob{Callback: "feeds/a", Onchain: "x"}))
	require.NoError(t, f.CheckCallback(f.ctx, types.CallbackJob{Callback: "feed"}), "a hook that does not say takes all")
	d := someDeal("a", 1)
	d.Callback = "feeds/a"
	d = f.makeDeal(d)
	require.NoError(t, f.Callback(f.ctx, d, types.TaskResult{Task: "t", Onchain: []byte("7")}))
	require.Equal(t, []types.TaskResult{{Task: "t", Onchain: []byte("7")}}, family.told)
}

// TestOnchainIsPinned: the bound of a deal is that of its time, and 0 where its job wants nothing on chain.
func TestOnchainIsPinned(t *testing.T) {
	f := newFixture(t)
	d := someDeal("a", 1)
	d.Onchain = "value.txt"
	require.EqualValues(t, 1_024, f.makeDeal(d).MaxOnchain)
	require.Zero(t, f.makeDeal(someDeal("b", 1)).MaxOnchain)
	params, err := f.Params.Get(f.ctx)
	require.NoError(t, err)
	params.MaxOnchainResult = 0
	require.NoError(t, params.Validate())
	require.NoError(t, f.Params.Set(f.ctx, params))
	d = someDeal("c", 1)
	d.Onchain = "value.txt"
	require.Zero(t, f.makeDeal(d).MaxOnchain, "switched off")
	require.EqualValues(t, 1_024, f.deal("a").MaxOnchain)
	require.Equal(t, "value.txt", f.deal("a").Onchain)
	params.MaxOnchainResult = types.MaxOnchainResult + 1
	require.ErrorContains(t, params.Validate(), "max_onchain_result")
}
