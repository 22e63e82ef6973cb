package records_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"

	"github.com/credence-chain/credence/internal/records"
)

func TestRecords(t *testing.T) {
	key := storetypes.NewKVStoreKey("test")
	ctx := testutil.DefaultContext(key, storetypes.NewTransientStoreKey("transient"))
	sb := collections.NewSchemaBuilder(runtime.NewKVStoreService(key))
	m := collections.NewMap(sb, collections.NewPrefix(0), "map", collections.Uint64Key, collections.StringValue)
	item := collections.NewItem(sb, collections.NewPrefix(1), "item", collections.StringValue)
	set := collections.NewKeySet(sb, collections.NewPrefix(2), "set", collections.Uint64Key)

	_, found, err := records.Find(ctx, m, 1)
	require.NoError(t, err)
	require.False(t, found)
	_, found, err = records.FindItem(ctx, item)
	require.NoError(t, err)
	require.False(t, found)
	_, found, err = records.First(ctx, m, nil)
	require.NoError(t, err)
	require.False(t, found)
	_, found, err = records.FirstKey(ctx, set, nil)
	require.NoError(t, err)
	require.False(t, found)

	for n, v := range map[uint64]string{1: "one", 2: "two"} {
		require.NoError(t, m.Set(ctx, n, v))
		require.NoError(t, set.Set(ctx, n))
	}
	require.NoError(t, item.Set(ctx, "it"))
	v, found, err := records.Find(ctx, m, 2)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "two", v)
	it, found, err := records.FindItem(ctx, item)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "it", it)
	e, found, err := records.First(ctx, m, nil)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, records.Entry[uint64, string]{Key: 1, Value: "one"}, e)
	e, found, err = records.First(ctx, m, new(collections.Range[uint64]).StartExclusive(1))
	require.NoError(t, err)
	require.True(t, found)
	require.EqualValues(t, 2, e.Key)
	n, found, err := records.FirstKey(ctx, set, nil)
	require.NoError(t, err)
	require.True(t, found)
	require.EqualValues(t, 1, n)
	var list []string
	require.NoError(t, m.Walk(ctx, nil, records.Collect[uint64](&list)))
	require.Equal(t, []string{"one", "two"}, list)
}
