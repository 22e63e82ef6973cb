package keeper_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/orgs/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

func add(admin *testutil.Account, org string, member *testutil.Account) sdk.Msg {
	return &types.MsgAddMember{Admin: admin.String(), OrgId: org, Member: member.String()}
}

func accept(member *testutil.Account, org string) sdk.Msg {
	return &types.MsgAcceptMembership{Member: member.String(), OrgId: org}
}

func remove(admin *testutil.Account, org string, member *testutil.Account) sdk.Msg {
	return &types.MsgRemoveMember{Admin: admin.String(), OrgId: org, Member: member.String()}
}

func leave(member *testutil.Account, org string) sdk.Msg {
	return &types.MsgLeave{Member: member.String(), OrgId: org}
}

// orgOf is the organisation of an account, "" for none.
func orgOf(c *testutil.Chain, a *testutil.Account) string {
	c.T.Helper()
	org, _, err := app.OrgsKeeper(c.App).OrgOf(c.Ctx(), a.Addr)
	require.NoError(c.T, err)
	return org
}

func organisation(c *testutil.Chain, id string) types.Organisation {
	c.T.Helper()
	org, err := app.OrgsKeeper(c.App).GetOrganisation(c.Ctx(), id)
	require.NoError(c.T, err)
	return org
}

func TestMembershipInTwoSteps(t *testing.T) {
	c := testutil.New(t, testutil.WithAccounts("alice"), testutil.WithOrg("acme", types.ROLE_WORKER), testutil.WithOrg("rival", types.ROLE_WORKER))
	alice, acme, rival := c.Account("alice"), c.Org("acme"), c.Org("rival")
	c.Refuse(acme.Member(), types.ErrRole, add(acme.Member(), "acme", alice))
	c.Refuse(rival.Admin, types.ErrRole, add(rival.Admin, "acme", alice))
	c.Refuse(acme.Admin, types.ErrTaken, add(acme.Admin, "acme", rival.Member()))
	c.Refuse(acme.Admin, types.ErrTaken, add(acme.Admin, "acme", acme.Member()))
	c.Refuse(acme.Admin, types.ErrNotMember, remove(acme.Admin, "acme", alice))
	c.Refuse(alice, types.ErrNoOffer, accept(alice, "acme"))
	c.Refuse(alice, types.ErrNotFound, accept(alice, "nobody"))

	// An offer changes nothing for the account, and is taken back by the admin alone.
	c.Deliver(acme.Admin, add(acme.Admin, "acme", alice))
	require.Empty(t, orgOf(c, alice))
	require.Equal(t, []string{alice.String()}, organisation(c, "acme").Offered)
	c.Refuse(acme.Admin, types.ErrOffered, add(acme.Admin, "acme", alice))
	c.Refuse(rival.Member(), types.ErrNoOffer, accept(rival.Member(), "acme"))
	c.Refuse(acme.Member(), types.ErrRole, remove(acme.Member(), "acme", alice))
	c.Deliver(acme.Admin, remove(acme.Admin, "acme", alice))
	require.Empty(t, organisation(c, "acme").Offered)
	c.Refuse(alice, types.ErrNoOffer, accept(alice, "acme"))

	// Whoever has several offers takes one of them.
	c.Deliver(acme.Admin, add(acme.Admin, "acme", alice))
	c.Deliver(rival.Admin, add(rival.Admin, "rival", alice))
	c.Deliver(alice, accept(alice, "acme"))
	require.Equal(t, "acme", orgOf(c, alice))
	require.Empty(t, organisation(c, "acme").Offered)
	require.Contains(t, organisation(c, "acme").Members, alice.String())
	c.Refuse(alice, types.ErrTaken, accept(alice, "rival"))
	c.Refuse(alice, types.ErrNoOffer, accept(alice, "acme"))

	c.Deliver(acme.Admin, remove(acme.Admin, "acme", alice))
	require.Empty(t, orgOf(c, alice))
	c.Deliver(alice, accept(alice, "rival"))
	require.Equal(t, "rival", orgOf(c, alice))
}

// TestNobodyIsCaptured: what an organisation's admin does takes nothing from an account that did not agree.
func TestNobodyIsCaptured(t *testing.T) {
	c := testutil.New(t, testutil.WithAccounts("founder", "student"),
		testutil.WithOrg("acme", types.ROLE_WORKER), testutil.WithOrg("rival", types.ROLE_WORKER))
	founder, student, admin := c.Account("founder"), c.Account("student"), c.Org("acme").Admin
	c.Pass(&types.MsgUpdateParams{Authority: app.Authority(), Params: types.Params{OpenRoles: []types.Role{types.ROLE_REQUESTER}}})
	for _, name := range []string{"gov", "market", "workers", authtypes.FeeCollectorName} {
		for _, text := range []string{authtypes.NewModuleAddress(name).String(), strings.ToUpper(authtypes.NewModuleAddress(name).String())} {
			c.Refuse(admin, types.ErrReserved, &types.MsgAddMember{Admin: admin.String(), OrgId: "acme", Member: text})
		}
	}
	c.Deliver(admin, add(admin, "acme", founder), add(admin, "acme", student))

	_, err := app.OrgsKeeper(c.App).Authorize(c.Ctx(), student.Addr, types.ROLE_REQUESTER)
	require.NoError(t, err, "an outsider's open role")
	c.Pass(&types.MsgAdmit{Authority: app.Authority(), Id: "newcomer", Name: "Newcomer", Admins: []string{founder.String()}})
	require.Equal(t, "newcomer", orgOf(c, founder))
	c.Pass(&workerstypes.MsgCreatePool{Operator: app.Authority(), Id: "commons", Runtime: contract.RuntimeWasm, Stake: 1})
	_, err = app.WorkersKeeper(c.App).GetPool(c.Ctx(), "commons")
	require.NoError(t, err)
}

