package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/orgs/types"
)

func TestGenesisKeepsEverything(t *testing.T) {
	f := newFixture(t)
	want := types.GenesisState{
		Params: types.Params{OpenRoles: []types.Role{types.ROLE_REQUESTER}, MaxAdmissions: 2, AdmissionBlocks: 50},
		Organisations: []types.Organisation{
			{
				Id: "acme", Name: "Acme", Admins: addrs("ann", "bob"), Members: addrs("bob", "carl"), Offered: addrs("dora"),
				Roles: []types.Role{types.ROLE_VALIDATOR, types.ROLE_WORKER}, Status: types.STATUS_ACTIVE, AdmittedHeight: 5,
			},
			{Id: "base", Name: "Base", Admins: addrs("emil"), Offered: addrs("dora"), Status: types.STATUS_REVOKED},
		},
	}
	require.NoError(t, f.InitGenesis(f.ctx, want))
	got, err := f.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Equal(t, want, *got)
	require.ElementsMatch(t, []string{
		rawOf("ann").String() + " acme", rawOf("bob").String() + " acme", rawOf("carl").String() + " acme", rawOf("emil").String() + " base",
		"acme at 5",
	}, indexOf(t, f), "an offer is no membership, and who was there at genesis was not admitted of late")
	requireSameAfterGenesis(t, t, f)
}

// An imported chain counts what its predecessor admitted within the window.
func TestGenesisKeepsTheWindowOfAdmissions(t *testing.T) {
	f := newFixture(t)
	require.NoError(t, f.Params.Set(f.ctx, types.Params{MaxAdmissions: 2, AdmissionBlocks: 10}))
	f.admit(t, "acme")
	f.admit(t, "base")
	g, err := f.ExportGenesis(f.ctx)
	require.NoError(t, err)
	fresh := newFixture(t)
	require.NoError(t, fresh.InitGenesis(fresh.ctx, *g))
	_, err = fresh.server.Admit(fresh.ctx.WithBlockHeight(16), &types.MsgAdmit{Id: "core", Name: "Core", Admins: addrs("core")})
	require.ErrorIs(t, err, types.ErrAdmissionRate)
	_, err = fresh.server.Admit(fresh.ctx.WithBlockHeight(17), &types.MsgAdmit{Id: "core", Name: "Core", Admins: addrs("core")})
	require.NoError(t, err)
}

func TestGenesisRefused(t *testing.T) {
	valid := func() types.GenesisState {
		return types.GenesisState{Params: types.DefaultParams(), Organisations: []types.Organisation{
			{Id: "acme", Name: "Acme", Admins: addrs("ann"), Status: types.STATUS_ACTIVE},
			{Id: "base", Name: "Base", Admins: addrs("bob"), Members: addrs("carl"), Status: types.STATUS_ACTIVE},
		}}
	}
	for _, tc := range []struct {
		name     string
		malleate func(*types.GenesisState)
		expErr   error
		says     string
	}{
		{"valid", func(*types.GenesisState) {}, nil, ""},
		{"parameters", func(g *types.GenesisState) { g.Params.AdmissionBlocks = 0 }, types.ErrInvalidParams, "admission_blocks"},
		{"an organisation", func(g *types.GenesisState) { g.Organisations[1].Name = "" }, types.ErrInvalidOrganisation, "name of base"},
		{"out of order", func(g *types.GenesisState) {
			g.Organisations[0], g.Organisations[1] = g.Organisations[1], g.Organisations[0]
		}, types.ErrInvalidOrganisation, "organisations[1]: acme"},
		{"twice", func(g *types.GenesisState) { g.Organisations[1].Id = "acme" }, types.ErrInvalidOrganisation, "each once"},
		{"an account in two", func(g *types.GenesisState) { g.Organisations[0].Members = addrs("carl") }, types.ErrTaken, "in acme and in base"},
		{"the council in one", func(g *types.GenesisState) { g.Organisations[0].Members = addrs("council") }, types.ErrReserved, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, g := newFixture(t), valid()
			tc.malleate(&g)
			err := f.InitGenesis(f.ctx, g)
			require.ErrorIs(t, err, tc.expErr)
			if tc.expErr != nil {
				require.ErrorContains(t, err, tc.says)
			}
		})
	}
}
