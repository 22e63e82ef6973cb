package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/retention"
	"github.com/credence-chain/credence/x/deals/keeper"
	"github.com/credence-chain/credence/x/deals/types"
)

// pruneAfter has deals pruned so many blocks after their end, and so many in a block.
func (f *fixture) pruneAfter(blocks int64, each uint32) {
	f.tasks.policy = retention.Policy{Blocks: blocks, PerBlock: each, RetryBlocks: 4}
}

// whole says whether a deal is in the state as it was made.
func (f *fixture) whole(name string) bool {
	f.Helper()
	deal, err := f.Deals.Has(f.ctx, rawID(name))
	require.NoError(f, err)
	progress, err := f.Progress.Has(f.ctx, rawID(name))
	require.NoError(f, err)
	require.Equal(f, deal, progress)
	return deal
}

// TestADealIsPrunedWhenItsTasksAre: once it has been ended for long enough and the last of its tasks is pruned, not before; what is left says
// whose it was and what it came to, is small, and no list has it.
func TestADealIsPrunedWhenItsTasksAre(t *testing.T) {
	f := newFixture(t)
	f.pruneAfter(10, 100)
	f.makeDeal(someDeal("bag", 2))
	f.makeDeal(someDeal("runs", 1))
	f.beginBlocks(1)
	require.NoError(t, f.settle("bag", 0, true, 40, 30))
	require.NoError(t, f.TaskPruned(f.ctx, idOf("bag")), "its other task runs still")
	f.beginBlocks(1)
	require.NoError(t, f.settle("bag", 1, false, 20))
	ended := f.ctx.BlockHeight()
	require.Equal(t, ended, f.deal("bag").Done)
	f.beginBlocks(20)
	require.True(t, f.whole("bag"), "a task of it is whole")
	require.NoError(t, f.TaskPruned(f.ctx, idOf("bag")))
	require.ErrorIs(t, f.TaskPruned(f.ctx, idOf("bag")), types.ErrSettlement, "it has no third")
	f.beginBlocks(1)
	require.False(t, f.whole("bag"))
	require.True(t, f.whole("runs"))
	require.Equal(t, []string{idOf("bag")}, f.market.pruned, "the market is told")

	stored, err := f.Pruned.Get(f.ctx, rawID("bag"))
	require.NoError(t, err)
	require.Equal(t, types.PrunedDeal{
		Request: idOf("request of bag"), Requester: addr("requester"), App: "studio/ray", Size_: 2, Accepted: 1, Paid: 90,
		Height: 5, Took: ended - 5, Pruned: f.ctx.BlockHeight(),
	}, stored)
	raw, err := f.Pruned.ValueCodec().Encode(stored)
	require.NoError(t, err)
	require.LessOrEqual(t, 1+32+len(raw), 150, "bytes of the compact record and its key")

	queries := keeper.NewQueryServer(f.Keeper)
	answer, err := queries.Deal(f.ctx, &types.QueryDealRequest{Id: idOf("bag")})
	require.NoError(t, err)
	require.Equal(t, f.ctx.BlockHeight(), answer.Deal.Pruned)
	require.EqualValues(t, []uint64{2, 2, 2, 1, 90}, []uint64{answer.Deal.Bag, answer.Deal.Opened, answer.Deal.Ended, answer.Deal.Accepted, answer.Deal.Paid})
	require.Equal(t, types.DEAL_STATE_ENDED, answer.Deal.State())
	_, err = f.GetDeal(f.ctx, idOf("bag"))
	require.ErrorIs(t, err, types.ErrNotFound)
	require.ErrorContains(t, err, "was pruned at height")
	for _, by := range []types.QueryDealsRequest{{Requester: addr("requester")}, {App: "studio/ray"}, {Order: idOf("pool order")}} {
		list, err := queries.Deals(f.ctx, &by)
		require.NoError(t, err)
		require.Len(t, list.Deals, 1)
		require.Equal(t, idOf("runs"), list.Deals[0].Id)
	}
	found, err := queries.Resolve(f.ctx, &types.QueryResolveRequest{Prefix: idOf("bag")[:9]})
	require.NoError(t, err)
	require.Equal(t, []string{idOf("bag")}, found.Deals)

	g, err := f.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Len(t, g.Pruned, 1)
	other := newFixtureOf(t, f)
	require.NoError(t, other.InitGenesis(other.ctx, *g))
	again, err := other.ExportGenesis(other.ctx)
	require.NoError(t, err)
	require.Equal(t, g, again)
	require.NoError(t, other.CheckInvariants(other.ctx))
}

