package scenario

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/testutil"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// pauseWorker has a worker's owner pause it, or end the pause.
func pauseWorker(c *testutil.Compute, lab string, paused bool) {
	owner := c.Org(lab).Member()
	c.Deliver(owner, sdk.Msg(&workerstypes.MsgUpdate{
		Owner: owner.String(), Worker: c.WorkerKey(lab).String(), Endpoint: "http://" + lab + ".example",
		Slots: c.Options.Slots, Pools: []string{testutil.Pool}, Paused: paused,
	}))
}

// TestABagThatNobodyCanRunLeavesLittle is the attack on the whole chain: a requester asks for all three organisations of a pool, one of which
// pauses when the deal is made. The chain opens 50 tasks in the first block and a few later, whatever the size of the bag; when they are
// pruned that is all they left. Then the organisation is back, and an honest bag that began in the shortage is run to its end.
func TestABagThatNobodyCanRunLeavesLittle(t *testing.T) {
	t.Parallel()
	const blocks, looks = 300, 7 // the pauses are 5, 10, 20, 40, 80 and 160 blocks
	c := testutil.NewCompute(t, testutil.ComputeOptions{Workers: 3, Slots: 64}, pruneAfter(20, 100), testutil.WithParams(nil, shortWindows, nil))
	job := c.Job()
	job.MinReplicas = 3
	c.Run(testutil.Honest, c.Submit(job)...)
	c.NextN(30) // what the first task leaves once is not counted
	before, funds := stateBytes(c), c.Balance(c.Org(testutil.Requester).Member().Addr)

	job.Size_ = 1_000_000
	c.QueueSubmit(job)
	pauseWorker(c, testutil.Lab(3), true)
	c.NextN(blocks)
	c.CheckBooks()
	deals := dealsState(t, c).Deals
	require.Len(t, deals, 1)
	require.LessOrEqual(t, deals[0].Opened, uint64(50+looks))
	require.EqualValues(t, deals[0].Opened, deals[0].Ended)
	require.Len(t, tasksState(t, c).Tasks, 0, "all are pruned")
	grown := 0
	for _, store := range []string{"tasks", "deals", "market"} {
		grown += stateBytes(c)[store] - before[store]
	}
	t.Logf("%d blocks: %d of %d tasks opened, %d bytes of state", blocks, deals[0].Opened, deals[0].Size_, grown)
	require.Less(t, grown, 20_000)

	requester := c.Org(testutil.Requester).Member()
	require.Greater(t, funds, c.Balance(requester.Addr), "the escrow of the rest is locked until the deal ends")
	c.Deliver(requester, &markettypes.MsgCancelRequest{Requester: requester.String(), Id: deals[0].Request})
	c.Next()
	require.Equal(t, funds, c.Balance(requester.Addr), "of a bag that nobody ran everything comes back")

	honest := job
	honest.Size_ = 100
	c.Submit(honest)
	c.NextN(20) // a shortage
	pauseWorker(c, testutil.Lab(3), false)
	last := func() dealstypes.Deal {
		all := dealsState(t, c).Deals
		i := slices.IndexFunc(all, func(d dealstypes.Deal) bool { return d.Size_ == honest.Size_ })
		require.GreaterOrEqual(t, i, 0)
		return all[i]
	}
	for range 1_000 {
		if d := last(); d.Ended == d.Size_ {
			break
		}
		for _, id := range c.OpenTasks() {
			c.QueueWork(id, testutil.Honest)
		}
		c.Next()
	}
	d := last()
	require.False(t, d.Cancelled)
	require.Equal(t, d.Size_, d.Ended)
	require.GreaterOrEqual(t, d.Accepted, uint64(100-50-3), "what was opened in the shortage may be lost, and no more")
	c.CheckBooks()
}
