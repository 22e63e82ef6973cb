package duequeue_test

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

	"github.com/credence-chain/credence/internal/duequeue"
)

func newQueue(t testing.TB) (sdk.Context, duequeue.Set[int64, string]) {
	t.Helper()
	key := storetypes.NewKVStoreKey("store")
	ctx := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient")).Ctx
	sb := collections.NewSchemaBuilder(runtime.NewKVStoreService(key))
	queue := collections.NewKeySet(sb, collections.NewPrefix(1), "queue", collections.PairKeyCodec(collections.Int64Key, collections.StringKey))
	_, err := sb.Build()
	require.NoError(t, err)
	return ctx, queue
}

func TestDue(t *testing.T) {
	ctx, queue := newQueue(t)
	for _, key := range []duequeue.Key[int64, string]{
		collections.Join(int64(7), "c"), collections.Join(int64(5), "b"), collections.Join(int64(5), "a"), collections.Join(int64(8), "d"),
	} {
		require.NoError(t, queue.Set(ctx, key))
	}
	for _, tc := range []struct {
		name   string
		height int64
		limit  int
		want   []string
	}{
		{"before anything is due", 4, 9, nil},
		{"of one height, by id", 5, 9, []string{"a", "b"}},
		{"the oldest first", 7, 9, []string{"a", "b", "c"}},
		{"at most the limit", 9, 3, []string{"a", "b", "c"}},
		{"a limit of nothing", 9, 0, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			keys, err := duequeue.Due(ctx.WithBlockHeight(tc.height), queue, tc.limit)
			require.NoError(t, err)
			var got []string
			for _, key := range keys {
				got = append(got, key.K2())
			}
			require.Equal(t, tc.want, got)
		})
	}
}

// TestTakeDueRunsEachOnceInOrder: every item is run exactly once, at its height or later, and in the order of the heights. This holds
// for any queue and for any limit of items in a block.
func TestTakeDueRunsEachOnceInOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		ctx, queue := newQueue(t)
		heights := rapid.SliceOfN(rapid.Int64Range(1, 9), 0, 20).Draw(rt, "heights")
		limit := rapid.IntRange(1, 4).Draw(rt, "limit")
		due := map[string]int64{}
		for i, h := range heights {
			id := string(rune('a' + i))
			due[id] = h
			require.NoError(rt, queue.Set(ctx, collections.Join(h, id)))
		}
		var ran []string
		for h := int64(1); h < 40; h++ {
			n, err := duequeue.TakeDue(ctx.WithBlockHeight(h), queue, limit, func(id string) {
				has, err := queue.Has(ctx, collections.Join(due[id], id))
				require.NoError(rt, err)
				require.False(rt, has, "it is off the queue before it is run")
				require.LessOrEqual(rt, due[id], h)
				ran = append(ran, id)
			})
			require.NoError(rt, err)
			require.LessOrEqual(rt, n, limit)
		}
		require.Len(rt, ran, len(heights))
		require.True(rt, slices.IsSortedFunc(ran, func(a, b string) int { return int(due[a] - due[b]) }))
	})
}
