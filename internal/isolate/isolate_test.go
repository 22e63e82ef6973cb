package isolate_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/isolate"
)

func TestRun(t *testing.T) {
	boom := errors.New("boom")
	for _, tc := range []struct {
		name     string
		fn       func(ctx sdk.Context, set func(sdk.Context)) error
		kept     bool
		panicked bool
		err      error
	}{
		{"kept", func(ctx sdk.Context, set func(sdk.Context)) error { set(ctx); return nil }, true, false, nil},
		{"error drops the writes", func(ctx sdk.Context, set func(sdk.Context)) error { set(ctx); return boom }, false, false, boom},
		{"panic drops the writes", func(ctx sdk.Context, set func(sdk.Context)) error { set(ctx); panic("at 0xc000123") }, false, true, nil},
		{"runtime error drops the writes", func(ctx sdk.Context, set func(sdk.Context)) error {
			set(ctx)
			var m map[string]int
			m["nil"] = 1
			return nil
		}, false, true, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			key := storetypes.NewKVStoreKey("store")
			ctx := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient")).Ctx
			ctx = ctx.WithEventManager(sdk.NewEventManager())
			err := isolate.Run(ctx, func(ctx sdk.Context) error {
				return tc.fn(ctx, func(ctx sdk.Context) {
					ctx.KVStore(key).Set([]byte("k"), []byte("v"))
					ctx.EventManager().EmitEvent(sdk.NewEvent("written"))
				})
			})
			require.Equal(t, tc.kept, ctx.KVStore(key).Has([]byte("k")))
			require.Equal(t, tc.kept, len(ctx.EventManager().Events()) == 1)
			var p *isolate.Panic
			require.Equal(t, tc.panicked, errors.As(err, &p))
			switch {
			case tc.panicked:
				require.NotEmpty(t, p.Stack)
				require.Equal(t, "the chain failed to process it", err.Error(), "a panic's text must not reach the state")
			default:
				require.ErrorIs(t, err, tc.err)
			}
		})
	}
}

// TestDoReportsAFailure: the event of a failure has the module, the kind of item and its id. It does not have the error's text.
func TestDoReportsAFailure(t *testing.T) {
	const items = isolate.Module("shop")
	for _, tc := range []struct {
		name     string
		fn       func(sdk.Context) error
		reported bool
	}{
		{"done", func(sdk.Context) error { return nil }, false},
		{"an error", func(sdk.Context) error { return errors.New("at 0xc000123") }, true},
		{"a panic", func(sdk.Context) error { panic("at 0xc000123") }, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			key := storetypes.NewKVStoreKey("store")
			ctx := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient")).Ctx
			ctx = ctx.WithEventManager(sdk.NewEventManager())
			err := items.Do(ctx, "sale", "17", tc.fn)
			require.Equal(t, tc.reported, err != nil)
			require.Equal(t, tc.name == "a panic", isolate.IsPanic(err))
			events := ctx.EventManager().Events()
			if !tc.reported {
				require.Empty(t, events)
				return
			}
			require.Equal(t, sdk.Events{sdk.NewEvent(isolate.EventType,
				sdk.NewAttribute("module", "shop"), sdk.NewAttribute("item", "sale"), sdk.NewAttribute("id", "17"))}, events)
		})
	}
}
