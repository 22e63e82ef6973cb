package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/tasks/types"
)

// TestAnAppWhoseWorkersAreConvicted is suspended once courts have convicted workers of enough organisations.
func TestAnAppWhoseWorkersAreConvicted(t *testing.T) {
	f := newFixture(t, 20)
	orgs := map[string]bool{}
	rule := types.DefaultParams().ConvictionRule()
	for f.books.get(f.ctx, "reviewed/studio/paint") == 0 {
		require.Less(t, len(orgs), int(rule.Organisations))
		id := disputed(f)
		f.hear(id, 100, f.seats...)
		require.Equal(t, types.ENDING_ACCEPTED, f.task(id).Ending)
		orgs[f.task(id).Seats[1].Organisation] = true
	}
	require.Len(t, orgs, int(rule.Organisations))
	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Empty(t, g.AppConvictions, "and counted anew")
}
