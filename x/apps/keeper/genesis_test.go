package keeper_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/x/apps/types"
)

// lived has digests with several versions, a deprecated and a suspended app, datasets, one transferred and one offered.
func lived(t *testing.T) *fixture {
	f := newFixture(t)
	f.publish(t, bob, "zeta", "1", digest)
	f.publishDataset(t, bob, "rows", "1", digest)
	f.ctx = f.ctx.WithBlockHeight(6)
	f.publish(t, alice, "alpha", "2", digest)
	f.publish(t, alice, "alpha", "1", other)
	f.publishDataset(t, alice, "rows", "1", digest)
	full := publish(alice, "full", "1", other)
	full.Price, full.ByOrder, full.Requirements, full.Tags = 0, true, &types.Resources{Gpus: 2}, []string{"gpu", "avx2"}
	full.OutputPath, full.Nondeterministic = "data", true
	_, err := f.srv.Publish(f.ctx, full)
	require.NoError(t, err)
	schema := publishDataset(alice, "schema", "1", other)
	schema.Price, schema.ByOrder, schema.Schema, schema.Tags = 0, true, other, []string{"eu"}
	_, err = f.srv.PublishDataset(f.ctx, schema)
	require.NoError(t, err)
	require.NoError(t, f.k.SetDeprecated(f.ctx, "acme/alpha", true))
	require.NoError(t, f.k.SetDeprecated(f.ctx, "acme/schema", true))
	require.NoError(t, f.k.FlagNonDeterministic(f.ctx, "base/zeta"))
	f.transfer(t, alice, "acme/rows", bob)
	f.transfer(t, alice, "acme/full", beth)
	require.NoError(t, f.k.Offer(f.ctx, "acme/alpha", mustAddress(bob)))
	require.NoError(t, f.k.Offer(f.ctx, "acme/schema", mustAddress(bob)))
	return f
}

func TestGenesisIsLossless(t *testing.T) {
	f := lived(t)
	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, g.Validate(codecOf))
	exported := f.cdc.MustMarshalJSON(g)
	n := newFixture(t)
	var back types.GenesisState
	n.cdc.MustUnmarshalJSON(exported, &back)
	require.NoError(t, n.k.InitGenesis(n.ctx, back))
	again, err := n.k.ExportGenesis(n.ctx)
	require.NoError(t, err)
	require.Equal(t, string(exported), string(n.cdc.MustMarshalJSON(again)))

	_, version, err := n.k.Resolve(n.ctx, digest)
	require.NoError(t, err)
	require.Equal(t, "base/zeta:1", version.Reference(), "the first published still wins")
	_, rows, err := n.k.ResolveDataset(n.ctx, digest)
	require.NoError(t, err)
	require.Equal(t, "base/rows:1", rows.Reference())
	for _, owner := range []string{alice, adam, bob, beth} {
		require.Equal(t, f.owned(t, owner), n.owned(t, owner))
	}
	require.Equal(t, []string{"base/zeta", "acme/rows", "base/rows"}, n.owned(t, bob))
	require.Equal(t, []string{"acme/full"}, n.owned(t, beth))
	_, err = n.srv.AcceptTransfer(n.ctx, &types.MsgAcceptTransfer{To: bob, Id: "acme/schema"})
	require.NoError(t, err, "an offer outlives the export")
}

// TestGenesisTakesOlderVersions: a state may hold versions that nobody could publish any more, because a rule was added since.
func TestGenesisTakesOlderVersions(t *testing.T) {
	for runtime, verifier := range map[string]string{contract.RuntimeOCI: "risc0-3.0", contract.RuntimeCircuit: "cube"} {
		f := newFixture(t)
		f.publish(t, alice, "old", "1", digest)
		g, err := f.k.ExportGenesis(f.ctx)
		require.NoError(t, err)
		g.Versions[0].Runtime, g.Versions[0].Verifier, g.Versions[0].Program = runtime, verifier, strings.Repeat("cd", 32)
		require.ErrorIs(t, g.Versions[0].CheckProgram(), types.ErrInvalidVersion, "nobody publishes it: TestPublish")
		require.NoError(t, g.Validate(codecOf))
		n := newFixture(t)
		require.NoError(t, n.k.InitGenesis(n.ctx, *g))
		again, err := n.k.ExportGenesis(n.ctx)
		require.NoError(t, err)
		require.Equal(t, g, again)
		g.Versions[0].Program = "x"
		require.ErrorIs(t, g.Validate(codecOf), types.ErrInvalidVersion, "half a verifier is none")
	}
}

