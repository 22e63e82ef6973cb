package app_test

import (
	"testing"
	"time"

	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/x/authz"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// Every message that the router takes has a role, either from its own option or from the table, but not from both. The table names only
// messages that exist.
func TestEveryMessageHasARole(t *testing.T) {
	c := testutil.New(t)
	registry := c.App.Encoding.InterfaceRegistry
	known := map[protoreflect.FullName]bool{}
	services := 0
	registry.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := 0; i < file.Services().Len(); i++ {
			service := file.Services().Get(i)
			if service.Name() != "Msg" {
				continue
			}
			for j := 0; j < service.Methods().Len(); j++ {
				input := service.Methods().Get(j).Input()
				if c.App.MsgServiceRouter().HandlerByTypeURL("/"+string(input.FullName())) == nil {
					continue // the definition is linked, but its module is not
				}
				services++
				known[input.FullName()] = true
				role, err := c.App.Guard.RoleOf(input.FullName())
				require.NoError(t, err)
				require.NotEqual(t, orgstypes.ROLE_UNSPECIFIED, role, "%s", input.FullName())

				declared, err := orgstypes.RoleOf(input)
				require.NoError(t, err)
				_, listed := app.SDKRoles[input.FullName()]
				require.NotEqual(t, declared != orgstypes.ROLE_UNSPECIFIED, listed, "%s: expected its role in exactly one place", input.FullName())
			}
		}
		return true
	})
	require.Greater(t, services, 30)
	for name := range app.SDKRoles {
		require.True(t, known[name], "the table names %s, which no service has", name)
	}
}

func TestRoleOfUnknownMessage(t *testing.T) {
	c := testutil.New(t)
	for _, name := range []string{"credence.orgs.v1.Nothing", "credence.orgs.v1.Organisation", "cosmos.bank.v1beta1.Params"} {
		_, err := c.App.Guard.RoleOf(protoreflect.FullName(name))
		require.Error(t, err, name)
	}
}

// A message is checked on every path: alone, inside authz, and inside authz within authz.
func TestRolesThroughAuthz(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(1), testutil.WithAccounts("mallory", "friend"), testutil.WithOrg("acme", orgstypes.ROLE_WORKER))
	mallory, friend, admin := c.Account("mallory"), c.Account("friend"), c.Org("acme").Admin
	add := func(sender *testutil.Account) sdk.Msg {
		return &orgstypes.MsgAddMember{Admin: sender.String(), OrgId: "acme", Member: friend.String()}
	}
	exec := func(grantee *testutil.Account, msgs ...sdk.Msg) sdk.Msg {
		m := authz.NewMsgExec(grantee.Addr, msgs)
		return &m
	}
	grant := func(from, to *testutil.Account, msg sdk.Msg) {
		expires := c.Now().Add(time.Hour)
		m, err := authz.NewMsgGrant(from.Addr, to.Addr, authz.NewGenericAuthorization(sdk.MsgTypeURL(msg)), &expires)
		require.NoError(t, err)
		c.Deliver(from, m)
	}
	admit := &orgstypes.MsgAdmit{Authority: mallory.String(), Id: "evil", Name: "Evil", Admins: []string{mallory.String()}}

	c.Refuse(mallory, orgstypes.ErrRole, add(mallory))
	c.Refuse(mallory, orgstypes.ErrRole, exec(mallory, add(mallory)))
	c.Refuse(mallory, orgstypes.ErrRole, exec(mallory, exec(mallory, add(mallory))))
	c.Refuse(mallory, orgstypes.ErrRole, admit)
	c.Refuse(mallory, orgstypes.ErrRole, exec(mallory, admit))

	// A grant from an account without the role gives nothing. A grant from the admin gives the admin's rights.
	grant(friend, mallory, add(friend))
	c.Refuse(mallory, orgstypes.ErrRole, exec(mallory, add(friend)))
	c.Refuse(mallory, authz.ErrNoAuthorizationFound, exec(mallory, add(admin)))
	grant(admin, mallory, add(admin))
	c.Deliver(mallory, exec(mallory, add(admin)))
	accept := &orgstypes.MsgAcceptMembership{Member: friend.String(), OrgId: "acme"}
	c.Refuse(mallory, authz.ErrNoAuthorizationFound, exec(mallory, accept))
	c.Deliver(friend, accept)
	org, found, err := app.OrgsKeeper(c.App).OrgOf(c.Ctx(), friend.Addr)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "acme", org)
}

// The council's messages pass only through governance. Only seats propose and vote.
func TestCouncil(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4), testutil.WithAccounts("alice"), testutil.WithOrg("acme", orgstypes.ROLE_WORKER))
	alice := c.Account("alice")
	admit := &orgstypes.MsgAdmit{
		Authority: app.Authority(), Id: "newcomer", Name: "Newcomer", Admins: []string{alice.String()},
		Roles: []orgstypes.Role{orgstypes.ROLE_PROVIDER, orgstypes.ROLE_WORKER},
	}
	c.Pass(admit)
	org, err := app.OrgsKeeper(c.App).GetOrganisation(c.Ctx(), "newcomer")
	require.NoError(t, err)
	require.Equal(t, []orgstypes.Role{orgstypes.ROLE_WORKER, orgstypes.ROLE_PROVIDER}, org.Roles)
	require.Equal(t, orgstypes.STATUS_ACTIVE, org.Status)

	// Votes are cleared after the tally.
	iter, err := app.GovKeeper(c.App).Votes.Iterate(c.Ctx(), nil)
	require.NoError(t, err)
	require.False(t, iter.Valid())
	require.NoError(t, iter.Close())

	c.Pass(&orgstypes.MsgSetStatus{Authority: app.Authority(), OrgId: "newcomer", Status: orgstypes.STATUS_REVOKED})
	_, err = app.OrgsKeeper(c.App).Authorize(c.Ctx(), alice.Addr, orgstypes.ROLE_WORKER)
	require.ErrorIs(t, err, orgstypes.ErrRevoked)

	// A member of a validator organisation that is not the seat's operator may not vote.
	c.Refuse(c.Org("val-1").Admin, sdkerrors.ErrUnauthorized, voteOn(c, c.Org("val-1").Admin))
	c.Refuse(c.Org("acme").Member(), orgstypes.ErrRole, voteOn(c, c.Org("acme").Member()))
}

func TestParamsByCouncil(t *testing.T) {
	c := testutil.New(t)
	params := poatypes.DefaultParams()
	params.DowntimeWindow = 20
	params.MaxMissed = 10
	c.Pass(&poatypes.MsgUpdateParams{Authority: app.Authority(), Params: params},
		&orgstypes.MsgUpdateParams{Authority: app.Authority(), Params: orgstypes.Params{OpenRoles: []orgstypes.Role{orgstypes.ROLE_REQUESTER}}})
	got, err := app.PoaKeeper(c.App).Params.Get(c.Ctx())
	require.NoError(t, err)
	require.True(t, gogoproto.Equal(&params, &got))
}
