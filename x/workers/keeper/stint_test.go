package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/workers/types"
)

// TestAStintKeepsWhenADrawTookIt: an organisation that a draw took, and that is back, still says when it was taken; its next stint has a
// number of its own, and the pool counts what began, ended and was taken.
func TestAStintKeepsWhenADrawTookIt(t *testing.T) {
	f := newFixture(t)
	f.pool("main", 10)
	worker := f.worker("alpha", 1, 100, "main")
	stint := func() types.Stint {
		t.Helper()
		s, found, err := f.k.Stint(f.ctx, "main", "alpha")
		require.NoError(t, err)
		require.True(t, found)
		return s
	}
	require.Equal(t, types.Stint{Arrival: 1}, stint())
	f.block(1)
	require.NoError(t, f.k.Lock(f.ctx, worker, 10)) // its only slot
	taken := f.ctx.BlockHeight()
	require.Equal(t, types.Stint{Arrival: 1, Departure: 1, Until: taken, Drawn: true, Taken: taken}, stint())
	f.block(1)
	require.NoError(t, f.k.Release(f.ctx, worker, 10, poco.FaultNone))
	require.Equal(t, types.Stint{Arrival: 2, Taken: taken}, stint())
	moves, err := f.k.PoolMoves(f.ctx, "main")
	require.NoError(t, err)
	require.Equal(t, types.PoolMoves{Arrivals: 2, Departures: 1, Taken: 1}, moves)

	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Equal(t, []types.Stint{{Arrival: 2, Taken: taken}}, g.Tickets[0].Stints)
}