// TestGenesisRefusals: apps are alpha, full, zeta; datasets acme/rows, acme/schema, base/rows.
func TestGenesisRefusals(t *testing.T) {
	f := lived(t)
	require.NoError(t, types.DefaultGenesis().Validate(codecOf))
	for _, tc := range []struct {
		name     string
		malleate func(*types.GenesisState)
		expErr   error
	}{
		{"valid", func(*types.GenesisState) {}, nil},
		{"apps unordered", func(g *types.GenesisState) { g.Apps[0], g.Apps[1] = g.Apps[1], g.Apps[0] }, types.ErrInvalidGenesis},
		{"versions twice", func(g *types.GenesisState) { g.Versions[1] = g.Versions[0] }, types.ErrInvalidGenesis},
		{"version of no app", func(g *types.GenesisState) { g.Versions[3].App = "zz/zz" }, types.ErrInvalidGenesis},
		{"version of a dataset", func(g *types.GenesisState) { g.Versions[3].App = "base/rows" }, types.ErrInvalidGenesis},
		{"app without version", func(g *types.GenesisState) { g.Versions = g.Versions[:3] }, types.ErrInvalidGenesis},
		{"owner", func(g *types.GenesisState) { g.Apps[0].Owner = "x" }, types.ErrInvalidApp},
		{"owner in capitals", func(g *types.GenesisState) { g.Apps[0].Owner = upper(g.Apps[0].Owner) }, types.ErrInvalidApp},
		{"pending owner", func(g *types.GenesisState) { g.Apps[0].PendingOwner = "x" }, types.ErrInvalidApp},
		{"organisation", func(g *types.GenesisState) { g.Apps[0].Organisation = "B" }, types.ErrInvalidApp},
		{"organisation in the id", func(g *types.GenesisState) { g.Apps[0].Id = "A/alpha" }, types.ErrInvalidApp},
		{"digest", func(g *types.GenesisState) { g.Versions[0].Digest = "x" }, types.ErrInvalidVersion},
		{"height", func(g *types.GenesisState) { g.Versions[0].Height = -1 }, types.ErrInvalidVersion},
		{"tags unordered", func(g *types.GenesisState) { g.Versions[2].Tags = []string{"gpu", "avx2"} }, types.ErrInvalidTags},
		{"empty requirements", func(g *types.GenesisState) { g.Versions[0].Requirements = &types.Resources{} }, types.ErrInvalidResources},
		{"price by order", func(g *types.GenesisState) { g.Versions[2].Price = 1 }, types.ErrInvalidVersion},
		{"datasets unordered", func(g *types.GenesisState) { g.Datasets[0], g.Datasets[1] = g.Datasets[1], g.Datasets[0] }, types.ErrInvalidGenesis},
		{"dataset of an app's name", func(g *types.GenesisState) { g.Datasets[0].Id = "acme/alpha" }, types.ErrInvalidGenesis},
		{"dataset versions twice", func(g *types.GenesisState) { g.DatasetVersions[1] = g.DatasetVersions[0] }, types.ErrInvalidGenesis},
		{"version of no dataset", func(g *types.GenesisState) { g.DatasetVersions[2].Dataset = "zz/zz" }, types.ErrInvalidGenesis},
		{"dataset without version", func(g *types.GenesisState) { g.DatasetVersions = g.DatasetVersions[:2] }, types.ErrInvalidGenesis},
		{"dataset's owner", func(g *types.GenesisState) { g.Datasets[0].Owner = "" }, types.ErrInvalidDataset},
		{"dataset's digest", func(g *types.GenesisState) { g.DatasetVersions[0].Digest = "" }, types.ErrInvalidVersion},
		{"dataset's height", func(g *types.GenesisState) { g.DatasetVersions[0].Height = -1 }, types.ErrInvalidVersion},
		{"media type", func(g *types.GenesisState) { g.DatasetVersions[0].MediaType = "x" }, types.ErrInvalidMediaType},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g, err := f.k.ExportGenesis(f.ctx)
			require.NoError(t, err)
			tc.malleate(g)
			require.ErrorIs(t, g.Validate(codecOf), tc.expErr)
			if tc.expErr != nil {
				n := newFixture(t)
				require.ErrorIs(t, n.k.InitGenesis(n.ctx, *g), tc.expErr)
			}
		})
	}
}
