package scenario

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// pruneAfter has tasks pruned the given number of blocks after they are final.
func pruneAfter(blocks int64, each uint32) testutil.Option {
	return testutil.WithParams(func(p *taskstypes.Params) { p.PruneBlocks, p.PrunesPerBlock = blocks, each }, nil, nil)
}

// TestPruningChangesNothingElse: two chains execute the same blocks of a simulated life. One of them prunes all ended records as early as
// possible. Every transaction ends with the same code. In the end every coin, stake, ledger and other changeable value is the same. Where
// one chain has whole tasks, deals, orders and requests, the other has their compact records. The pruning chain can be exported and
// imported, and goes on.
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
	for range 60 { // more is due than one block takes
		whole.Next()
		pruned.Next()
	}
	pruned.CheckBooks()
	require.Greater(t, early, 3, "tasks are pruned while others run")
	a, b := statesOf(t, whole), statesOf(t, pruned)
	require.Equal(t, len(a), len(b))
	for module := range a {
		if !slices.Contains([]string{taskstypes.ModuleName, dealstypes.ModuleName, markettypes.ModuleName}, module) {
			require.Equal(t, string(a[module]), string(b[module]), "state of %s", module)
		}
	}
	records := compareTasks(t, tasksState(t, whole), tasksState(t, pruned))
	compareDeals(t, dealsState(t, whole), dealsState(t, pruned))
	compareMarket(t, marketState(t, whole), marketState(t, pruned), dealsState(t, pruned))
	require.Equal(t, pruned.AppHash(), pruned.Replay())

	next := pruned.Resume(testutil.WithApp(callbacks))
	next.NextN(3)
	next.CheckBooks()
	require.GreaterOrEqual(t, len(tasksState(t, next).Pruned), records)
	require.GreaterOrEqual(t, len(dealsState(t, next).Pruned), len(dealsState(t, pruned).Pruned))
}

// byID returns records by their ids.
func byID[T any](list []T, id func(T) string) map[string]T {
	out := make(map[string]T, len(list))
	for _, r := range list {
		out[id(r)] = r
	}
	return out
}

// compareTasks compares the tasks of a chain that prunes nothing with those of one that prunes, and returns the number of pruned tasks.
func compareTasks(t *testing.T, all, left *taskstypes.GenesisState) int {
	t.Helper()
	records := byID(left.Pruned, func(p taskstypes.PrunedTask) string { return p.Id })
	still := byID(left.Tasks, func(task taskstypes.Task) string { return task.Id })
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
	return len(records)
}

// compareDeals compares the deals in the same way. Pruning itself counts how many tasks of a deal are gone.
func compareDeals(t *testing.T, all, left *dealstypes.GenesisState) {
	t.Helper()
	records := byID(left.Pruned, func(p dealstypes.PrunedDeal) string { return p.Id })
	still := byID(left.Deals, func(d dealstypes.Deal) string { return d.Id })
	require.Equal(t, len(all.Deals), len(records)+len(still))
	require.Greater(t, len(records), 3)
	for _, d := range all.Deals {
		p, gone := records[d.Id]
		want := d.Prune()
		want.Pruned = p.Pruned
		if gone {
			require.Equal(t, want, p)
			continue
		}
		d.Gone = still[d.Id].Gone
		require.Equal(t, d, still[d.Id])
	}
	for _, g := range []*dealstypes.GenesisState{all, left} {
		g.Deals, g.Pruned = nil, nil
	}
	require.Equal(t, all, left, "openings, releases")
}

