package keeper_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/types/query"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/internal/paging"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/orgs/keeper"
	"github.com/credence-chain/credence/x/orgs/types"
)

func TestAuthorize(t *testing.T) {
	c := testutil.New(t, testutil.WithAccounts("alice"),
		testutil.WithOrg("acme", types.ROLE_WORKER, types.ROLE_REQUESTER), testutil.WithOrg("gone", types.ROLE_WORKER))
	alice, acme, gone := c.Account("alice"), c.Org("acme"), c.Org("gone")
	k, ctx := app.OrgsKeeper(c.App), c.Ctx()
	require.NoError(t, k.SetStatus(ctx, "gone", types.STATUS_REVOKED))
	council := authtypes.NewModuleAddress(govtypes.ModuleName)

	for _, tc := range []struct {
		name string
		who  []byte
		role types.Role
		open bool
		org  string
		err  error
	}{
		{"anyone may be nobody", alice.Addr, types.ROLE_ANYONE, false, "", nil},
		{"anyone in an organisation", acme.Member().Addr, types.ROLE_ANYONE, false, "acme", nil},
		{"anyone in a revoked one", gone.Member().Addr, types.ROLE_ANYONE, false, "gone", nil},
		{"member with the role", acme.Member().Addr, types.ROLE_WORKER, false, "acme", nil},
		{"admin acts for it too", acme.Admin.Addr, types.ROLE_WORKER, false, "acme", nil},
		{"member without the role", acme.Member().Addr, types.ROLE_PROVIDER, false, "", types.ErrRole},
		{"revoked", gone.Member().Addr, types.ROLE_WORKER, false, "", types.ErrRevoked},
		{"revoked admin", gone.Admin.Addr, types.ROLE_ORG_ADMIN, false, "", types.ErrRevoked},
		{"admin", acme.Admin.Addr, types.ROLE_ORG_ADMIN, false, "acme", nil},
		{"member is no admin", acme.Member().Addr, types.ROLE_ORG_ADMIN, false, "", types.ErrRole},
		{"outsider", alice.Addr, types.ROLE_REQUESTER, false, "", types.ErrRole},
		{"outsider, open", alice.Addr, types.ROLE_REQUESTER, true, "", nil},
		{"outsider is never a worker", alice.Addr, types.ROLE_WORKER, true, "", types.ErrRole},
		{"outsider is never an admin", alice.Addr, types.ROLE_ORG_ADMIN, true, "", types.ErrRole},
		{"a member does not profit from open roles", c.Org("val-1").Member().Addr, types.ROLE_REQUESTER, true, "", types.ErrRole},
		{"council", council, types.ROLE_AUTHORITY, false, "", nil},
		{"admin is no council", acme.Admin.Addr, types.ROLE_AUTHORITY, false, "", types.ErrRole},
		{"council is no worker", council, types.ROLE_WORKER, true, "", types.ErrRole},
		{"council operates pools of its own", council, types.ROLE_POOL_OPERATOR, false, "", nil},
		{"outsider operates none", alice.Addr, types.ROLE_POOL_OPERATOR, true, "", types.ErrRole},
		{"no role at all", acme.Admin.Addr, types.ROLE_UNSPECIFIED, false, "", types.ErrRole},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ctx, _ := ctx.CacheContext()
			if tc.open {
				require.NoError(t, k.Params.Set(ctx, types.Params{OpenRoles: []types.Role{types.ROLE_REQUESTER}}))
			}
			org, err := k.Authorize(ctx, tc.who, tc.role)
			require.ErrorIs(t, err, tc.err)
			require.Equal(t, tc.org, org)
		})
	}
}

func TestHasRole(t *testing.T) {
	c := testutil.New(t, testutil.WithOrg("acme", types.ROLE_WORKER))
	k := app.OrgsKeeper(c.App)
	has, err := k.HasRole(c.Ctx(), "acme", types.ROLE_WORKER)
	require.NoError(t, err)
	require.True(t, has)
	has, err = k.HasRole(c.Ctx(), "acme", types.ROLE_VALIDATOR)
	require.NoError(t, err)
	require.False(t, has)
	_, err = k.HasRole(c.Ctx(), "nobody", types.ROLE_WORKER)
	require.ErrorIs(t, err, types.ErrNotFound)
}

