package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/apps/types"
)

// lived has a digest with several versions, one deprecated and one suspended app.
func lived(t *testing.T) *fixture {
	f := newFixture(t)
	f.publish(t, bob, "zeta", "1", digest)
	f.ctx = f.ctx.WithBlockHeight(6)
	f.publish(t, alice, "alpha", "2", digest)
	f.publish(t, alice, "alpha", "1", other)
	require.NoError(t, f.k.SetDeprecated(f.ctx, "acme/alpha", true))
	require.NoError(t, f.k.FlagNonDeterministic(f.ctx, "base/zeta"))
	return f
}

func TestGenesisIsLossless(t *testing.T) {
	f := lived(t)
	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
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
}

func TestGenesisValidate(t *testing.T) {
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
		{"version of no app", func(g *types.GenesisState) { g.Versions[2].App = "zz/zz" }, types.ErrInvalidGenesis},
		{"app without version", func(g *types.GenesisState) { g.Versions = g.Versions[:2] }, types.ErrInvalidGenesis},
		{"owner", func(g *types.GenesisState) { g.Apps[0].Owner = "x" }, types.ErrInvalidApp},
		{"organisation", func(g *types.GenesisState) { g.Apps[0].Organisation = "B" }, types.ErrInvalidApp},
		{"digest", func(g *types.GenesisState) { g.Versions[0].Digest = "x" }, types.ErrInvalidVersion},
		{"height", func(g *types.GenesisState) { g.Versions[0].Height = -1 }, types.ErrInvalidVersion},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g, err := f.k.ExportGenesis(f.ctx)
			require.NoError(t, err)
			tc.malleate(g)
			require.ErrorIs(t, g.Validate(codecOf), tc.expErr)
		})
	}
}
