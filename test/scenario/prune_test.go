package scenario

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// pruneAfter has tasks pruned so many blocks after they are final.
func pruneAfter(blocks int64, each uint32) testutil.Option {
	return testutil.WithParams(func(p *taskstypes.Params) { p.PruneBlocks, p.PrunesPerBlock = blocks, each }, nil, nil)
}

// TestPruningChangesNothingElse: two chains execute the same blocks of a simulated life, one with tasks pruned as early as can be. Every
// transaction ends with the same code, and in the end every coin, stake, record, ledger, order and deal is the same; of the tasks one
// has the compact records of what the other has whole. The chain with pruning exports and imports, and goes on.
func TestPruningChangesNothingElse(t *testing.T) {
	t.Parallel()
	s := live(t, 77)
	whole, pruned := newSimChain(t, pruneAfter(0, 0)), newSimChain(t, pruneAfter(1, 2))
	early := 0
	for _, block := range s.Blocks[len(pruned.Blocks):] {
		a, b := whole.Follow(block), pruned.Follow(block)
		for i := range a.TxResults {
			require.Equal(t, a.TxResults[i].Code, b.TxResults[i].Code, "block %d, transaction %d: %s, %s", block.Height, i, a.TxResults[i].Log, b.TxResults[i].Log)
		}
		if len(s.Blocks)/2 == int(block.Height) {
			early = len(tasksState(t, pruned).Pruned)
		}
	}
	for range 40 { // what is due is more than a block takes
		whole.Next()
		pruned.Next()
	}
	pruned.CheckBooks()
	require.Greater(t, early, 3, "tasks are pruned while others run")
	a, b := statesOf(t, whole), statesOf(t, pruned)
	require.Equal(t, len(a), len(b))
	for module := range a {
		if module != taskstypes.ModuleName {
			require.Equal(t, string(a[module]), string(b[module]), "state of %s", module)
		}
	}
	all, left := tasksState(t, whole), tasksState(t, pruned)
	records, still := map[string]taskstypes.PrunedTask{}, map[string]taskstypes.Task{}
	for _, p := range left.Pruned {
		records[p.Id] = p
	}
	for _, task := range left.Tasks {
		still[task.Id] = task
	}
	require.Equal(t, len(all.Tasks), len(records)+len(still))
	for _, task := range all.Tasks {
		p, gone := records[task.Id]
		if !gone {
			require.Equal(t, task, still[task.Id])
			continue
		}
		want := task.Prune()
		want.Pruned = p.Pruned
		require.Equal(t, want, p)
	}
	for _, g := range []*taskstypes.GenesisState{all, left} {
		g.Params, g.Tasks, g.Pruned = taskstypes.Params{}, nil, nil
	}
	require.Equal(t, all, left, "ledgers, turns, convictions, audits")
	require.Equal(t, pruned.AppHash(), pruned.Replay())

	next := pruned.Resume(testutil.WithApp(callbacks))
	next.NextN(3)
	next.CheckBooks()
	require.Equal(t, len(records), len(tasksState(t, next).Pruned))
}

func tasksState(t *testing.T, c *testutil.Compute) *taskstypes.GenesisState {
	t.Helper()
	g, err := app.TasksKeeper(c.App).ExportGenesis(c.Ctx())
	require.NoError(t, err)
	return g
}

func statesOf(t *testing.T, c *testutil.Compute) (out map[string]json.RawMessage) {
	t.Helper()
	require.NoError(t, json.Unmarshal(c.Export().AppState, &out))
	return out
}

// TestStatePerFinishedTask measures what finished tasks leave in the state, before and after they are pruned. The figures of
// docs/performance.md are its output (-v).
func TestStatePerFinishedTask(t *testing.T) {
	t.Parallel()
	for _, size := range []uint64{1, 20} {
		c := testutil.NewCompute(t, testutil.ComputeOptions{Workers: 12, Slots: 20}, fewOpenings(20), pruneAfter(60, 100), testutil.WithParams(nil, shortWindows, nil))
		job := c.Job()
		job.Size_ = size
		c.Run(testutil.Honest, c.Submit(job)...) // what the first one leaves once is not counted
		before := stateBytes(c)
		const requests = 4
		var tasks []string
		for range requests {
			ids := c.Submit(job)
			c.Run(testutil.Honest, ids...)
			tasks = append(tasks, ids...)
		}
		whole := stateBytes(c)
		c.NextN(100)
		pruned := stateBytes(c)
		require.Len(t, tasksState(t, c).Pruned, int((requests+1)*size))
		per := func(after, before map[string]int, module string) int {
			return (after[module] - before[module]) / len(tasks)
		}
		// The first request was whole before, and is pruned as well after.
		own := func(module string) int { return pruned[module] / (len(tasks) + int(size)) }
		t.Logf("bags of %d: bytes of a finished task in x/tasks %d, pruned %d; of its deal and request %d and %d a task",
			size, per(whole, before, "tasks"), own("tasks"), per(whole, before, "deals"), per(whole, before, "market"))
		require.Greater(t, per(whole, before, "tasks"), 1_000)
		require.LessOrEqual(t, own("tasks"), 450)
	}
}

// stateBytes counts the keys and values of each store.
func stateBytes(c *testutil.Compute) map[string]int {
	out := map[string]int{}
	for name, key := range c.App.CommitMultiStore().(*rootmulti.Store).StoreKeysByName() {
		if _, is := key.(*storetypes.KVStoreKey); !is {
			continue
		}
		it := c.Ctx().KVStore(key).Iterator(nil, nil)
		for ; it.Valid(); it.Next() {
			out[name] += len(it.Key()) + len(it.Value())
		}
		_ = it.Close()
	}
	return out
}