func TestAdmitInvalid(t *testing.T) {
	c := testutil.New(t, testutil.WithAccounts("alice"), testutil.WithOrg("acme", types.ROLE_WORKER))
	acme := c.Org("acme").Admin.String()
	valid := types.Organisation{Id: "new-1", Name: "N", Admins: []string{c.Account("alice").String()}, Status: types.STATUS_ACTIVE, Roles: []types.Role{types.ROLE_WORKER}}
	for _, tc := range []struct {
		name     string
		malleate func(*types.Organisation)
		expErr   error
	}{
		{"valid", func(*types.Organisation) {}, nil},
		{"id too short", func(o *types.Organisation) { o.Id = "a" }, types.ErrInvalidOrganisation},
		{"id with capitals", func(o *types.Organisation) { o.Id = "ACME" }, types.ErrInvalidOrganisation},
		{"id with a slash", func(o *types.Organisation) { o.Id = "a/b" }, types.ErrInvalidOrganisation},
		{"no name", func(o *types.Organisation) { o.Name = "" }, types.ErrInvalidOrganisation},
		{"no admin", func(o *types.Organisation) { o.Admins = nil }, types.ErrInvalidOrganisation},
		{"bad address", func(o *types.Organisation) { o.Admins[0] = "cosmos1xyz" }, types.ErrInvalidOrganisation},
		{"admin twice", func(o *types.Organisation) { o.Admins = append(o.Admins, o.Admins[0]) }, types.ErrInvalidOrganisation},
		{"authority is not held", func(o *types.Organisation) { o.Roles = []types.Role{types.ROLE_AUTHORITY} }, types.ErrInvalidOrganisation},
		{"role twice", func(o *types.Organisation) { o.Roles = []types.Role{types.ROLE_WORKER, types.ROLE_WORKER} }, types.ErrInvalidOrganisation},
		{"no status", func(o *types.Organisation) { o.Status = types.STATUS_UNSPECIFIED }, types.ErrInvalidOrganisation},
		{"offered to too many", func(o *types.Organisation) {
			for i := range types.MaxOffered + 1 {
				o.Offered = append(o.Offered, testutil.NewAccount(fmt.Sprint("friend ", i)).String())
			}
		}, types.ErrInvalidOrganisation},
		{"offered twice", func(o *types.Organisation) { o.Offered = []string{acme, acme} }, types.ErrInvalidOrganisation},
		{"offered to an admin", func(o *types.Organisation) { o.Offered = o.Admins }, types.ErrInvalidOrganisation},
		{"address in capitals", func(o *types.Organisation) { o.Admins[0] = strings.ToUpper(o.Admins[0]) }, types.ErrInvalidOrganisation},
		{"the council as admin", func(o *types.Organisation) { o.Admins = []string{app.Authority()} }, types.ErrReserved},
		{"a module as member", func(o *types.Organisation) {
			o.Members = []string{authtypes.NewModuleAddress("market").String()}
		}, types.ErrReserved},
		{"taken id", func(o *types.Organisation) { o.Id = "acme" }, types.ErrExists},
		{"taken admin", func(o *types.Organisation) { o.Admins = []string{c.Org("acme").Member().String()} }, types.ErrTaken},
		{"taken member", func(o *types.Organisation) { o.Members = []string{c.Org("acme").Admin.String()} }, types.ErrTaken},
	} {
		t.Run(tc.name, func(t *testing.T) {
			org := valid
			org.Admins = append([]string{}, valid.Admins...)
			tc.malleate(&org)
			ctx, _ := c.Ctx().CacheContext()
			require.ErrorIs(t, app.OrgsKeeper(c.App).Admit(ctx, org), tc.expErr)
		})
	}
}

