package densearray_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/densearray"
)

type array = densearray.Array[string, collections.Pair[string, uint64], collections.Pair[string, string]]

func newArray(t testing.TB) (sdk.Context, array) {
	t.Helper()
	key := storetypes.NewKVStoreKey("store")
	ctx := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient")).Ctx
	sb := collections.NewSchemaBuilder(runtime.NewKVStoreService(key))
	text := collections.StringKey
	a := array{
		Lengths: collections.NewMap(sb, collections.NewPrefix(1), "lengths", text, collections.Uint64Value),
		Items: collections.NewMap(sb, collections.NewPrefix(2), "items",
			collections.PairKeyCodec(text, collections.Uint64Key), collections.StringValue),
		Positions: collections.NewMap(sb, collections.NewPrefix(3), "positions",
			collections.PairKeyCodec(text, text), collections.Uint64Value),
		ItemKey:     collections.Join[string, uint64],
		PositionKey: collections.Join[string, string],
	}
	_, err := sb.Build()
	require.NoError(t, err)
	return ctx, a
}

// twinKeep adds an item to a slice, or removes it, as SetPresent does in the state.
func twinKeep(items []string, item string, present bool) []string {
	i := slices.Index(items, item)
	switch {
	case i < 0 && present:
		return append(items, item)
	case i >= 0 && !present:
		last := len(items) - 1
		items[i] = items[last]
		return items[:last]
	}
	return items
}

// TestArrayIsASliceWithSwapRemoval: after any sequence of additions and removals the items of each owner stand as in a slice with swap
// removal. Each item knows its position.
func TestArrayIsASliceWithSwapRemoval(t *testing.T) {
	owners, names := []string{"a", "b"}, []string{"p", "q", "r", "s"}
	rapid.Check(t, func(rt *rapid.T) {
		ctx, a := newArray(t)
		twin := map[string][]string{}
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			owner := rapid.SampledFrom(owners).Draw(rt, "owner")
			item := rapid.SampledFrom(names).Draw(rt, "item")
			present := rapid.Bool().Draw(rt, "present")
			require.NoError(rt, a.SetPresent(ctx, owner, item, present))
			twin[owner] = twinKeep(twin[owner], item, present)
			for _, owner := range owners {
				n, err := a.Length(ctx, owner)
				require.NoError(rt, err)
				require.Equal(rt, uint64(len(twin[owner])), n)
				for i, want := range twin[owner] {
					got, err := a.ItemAt(ctx, owner, uint64(i))
					require.NoError(rt, err)
					require.Equal(rt, want, got)
				}
				for _, name := range names {
					position, found, err := a.Position(ctx, owner, name)
					require.NoError(rt, err)
					i := slices.Index(twin[owner], name)
					require.Equal(rt, i >= 0, found)
					require.True(rt, !found || position == uint64(i))
				}
			}
		}
	})
}

// TestArrayLeavesNothingBehind: an array that became empty leaves no key in the store.
func TestArrayLeavesNothingBehind(t *testing.T) {
	ctx, a := newArray(t)
	for _, item := range []string{"p", "q", "r"} {
		require.NoError(t, a.SetPresent(ctx, "a", item, true))
	}
	for _, item := range []string{"q", "r", "p"} {
		require.NoError(t, a.SetPresent(ctx, "a", item, false))
	}
	_, err := a.ItemAt(ctx, "a", 0)
	require.ErrorIs(t, err, collections.ErrNotFound)
	empty := func(next bool, err error) { require.NoError(t, err); require.False(t, next) }
	lengths, err := a.Lengths.Iterate(ctx, nil)
	empty(lengths.Valid(), err)
	items, err := a.Items.Iterate(ctx, nil)
	empty(items.Valid(), err)
	positions, err := a.Positions.Iterate(ctx, nil)
	empty(positions.Valid(), err)
}
