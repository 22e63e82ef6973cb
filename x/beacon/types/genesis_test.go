package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/beacon/types"
)

func TestGenesisValidate(t *testing.T) {
	seed := func(height int64) types.Seed { return types.Seed{Height: height, Seed: make([]byte, types.SeedSize)} }
	for _, tc := range []struct {
		name     string
		malleate func(*types.GenesisState)
		expErr   error
	}{
		{"no seeds", func(*types.GenesisState) {}, nil},
		{"from genesis on", func(g *types.GenesisState) { g.Seeds = []types.Seed{seed(0), seed(1), seed(7)} }, nil},
		{"twice", func(g *types.GenesisState) { g.Seeds = []types.Seed{seed(3), seed(3)} }, types.ErrInvalidSeed},
		{"order", func(g *types.GenesisState) { g.Seeds = []types.Seed{seed(4), seed(3)} }, types.ErrInvalidSeed},
		{"before genesis", func(g *types.GenesisState) { g.Seeds = []types.Seed{seed(-1)} }, types.ErrInvalidSeed},
		{"short", func(g *types.GenesisState) { g.Seeds = []types.Seed{{Height: 1, Seed: make([]byte, 31)}} }, types.ErrInvalidSeed},
		{"least retention", func(g *types.GenesisState) { g.Params.Retention = types.MinRetention }, nil},
		{"no retention", func(g *types.GenesisState) { g.Params.Retention = types.MinRetention - 1 }, types.ErrInvalidParams},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g := types.DefaultGenesis()
			tc.malleate(g)
			require.ErrorIs(t, g.Validate(), tc.expErr)
		})
	}
}