// TestActiveRoles: a revoked organisation holds no role, and so does one that there is not.
func TestActiveRoles(t *testing.T) {
	c := testutil.New(t, testutil.WithOrg("acme", types.ROLE_WORKER, types.ROLE_REQUESTER), testutil.WithOrg("idle"))
	k, ctx := app.OrgsKeeper(c.App), c.Ctx()
	for _, tc := range []struct {
		name     string
		malleate func()
		org      string
		roles    []types.Role
	}{
		{"active", func() {}, "acme", []types.Role{types.ROLE_WORKER, types.ROLE_REQUESTER}},
		{"without roles", func() {}, "idle", nil},
		{"unknown", func() {}, "nobody", nil},
		{"none", func() {}, "", nil},
		{"revoked", func() { require.NoError(t, k.SetStatus(ctx, "acme", types.STATUS_REVOKED)) }, "acme", nil},
		{"restored", func() { require.NoError(t, k.SetStatus(ctx, "acme", types.STATUS_ACTIVE)) }, "acme", []types.Role{types.ROLE_WORKER, types.ROLE_REQUESTER}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.malleate()
			roles, err := k.ActiveRoles(ctx, tc.org)
			require.NoError(t, err)
			require.Equal(t, tc.roles, roles)
		})
	}
}

func TestOnlyTheRequesterRoleOpens(t *testing.T) {
	require.NoError(t, types.Params{OpenRoles: []types.Role{types.ROLE_REQUESTER}}.Validate())
	for role := types.ROLE_UNSPECIFIED; role <= types.ROLE_POOL_OPERATOR; role++ {
		if role != types.ROLE_REQUESTER {
			require.ErrorIs(t, types.Params{OpenRoles: []types.Role{role}}.Validate(), types.ErrInvalidParams, role)
		}
	}
}

func TestQueries(t *testing.T) {
	c := testutil.New(t, testutil.WithAccounts("alice"), testutil.WithOrg("acme", types.ROLE_WORKER))
	c.Next()
	q := types.NewQueryClient(c.Conn())
	all, err := q.Organisations(c.Ctx(), &types.QueryOrganisationsRequest{})
	require.NoError(t, err)
	require.Len(t, all.Organisations, 2)
	for _, p := range []*query.PageRequest{{Offset: 1}, {CountTotal: true}} {
		_, err := q.Organisations(c.Ctx(), &types.QueryOrganisationsRequest{Pagination: p})
		require.ErrorContains(t, err, "follow next_key")
	}
	ctx, _ := c.Ctx().CacheContext()
	for i := range paging.Max {
		admin := testutil.NewAccount(fmt.Sprint("admin ", i)).String()
		org := types.Organisation{Id: fmt.Sprint("org-", i), Name: "N", Admins: []string{admin}, Status: types.STATUS_ACTIVE}
		require.NoError(t, app.OrgsKeeper(c.App).Admit(ctx, org))
	}
	all, err = keeper.NewQueryServer(app.OrgsKeeper(c.App)).Organisations(ctx, &types.QueryOrganisationsRequest{Pagination: &query.PageRequest{Limit: 1 << 60}})
	require.NoError(t, err)
	require.Len(t, all.Organisations, paging.Max)
	require.NotEmpty(t, all.Pagination.NextKey)
	of, err := q.OrganisationOf(c.Ctx(), &types.QueryOrganisationOfRequest{Address: c.Org("acme").Member().String()})
	require.NoError(t, err)
	require.Equal(t, "acme", of.Organisation.Id)
	_, err = q.OrganisationOf(c.Ctx(), &types.QueryOrganisationOfRequest{Address: c.Account("alice").String()})
	require.ErrorContains(t, err, "belongs to no organisation")
	_, err = q.Organisation(c.Ctx(), &types.QueryOrganisationRequest{Id: "nobody"})
	require.ErrorContains(t, err, "not found")
	require.Equal(t, app.Authority(), app.OrgsKeeper(c.App).GetAuthority())
}
