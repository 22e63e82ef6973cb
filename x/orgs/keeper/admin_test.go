package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/orgs/types"
)

// TestAdminsAreChanged by admins, never below one; who is none any more stays a member, of a seat's operator too.
func TestAdminsAreChanged(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(1), testutil.WithAccounts("alice"), testutil.WithOrg("acme", types.ROLE_WORKER))
	first, second, alice := c.Org("acme").Admin, c.Org("acme").Member(), c.Account("alice")
	add := func(by, of *testutil.Account) *types.MsgAddAdmin {
		return &types.MsgAddAdmin{Admin: by.String(), OrgId: "acme", Account: of.String()}
	}
	remove := func(by, of *testutil.Account) *types.MsgRemoveAdmin {
		return &types.MsgRemoveAdmin{Admin: by.String(), OrgId: "acme", Account: of.String()}
	}
	c.Refuse(second, types.ErrRole, add(second, second))
	c.Refuse(first, types.ErrNotMember, add(first, alice))
	c.Refuse(c.Org("val-1").Admin, types.ErrRole, add(c.Org("val-1").Admin, second))
	c.Refuse(first, types.ErrLastAdmin, remove(first, first))
	c.Refuse(first, types.ErrNotMember, remove(first, second))
	c.Deliver(first, add(first, second))
	c.Refuse(first, types.ErrInvalidOrganisation, add(first, second))
	c.Deliver(second, remove(second, first))
	org, err := app.OrgsKeeper(c.App).GetOrganisation(c.Ctx(), "acme")
	require.NoError(t, err)
	require.Equal(t, []string{second.String()}, org.Admins)
	require.ElementsMatch(t, []string{first.String(), second.String()}, org.Members)
	c.Refuse(first, types.ErrRole, add(first, first))
	testutil.Import(t, c.Export(), testutil.WithSeats(1), testutil.WithAccounts("alice"), testutil.WithOrg("acme", types.ROLE_WORKER)).Next()
}

// TestCouncilRecovers an organisation whose admins lost their keys, or whose admins are no friends of it any more.
func TestCouncilRecovers(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(1), testutil.WithAccounts("alice"), testutil.WithOrg("acme", types.ROLE_WORKER))
	lost, alice := c.Org("acme").Admin, c.Account("alice")
	recover := func(accounts ...string) *types.MsgRecover {
		return &types.MsgRecover{Authority: app.Authority(), OrgId: "acme", Admins: accounts}
	}
	c.Deliver(lost, &types.MsgAddMember{Admin: lost.String(), OrgId: "acme", Member: alice.String()})
	k := app.OrgsKeeper(c.App)
	require.ErrorIs(t, k.Recover(c.Ctx(), "acme", nil), types.ErrInvalidOrganisation)
	require.ErrorIs(t, k.Recover(c.Ctx(), "acme", []string{c.Org("val-1").Admin.String()}), types.ErrTaken)
	require.ErrorIs(t, k.Recover(c.Ctx(), "acme", []string{app.Authority()}), types.ErrReserved)
	require.ErrorIs(t, k.Recover(c.Ctx(), "nobody", []string{alice.String()}), types.ErrNotFound)
	c.Refuse(lost, types.ErrRole, &types.MsgRecover{Authority: lost.String(), OrgId: "acme", Admins: []string{alice.String()}})
	c.Pass(recover(alice.String()))
	org, err := k.GetOrganisation(c.Ctx(), "acme")
	require.NoError(t, err)
	require.Equal(t, []string{alice.String()}, org.Admins)
	require.Contains(t, org.Members, lost.String())
	require.Empty(t, org.Offered)
	c.Deliver(alice, &types.MsgRemoveMember{Admin: alice.String(), OrgId: "acme", Member: lost.String()})
	require.Error(t, func() error { _, err := k.Authorize(c.Ctx(), lost.Addr, types.ROLE_ORG_ADMIN); return err }())
}
