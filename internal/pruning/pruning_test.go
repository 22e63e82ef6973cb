package pruning_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/duequeue"
	"github.com/credence-chain/credence/internal/pruning"
	"github.com/credence-chain/credence/internal/retention"
)

// fixture is a queue whose items are pruned by a function of the test. It records the pruned items.
type fixture struct {
	*testing.T
	ctx    sdk.Context
	queue  pruning.Queue[string]
	pruned []string
}

func newFixture(t *testing.T, prune func(string) (pruning.Outcome, error)) *fixture {
	t.Helper()
	key := storetypes.NewKVStoreKey("store")
	f := &fixture{T: t, ctx: testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient")).Ctx}
	sb := collections.NewSchemaBuilder(runtime.NewKVStoreService(key))
	keys := collections.NewKeySet(sb, collections.NewPrefix(1), "queue", collections.PairKeyCodec(collections.Int64Key, collections.StringKey))
	_, err := sb.Build()
	require.NoError(t, err)
	f.queue = pruning.Queue[string]{
		Keys: keys, Items: "module", What: "thing", Text: func(id string) string { return id },
		Prune: func(_ sdk.Context, id string) (pruning.Outcome, error) {
			out, err := prune(id)
			if err == nil && !out.Later {
				f.pruned = append(f.pruned, id)
			}
			return out, err
		},
	}
	return f
}

// at runs a block and returns the items that it pruned.
func (f *fixture) at(height int64, p retention.Policy) []string {
	f.Helper()
	f.pruned = nil
	require.NoError(f, f.queue.Run(f.ctx.WithBlockHeight(height), p))
	return f.pruned
}

func (f *fixture) add(height int64, ids ...string) {
	f.Helper()
	for _, id := range ids {
		require.NoError(f, f.queue.Keys.Set(f.ctx, collections.Join(height, id)))
	}
}

// waiting returns the items of the queue.
func (f *fixture) waiting() (out []duequeue.Key[int64, string]) {
	f.Helper()
	require.NoError(f, f.queue.Keys.Walk(f.ctx, nil, func(key duequeue.Key[int64, string]) (bool, error) {
		out = append(out, key)
		return false, nil
	}))
	return out
}

func TestTheOldestArePrunedFirstAndSoManyInABlock(t *testing.T) {
	f := newFixture(t, func(string) (pruning.Outcome, error) { return pruning.Outcome{}, nil })
	f.add(7, "c")
	f.add(5, "b", "a")
	f.add(9, "d")
	p := retention.Policy{Blocks: 10, PerBlock: 2, RetryBlocks: 4}
	require.Empty(t, f.at(14, p), "nothing is old enough")
	require.Equal(t, []string{"a", "b"}, f.at(17, p))
	require.Equal(t, []string{"c"}, f.at(17, p), "what was carried over comes next")
	require.Empty(t, f.at(18, p))
	require.Empty(t, f.at(1_000, retention.Policy{PerBlock: 2}), "an archive prunes nothing")
	require.Equal(t, []string{"d"}, f.at(18, retention.Policy{Blocks: 1, PerBlock: 2}), "a new period holds for what has ended before")
	require.Empty(t, f.waiting())
}

// TestWhatCannotBePrunedComesAgain: an item stays if it is still needed, if pruning it fails, or if pruning it panics. It does not hold
// up other items, and is tried again after RetryBlocks.
func TestWhatCannotBePrunedComesAgain(t *testing.T) {
	good := false
	f := newFixture(t, func(id string) (pruning.Outcome, error) {
		switch {
		case good || id == "d":
			return pruning.Outcome{}, nil
		case id == "b":
			return pruning.Outcome{}, errors.New("injected")
		case id == "c":
			panic("injected")
		}
		return pruning.Outcome{Later: true}, nil
	})
	f.add(5, "a", "b", "c", "d")
	p := retention.Policy{Blocks: 10, PerBlock: 9, RetryBlocks: 4}
	require.Equal(t, []string{"d"}, f.at(15, p))
	require.Equal(t, []duequeue.Key[int64, string]{collections.Join(int64(9), "a"), collections.Join(int64(9), "b"), collections.Join(int64(9), "c")}, f.waiting())
	good = true
	require.Empty(t, f.at(18, p))
	require.Equal(t, []string{"a", "b", "c"}, f.at(19, p))
}

// TestALargeItemCountsForMany: an item that costs more leaves room for fewer other items in its block.
func TestALargeItemCountsForMany(t *testing.T) {
	costs := map[string]int{"b": 3}
	f := newFixture(t, func(id string) (pruning.Outcome, error) { return pruning.Outcome{Cost: costs[id]}, nil })
	f.add(1, "a", "b", "c", "d")
	p := retention.Policy{Blocks: 1, PerBlock: 3}
	require.Equal(t, []string{"a", "b"}, f.at(9, p))
	require.Equal(t, []string{"c", "d"}, slices.Clone(f.at(10, p)))
}
