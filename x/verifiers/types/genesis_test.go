package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/verifiers/types"
)

func TestValidateParams(t *testing.T) {
	require.NoError(t, types.DefaultParams().Validate())
	for _, p := range []types.Params{{DelayBlocks: 0, VoteBlocks: 1}, {DelayBlocks: types.MaxBlocks, VoteBlocks: types.MaxBlocks}} {
		require.NoError(t, p.Validate())
	}
	for want, p := range map[string]types.Params{
		"delay_blocks: got -1":       {DelayBlocks: -1, VoteBlocks: 1},
		"delay_blocks: got 10000001": {DelayBlocks: types.MaxBlocks + 1, VoteBlocks: 1},
		"vote_blocks: got 0":         {VoteBlocks: 0},
		"vote_blocks: got 10000001":  {VoteBlocks: types.MaxBlocks + 1},
	} {
		require.ErrorIs(t, p.Validate(), types.ErrInvalidParams, want)
		require.ErrorContains(t, p.Validate(), want)
	}
}

// A genesis state is sorted, and has votes about verifiers that run alone.
func TestValidateGenesis(t *testing.T) {
	require.NoError(t, types.DefaultGenesis().Validate())
	a, _ := square(t)
	b := a
	a.Name, b.Name = "aa", "bb"
	vote := func(verifier, org string) types.StopVote {
		return types.StopVote{Verifier: verifier, OrgId: org, Height: 3, Reason: "a flaw"}
	}
	good := func() types.GenesisState {
		return types.GenesisState{
			Params: types.DefaultParams(), Verifiers: []types.Verifier{a, b},
			Votes: []types.StopVote{vote("aa", "val-1"), vote("aa", "val-2"), vote("bb", "val-1")},
		}
	}
	require.NoError(t, good().Validate())
	for name, tc := range map[string]struct {
		change func(g *types.GenesisState)
		err    error
	}{
		"parameters":              {func(g *types.GenesisState) { g.Params.VoteBlocks = 0 }, types.ErrInvalidParams},
		"verifiers out of order":  {func(g *types.GenesisState) { g.Verifiers[0], g.Verifiers[1] = b, a }, types.ErrInvalid},
		"a verifier twice":        {func(g *types.GenesisState) { g.Verifiers[1] = a }, types.ErrInvalid},
		"a verifier that is none": {func(g *types.GenesisState) { g.Verifiers[0].Root = nil }, types.ErrInvalid},
		"votes out of order":      {func(g *types.GenesisState) { g.Votes[0], g.Votes[1] = g.Votes[1], g.Votes[0] }, types.ErrInvalid},
		"a vote twice":            {func(g *types.GenesisState) { g.Votes[1] = g.Votes[0] }, types.ErrInvalid},
		"a vote about none":       {func(g *types.GenesisState) { g.Votes[2].Verifier = "cc" }, types.ErrNotFound},
		"a vote about a stopped one": {func(g *types.GenesisState) {
			g.Verifiers[1].Stopped = &types.Stop{Height: 1, Reason: "a flaw"}
		}, types.ErrNotFound},
		"a vote of nobody":          {func(g *types.GenesisState) { g.Votes = []types.StopVote{vote("aa", "")} }, types.ErrInvalid},
		"a vote before the chain":   {func(g *types.GenesisState) { g.Votes[0].Height = -1 }, types.ErrInvalid},
		"a vote without its reason": {func(g *types.GenesisState) { g.Votes[0].Reason = " " }, types.ErrInvalid},
	} {
		g := good()
		tc.change(&g)
		require.ErrorIs(t, g.Validate(), tc.err, name)
	}
}
