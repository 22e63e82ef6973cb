package types_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/x/poa/types"
)

// TestDecides: two thirds of the seats, no fewer; never nobody of nobody.
func TestDecides(t *testing.T) {
	for _, c := range []struct {
		part, total int64
		decides     bool
	}{{0, 0, false}, {0, 1, false}, {1, 1, true}, {1, 2, false}, {2, 2, true}, {2, 3, true}, {2, 4, false}, {3, 4, true}, {4, 6, true}, {66, 100, false}, {67, 100, true}} {
		require.Equal(t, c.decides, types.Decides(c.part, c.total), "%d of %d", c.part, c.total)
	}
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(1, math.MaxInt32).Draw(t, "total")
		part := rapid.Int64Range(0, total).Draw(t, "part")
		if types.Decides(part, total) && types.Decides(total-part, total) {
			t.Fatalf("%d of %d and its rest both decide", part, total)
		}
	})
}

func TestPauseValidate(t *testing.T) {
	good := types.Pause{Since: 3, Until: 4, Reason: "fire", Seats: []string{"a", "b"}}
	require.NoError(t, good.Validate())
	require.True(t, good.Holds(3))
	require.False(t, good.Holds(4))
	for name, edit := range map[string]func(*types.Pause){
		"ends at once":    func(p *types.Pause) { p.Until = 3 },
		"negative":        func(p *types.Pause) { p.Since = -1 },
		"no reason":       func(p *types.Pause) { p.Reason = "" },
		"reason no text":  func(p *types.Pause) { p.Reason = "\xff" },
		"seats twice":     func(p *types.Pause) { p.Seats = []string{"a", "a"} },
		"seat of no name": func(p *types.Pause) { p.Seats = []string{""} },
	} {
		bad := good
		edit(&bad)
		require.ErrorIs(t, bad.Validate(), types.ErrInvalidPause, name)
	}
}

// TestGenesisOfPause: votes are of seats that there are, in order, and a bad pause is refused.
func TestGenesisOfPause(t *testing.T) {
	g := types.DefaultGenesis()
	g.PauseVotes = []types.PauseVote{{OrgId: "nobody", Reason: "fire"}}
	require.ErrorIs(t, g.Validate(nil), types.ErrNotFound)
	g.PauseVotes, g.Pause = nil, &types.Pause{Since: 2, Until: 1, Reason: "fire"}
	require.ErrorIs(t, g.Validate(nil), types.ErrInvalidPause)
	for _, edit := range []func(*types.Params){
		func(p *types.Params) { p.MaxPauseBlocks = 0 }, func(p *types.Params) { p.MaxPauseBlocks = types.MostPauseBlocks + 1 },
		func(p *types.Params) { p.PauseVoteBlocks = 0 }, func(p *types.Params) { p.PauseVoteBlocks = types.MostPauseBlocks + 1 },
	} {
		p := types.DefaultParams()
		edit(&p)
		require.ErrorIs(t, p.Validate(), types.ErrInvalidParams)
	}
}
