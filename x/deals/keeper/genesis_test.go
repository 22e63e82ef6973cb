package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/x/deals/types"
)

// busy has deals in every state: one that waits, one that runs, one that is cancelled, one that has ended, and volume
// that is due.
func busy(t *testing.T) *fixture {
	f := newFixture(t)
	f.setOpensPerBlock(4)
	f.makeDeal(someDeal("runs", 4))
	f.beginBlocks(4)
	require.NoError(t, f.settle("runs", 1, true, each))
	f.makeDeal(datasetsDeal("ended", 3, 1))
	f.beginBlocks(4)
	for i := range uint64(3) {
		require.NoError(t, f.settle("ended", i, false))
	}
	f.makeDeal(someDeal("waits", 9))
	f.makeDeal(someDeal("cancelled", 9))
	f.beginBlocks(1)
	_, err := f.CancelDeal(f.ctx, rawID("cancelled"))
	require.NoError(t, err)
	return f
}

// What is exported and imported is exported again as it was, and goes on in the same way.
func TestGenesisRoundTrip(t *testing.T) {
	f := busy(t)
	exported, err := f.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Len(t, exported.Deals, 4)
	require.NotEmpty(t, exported.Opening)
	require.NotEmpty(t, exported.Releases)
	require.NoError(t, exported.Validate(addresses))

	g := newFixtureOf(t, f)
	g.ctx = g.ctx.WithBlockHeight(f.ctx.BlockHeight())
	require.NoError(t, g.InitGenesis(g.ctx, *exported))
	again, err := g.ExportGenesis(g.ctx)
	require.NoError(t, err)
	require.Equal(t, exported, again)
	require.NoError(t, g.CheckInvariants(g.ctx))

	f.tasks.opened = nil
	for _, x := range []*fixture{f, g} {
		x.beginBlocks(3)
		x.releaseAll()
	}
	require.Equal(t, f.tasks.opened, g.tasks.opened)
	require.NotEmpty(t, g.tasks.opened)
	require.NotEmpty(t, g.market.released)
	require.EqualValues(t, 0, g.deal("runs").Unopened())
	has, err := g.HasRunning(g.ctx, idOf("request of runs"))
	require.NoError(t, err)
	require.True(t, has, "the index is made again")
}

// A chain that begins anew at a low height owes at once what was due at a height that it has not reached.
func TestGenesisOfALowerHeight(t *testing.T) {
	f := busy(t)
	exported, err := f.ExportGenesis(f.ctx)
	require.NoError(t, err)
	g := newFixtureOf(t, f)
	g.ctx = g.ctx.WithBlockHeight(0)
	require.NoError(t, g.InitGenesis(g.ctx, *exported))
	again, err := g.ExportGenesis(g.ctx)
	require.NoError(t, err)
	require.NotEmpty(t, again.Releases)
	for _, r := range again.Releases {
		require.EqualValues(t, 1, r.Height)
	}
}

func TestGenesisRefuses(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(g *types.GenesisState)
		want   error
	}{
		{"parameters out of range", func(g *types.GenesisState) { g.Params.OpensPerBlock = 0 }, types.ErrInvalidParams},
		{"a deal twice", func(g *types.GenesisState) { g.Deals = append(g.Deals, g.Deals[len(g.Deals)-1]) }, types.ErrGenesis},
		{"an escrow that is not that of its tasks", func(g *types.GenesisState) { g.Deals[0].Escrow++ }, types.ErrGenesis},
		{"more ended than there are", func(g *types.GenesisState) { g.Deals[0].Ended = 100 }, types.ErrGenesis},
		{"a part beyond the bag", func(g *types.GenesisState) { g.Deals[0].First = 1 }, types.ErrGenesis},
		{"more given back than unused", func(g *types.GenesisState) { g.Deals[0].Released = g.Deals[0].Unused + 1 }, types.ErrGenesis},
		{"arguments, which are the request's", func(g *types.GenesisState) { g.Deals[0].Args = []string{"x"} }, types.ErrGenesis},
		{"a requester that is no address", func(g *types.GenesisState) { g.Deals[0].Requester = "x" }, types.ErrGenesis},
		{"terms under which no task runs", func(g *types.GenesisState) { g.Deals[0].Terms.MaxAttempts = 0 }, types.ErrGenesis},
		{"a deal to open that is none", func(g *types.GenesisState) { g.Opening = append(g.Opening, idOf("nothing")) }, types.ErrGenesis},
		{"a deal to open that is missing", func(g *types.GenesisState) { g.Opening = nil }, types.ErrGenesis},
		{"volume of a deal that is none", func(g *types.GenesisState) { g.Releases[0].Deal = idOf("nothing") }, types.ErrGenesis},
		{"volume below every height", func(g *types.GenesisState) { g.Releases[0].Height = -1 }, types.ErrGenesis},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := busy(t)
			exported, err := f.ExportGenesis(f.ctx)
			require.NoError(t, err)
			tc.change(exported)
			g := newFixtureOf(t, f)
			require.ErrorIs(t, g.InitGenesis(g.ctx, *exported), tc.want)
		})
	}
	t.Run("more than the coins", func(t *testing.T) {
		f := busy(t)
		exported, err := f.ExportGenesis(f.ctx)
		require.NoError(t, err)
		g := newFixtureOf(t, f)
		g.bank.has[string(module(types.ModuleName))]--
		require.ErrorIs(t, g.InitGenesis(g.ctx, *exported), purse.ErrInsolvent)
	})
}
