package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/poa/types"
)

func TestGenesisNeedsTheOrganisation(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(2), testutil.WithOrg("acme", orgstypes.ROLE_WORKER))
	exported, err := app.PoaKeeper(c.App).ExportGenesis(c.Ctx())
	require.NoError(t, err)
	require.NoError(t, app.OrgsKeeper(c.App).SetRoles(c.Ctx(), "val-1", nil), "written to a context that is dropped")
	for _, tc := range []struct {
		name     string
		malleate func(*types.GenesisState)
	}{
		{"organisation without the role", func(g *types.GenesisState) { g.Seats[0].OrgId = "acme" }},
		{"unknown organisation", func(g *types.GenesisState) { g.Seats[0].OrgId = "aaaa" }},
		{"operator of another", func(g *types.GenesisState) { g.Seats[0].Operator = c.Org("acme").Member().String() }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g := types.GenesisState{Params: exported.Params, Seats: append([]types.Seat{}, exported.Seats...)}
			tc.malleate(&g)
			ctx, _ := c.Ctx().CacheContext()
			_, err := app.PoaKeeper(c.App).InitGenesis(ctx, g)
			require.ErrorIs(t, err, types.ErrInvalidSeat)
		})
	}
}