// TestCouncilIsItselfFirst: should the consensus parameters name an organisation's account, it is the council all the same.
func TestCouncilIsItselfFirst(t *testing.T) {
	c := testutil.New(t, testutil.WithAccounts("alice"), testutil.WithOrg("acme", types.ROLE_WORKER))
	k, acme := app.OrgsKeeper(c.App), c.Org("acme")
	ctx := c.Ctx().WithConsensusParams(cmtproto.ConsensusParams{Authority: &cmtproto.AuthorityParams{Authority: acme.Member().String()}})
	org, err := k.Authorize(ctx, acme.Member().Addr, types.ROLE_POOL_OPERATOR)
	require.NoError(t, err)
	require.Empty(t, org)
	_, err = k.Authorize(ctx, acme.Member().Addr, types.ROLE_AUTHORITY)
	require.NoError(t, err)
	org, err = k.Authorize(ctx, acme.Member().Addr, types.ROLE_WORKER)
	require.NoError(t, err)
	require.Equal(t, "acme", org)

	ctx = ctx.WithConsensusParams(cmtproto.ConsensusParams{Authority: &cmtproto.AuthorityParams{Authority: c.Account("alice").String()}})
	_, err = k.OfferMembership(ctx, "acme", c.Account("alice").String())
	require.ErrorIs(t, err, types.ErrReserved)
}

func TestLeave(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(1), testutil.WithAccounts("alice", "bob"), testutil.WithOrg("acme", types.ROLE_WORKER))
	alice, bob, acme := c.Account("alice"), c.Account("bob"), c.Org("acme")
	c.Pass(&types.MsgAdmit{
		Authority: app.Authority(), Id: "duo", Name: "Duo", Admins: []string{alice.String(), bob.String()}, Members: []string{alice.String()},
	})
	c.Refuse(acme.Admin, types.ErrLastAdmin, leave(acme.Admin, "acme"))
	c.Refuse(acme.Member(), types.ErrNotMember, leave(acme.Member(), "duo"))
	c.Deliver(acme.Member(), leave(acme.Member(), "acme"))
	require.Empty(t, orgOf(c, acme.Member()))
	require.Empty(t, organisation(c, "acme").Members)
	c.Refuse(acme.Member(), types.ErrNotMember, leave(acme.Member(), "acme"))

	// Out of a revoked one as well, as member and as admin; the last admin stays.
	c.Pass(&types.MsgSetStatus{Authority: app.Authority(), OrgId: "duo", Status: types.STATUS_REVOKED})
	c.Deliver(alice, leave(alice, "duo"))
	require.Empty(t, orgOf(c, alice))
	require.Equal(t, []string{bob.String()}, organisation(c, "duo").Admins)
	require.Empty(t, organisation(c, "duo").Members)
	c.Refuse(bob, types.ErrLastAdmin, leave(bob, "duo"))

	// A seat's operator is tied to it, so that the seat's organisation keeps it, and an export can be imported.
	seat := c.Seats[0]
	admin := c.Org(seat.OrgID).Admin
	c.Refuse(seat.Operator, types.ErrTied, leave(seat.Operator, seat.OrgID))
	c.Refuse(admin, types.ErrTied, remove(admin, seat.OrgID, seat.Operator))
	require.Equal(t, seat.OrgID, orgOf(c, seat.Operator))
}

// TestRevokedGainsNobody: who was offered membership of an organisation can not join it while it is revoked.
func TestRevokedGainsNobody(t *testing.T) {
	c := testutil.New(t, testutil.WithAccounts("alice"), testutil.WithOrg("acme", types.ROLE_WORKER))
	alice, admin := c.Account("alice"), c.Org("acme").Admin
	c.Deliver(admin, add(admin, "acme", alice))
	c.Pass(&types.MsgSetStatus{Authority: app.Authority(), OrgId: "acme", Status: types.STATUS_REVOKED})
	c.Refuse(alice, types.ErrRevoked, accept(alice, "acme"))
	c.Pass(&types.MsgSetStatus{Authority: app.Authority(), OrgId: "acme", Status: types.STATUS_ACTIVE})
	c.Deliver(alice, accept(alice, "acme"))
}

// TestOffersAreBounded: an organisation has at most MaxOffered offers that wait, and MaxMembers members.
func TestOffersAreBounded(t *testing.T) {
	c := testutil.New(t, testutil.WithOrg("acme", types.ROLE_WORKER))
	k, ctx := app.OrgsKeeper(c.App), c.Ctx()
	someone := func(i int) string { return testutil.NewAccount(fmt.Sprint("someone ", i)).String() }
	for i := range types.MaxOffered {
		_, err := k.OfferMembership(ctx, "acme", someone(i))
		require.NoError(t, err)
	}
	_, err := k.OfferMembership(ctx, "acme", someone(types.MaxOffered))
	require.ErrorIs(t, err, types.ErrInvalidOrganisation)
	_, offered, err := k.RemoveMember(ctx, "acme", someone(3))
	require.NoError(t, err)
	require.True(t, offered)
	for i := range types.MaxMembers {
		n := types.MaxOffered + i
		_, err := k.OfferMembership(ctx, "acme", someone(n))
		require.NoError(t, err)
		_, err = k.AcceptMembership(ctx, "acme", someone(n))
		if i == types.MaxMembers-1 { // one was there from the start
			require.ErrorIs(t, err, types.ErrInvalidOrganisation)
			continue
		}
		require.NoError(t, err)
	}
}