// compareMarket compares orders and requests in the same way. Pruning itself counts the part of an order that is in pruned deals.
func compareMarket(t *testing.T, all, left *markettypes.GenesisState, deals *dealstypes.GenesisState) {
	t.Helper()
	records := byID(left.Pruned, func(p markettypes.PrunedOrder) string { return p.Id })
	orders := byID(left.Orders, func(r markettypes.OrderRecord) string { return r.Id })
	requests := byID(left.Requests, func(r markettypes.Request) string { return r.Id })
	pruned := byID(deals.Pruned, func(p dealstypes.PrunedDeal) string { return p.Id })
	gone := 0
	for _, r := range all.Orders {
		if o, still := orders[r.Id]; still {
			r.Past, r.PastReleased = o.Past, o.PastReleased
			require.Equal(t, r, o)
			continue
		}
		want := r.Prune()
		want.Pruned = records[r.Id].Pruned
		require.Equal(t, want, records[r.Id])
		gone++
	}
	byDeal := 0
	for _, r := range all.Requests {
		if q, still := requests[r.Id]; still {
			require.Equal(t, r, q)
			continue
		}
		if r.Status == markettypes.REQUEST_STATUS_MATCHED {
			require.Contains(t, pruned, r.Deal, "its first deal keeps its nonce taken")
			require.NotContains(t, records, r.Id)
			byDeal++
			continue
		}
		want := r.Prune()
		want.Pruned = records[r.Id].Pruned
		require.Equal(t, want, records[r.Id])
		gone++
	}
	require.Len(t, records, gone)
	require.Greater(t, gone+byDeal, 3)
	for _, g := range []*markettypes.GenesisState{all, left} {
		g.Orders, g.Requests, g.Pruned = nil, nil, nil
	}
	require.Equal(t, all, left, "book, matches, floors, rematches")
}

func dealsState(t *testing.T, c *testutil.Compute) *dealstypes.GenesisState {
	t.Helper()
	g, err := app.DealsKeeper(c.App).ExportGenesis(c.Ctx())
	require.NoError(t, err)
	return g
}

func marketState(t *testing.T, c *testutil.Compute) *markettypes.GenesisState {
	t.Helper()
	g, err := app.MarketKeeper(c.App).ExportGenesis(c.Ctx())
	require.NoError(t, err)
	return g
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

// TestStatePerFinishedTask measures what finished tasks leave in the state, with their deals and requests, before and after they are
// pruned. The figures of docs/performance.md are its output (-v).
func TestStatePerFinishedTask(t *testing.T) {
	t.Parallel()
	stores := []string{"tasks", "deals", "market"}
	for _, c := range []struct {
		size         uint64
		whole, after int // at least this many bytes before pruning, at most this many after
	}{{1, 2_500, 300}, {20, 1_300, 240}} {
		const requests = 4
		chain := testutil.NewCompute(t, testutil.ComputeOptions{Workers: 12, Slots: 20}, fewOpenings(20), pruneAfter(400, 100), testutil.WithParams(nil, shortWindows, nil))
		job := chain.Job()
		job.Size_ = c.size
		chain.Run(testutil.Honest, chain.Submit(job)...) // the first task leaves some state that is made only once and is not counted
		chain.NextN(420)
		before := stateBytes(chain)
		seats := 0
		for range requests {
			ids := chain.Submit(job)
			chain.Run(testutil.Honest, ids...)
			for _, id := range ids {
				seats += len(chain.Task(id).Seats)
			}
		}
		whole := stateBytes(chain)
		chain.NextN(420)
		pruned := stateBytes(chain)
		tasks := requests * int(c.size)
		require.Len(t, tasksState(t, chain).Pruned, tasks+int(c.size))
		require.Len(t, dealsState(t, chain).Pruned, requests+1)
		require.Empty(t, marketState(t, chain).Requests)
		sum := func(at map[string]int) (all int, each []int) {
			for _, store := range stores {
				each = append(each, (at[store]-before[store])/tasks)
				all += at[store] - before[store]
			}
			return all / tasks, each
		}
		wasAll, was := sum(whole)
		isAll, is := sum(pruned)
		t.Logf("bags of %d, %.1f workers a task: bytes a finished task %d, of x/tasks, x/deals and x/market %v; pruned %d, %v", c.size, float64(seats)/float64(tasks), wasAll, was, isAll, is)
		require.Greater(t, wasAll, c.whole)
		require.LessOrEqual(t, isAll, c.after)
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