// TestDealsWithoutTasksArePruned: one that was cancelled before a task was opened, and one whose only task could not be, wait for the
// period and no longer; with prune_blocks 0 they stay.
func TestDealsWithoutTasksArePruned(t *testing.T) {
	f := newFixture(t)
	f.makeDeal(someDeal("cancelled", 3))
	_, err := f.CancelDeal(f.ctx, rawID("cancelled"))
	require.NoError(t, err)
	f.tasks.fails[taskName(idOf("broken"), 0)] = true
	f.makeDeal(someDeal("broken", 1))
	f.beginBlocks(1)
	require.Equal(t, f.ctx.BlockHeight(), f.deal("broken").Done)
	f.releaseAll()
	f.beginBlocks(30)
	require.True(t, f.whole("cancelled") && f.whole("broken"), "an archive keeps them")
	f.pruneAfter(100, 1)
	f.beginBlocks(60)
	require.True(t, f.whole("cancelled") && f.whole("broken"))
	f.pruneAfter(10, 1)
	f.beginBlocks(1)
	require.False(t, f.whole("cancelled"), "the oldest first")
	require.True(t, f.whole("broken"), "so many in a block")
	f.beginBlocks(1)
	require.False(t, f.whole("broken"))
	left, err := f.FindDeal(f.ctx, idOf("cancelled"))
	require.NoError(t, err)
	require.True(t, left.Cancelled)
	require.EqualValues(t, []uint64{3, 0, 3, 0}, []uint64{left.Size_, left.Opened, left.Ended, left.Accepted})
}

// TestADealThatGivesBackIsKept: the orders that it met have volume to come, which it alone knows.
func TestADealThatGivesBackIsKept(t *testing.T) {
	f := newFixture(t)
	f.pruneAfter(1, 10)
	f.makeDeal(someDeal("deal", 1))
	f.beginBlocks(1)
	require.NoError(t, f.settle("deal", 0, false))
	require.NoError(t, f.TaskPruned(f.ctx, idOf("deal")))
	f.beginBlocks(10)
	require.True(t, f.whole("deal"))
	require.Equal(t, 1, f.releaseAll())
	f.beginBlocks(5)
	require.False(t, f.whole("deal"))
	require.EqualValues(t, 1, f.market.released[idOf("pool order")])
}

// TestADealThatCannotBePrunedIsLeftWhole: it keeps no other, and is tried again.
func TestADealThatCannotBePrunedIsLeftWhole(t *testing.T) {
	f := newFixture(t)
	f.pruneAfter(1, 10)
	f.makeDeal(someDeal("deal", 1))
	f.beginBlocks(1)
	require.NoError(t, f.settle("deal", 0, true, 5))
	before := f.deal("deal")
	require.NoError(t, f.TaskPruned(f.ctx, idOf("deal")))
	f.market.clings = true
	f.beginBlocks(3)
	before.Gone = 1
	require.Equal(t, before, f.deal("deal"))
	f.market.clings = false
	f.beginBlocks(5)
	require.False(t, f.whole("deal"))
}

func TestGenesisRefusesCompactDeals(t *testing.T) {
	good := types.PrunedDeal{Id: idOf("deal"), Request: idOf("request"), Requester: addr("requester"), App: "studio/ray", Size_: 2, Accepted: 1, Pruned: 9}
	for _, c := range []struct {
		name   string
		change func(g *types.GenesisState)
		says   string
	}{
		{"good", func(*types.GenesisState) {}, ""},
		{"no id", func(g *types.GenesisState) { g.Pruned[0].Id = "x" }, "pruned[0].id"},
		{"twice", func(g *types.GenesisState) { g.Pruned = append(g.Pruned, good) }, "pruned[1].id"},
		{"whole as well", func(g *types.GenesisState) {
			d := someDeal("deal", 1)
			d.Escrow, _ = d.WholeEscrow()
			g.Deals, g.Opening = []types.Deal{d}, []string{d.Id}
		}, "stands among the deals"},
		{"no request", func(g *types.GenesisState) { g.Pruned[0].Request = "" }, "request"},
		{"no requester", func(g *types.GenesisState) { g.Pruned[0].Requester = "ann" }, "requester"},
		{"no tasks", func(g *types.GenesisState) { g.Pruned[0].Size_ = 0 }, "size 0"},
		{"more accepted than opened", func(g *types.GenesisState) { g.Pruned[0].Unopened = 2 }, "unopened 2"},
		{"outside of its bag", func(g *types.GenesisState) { g.Pruned[0].First = 1 }, "first"},
		{"not pruned", func(g *types.GenesisState) { g.Pruned[0].Pruned = 0 }, "pruned 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := types.DefaultGenesis()
			g.Pruned = []types.PrunedDeal{good}
			c.change(g)
			err := g.Validate(addresses)
			if c.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.says)
		})
	}
}
