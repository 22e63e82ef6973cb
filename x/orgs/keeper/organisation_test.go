package keeper_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/orgs/types"
)

func TestAdmitByMessage(t *testing.T) {
	f := newFixture(t)
	_, err := f.server.Admit(f.ctx, &types.MsgAdmit{
		Authority: addr("council"), Id: "acme", Name: "Acme", Admins: addrs("ann"), Members: addrs("ann", "bob"),
		Roles: []types.Role{types.ROLE_PROVIDER, types.ROLE_WORKER, types.ROLE_PROVIDER},
	})
	require.NoError(t, err)
	require.Equal(t, types.Organisation{
		Id: "acme", Name: "Acme", Admins: addrs("ann"), Members: addrs("ann", "bob"),
		Roles: []types.Role{types.ROLE_WORKER, types.ROLE_PROVIDER}, Status: types.STATUS_ACTIVE, AdmittedHeight: 7,
	}, f.get(t, "acme"))
	require.Equal(t, `credence.orgs.v1.EventAdmitted org_id="acme"`, f.lastEvent(t))
	for _, name := range []string{"ann", "bob"} {
		org, found, err := f.OrgOf(f.ctx, rawOf(name))
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, "acme", org)
	}
	_, found, err := f.OrgOf(f.ctx, rawOf("carl"))
	require.NoError(t, err)
	require.False(t, found)
	require.Empty(t, f.changed, "nothing was derived yet from what has just been admitted")
}

// The reasons not to admit leave nothing behind, the place in the window of admissions included.
func TestAdmitRefused(t *testing.T) {
	f := newFixture(t)
	f.admit(t, "acme")
	for _, tc := range []struct {
		name   string
		msg    types.MsgAdmit
		expErr error
	}{
		{"id in use", types.MsgAdmit{Id: "acme", Name: "Acme", Admins: addrs("ann")}, types.ErrExists},
		{"admin of another", types.MsgAdmit{Id: "base", Name: "Base", Admins: addrs("acme")}, types.ErrTaken},
		{"member of another", types.MsgAdmit{Id: "base", Name: "Base", Admins: addrs("ann"), Members: addrs("acme")}, types.ErrTaken},
		{"the council", types.MsgAdmit{Id: "base", Name: "Base", Admins: addrs("council")}, types.ErrReserved},
		{"a module", types.MsgAdmit{Id: "base", Name: "Base", Admins: addrs("ann"), Members: addrs("module")}, types.ErrReserved},
		{"a role that nobody holds", types.MsgAdmit{Id: "base", Name: "Base", Admins: addrs("ann"), Roles: []types.Role{types.ROLE_ANYONE}}, types.ErrInvalidOrganisation},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ctx, _ := f.ctx.CacheContext()
			_, err := f.server.Admit(ctx, &tc.msg)
			require.ErrorIs(t, err, tc.expErr)
		})
	}
}

func TestStatusAndRolesTellTheHooks(t *testing.T) {
	f := newFixture(t)
	f.admit(t, "acme", types.ROLE_WORKER)
	_, err := f.server.SetStatus(f.ctx, &types.MsgSetStatus{OrgId: "acme", Status: types.STATUS_REVOKED})
	require.NoError(t, err)
	require.Equal(t, types.STATUS_REVOKED, f.get(t, "acme").Status)
	require.Equal(t, `credence.orgs.v1.EventStatusSet org_id="acme" status="STATUS_REVOKED"`, f.lastEvent(t))
	_, err = f.server.SetRoles(f.ctx, &types.MsgSetRoles{OrgId: "acme", Roles: []types.Role{types.ROLE_REQUESTER, types.ROLE_VALIDATOR}})
	require.NoError(t, err)
	require.Equal(t, []types.Role{types.ROLE_VALIDATOR, types.ROLE_REQUESTER}, f.get(t, "acme").Roles)
	require.Equal(t, `credence.orgs.v1.EventRolesSet org_id="acme" roles=["ROLE_VALIDATOR","ROLE_REQUESTER"]`, f.lastEvent(t))
	require.Equal(t, []string{"acme", "acme"}, f.changed)

	for _, tc := range []struct {
		name   string
		change func() error
		expErr error
	}{
		{"status of nobody", func() error { return f.SetStatus(f.ctx, "nobody", types.STATUS_ACTIVE) }, types.ErrNotFound},
		{"no status", func() error { return f.SetStatus(f.ctx, "acme", types.STATUS_UNSPECIFIED) }, types.ErrInvalidOrganisation},
		{"roles of nobody", func() error { return f.SetRoles(f.ctx, "nobody", nil) }, types.ErrNotFound},
		{"the council's role", func() error { return f.SetRoles(f.ctx, "acme", []types.Role{types.ROLE_AUTHORITY}) }, types.ErrInvalidOrganisation},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before := f.get(t, "acme")
			require.ErrorIs(t, tc.change(), tc.expErr)
			require.Equal(t, before, f.get(t, "acme"))
			require.Len(t, f.changed, 2, "the hooks hear of changes that were made alone")
		})
	}
}

// A hook's error is the message's, so that the transaction, and the change with it, is undone.
func TestHooksRefuseAChange(t *testing.T) {
	f := newFixture(t)
	f.admit(t, "acme", types.ROLE_VALIDATOR)
	f.refuse = errors.New("its seat is needed")
	_, err := f.server.SetStatus(f.ctx, &types.MsgSetStatus{OrgId: "acme", Status: types.STATUS_REVOKED})
	require.ErrorIs(t, err, f.refuse)
	_, err = f.server.SetRoles(f.ctx, &types.MsgSetRoles{OrgId: "acme"})
	require.ErrorIs(t, err, f.refuse)
	require.Equal(t, `credence.orgs.v1.EventAdmitted org_id="acme"`, f.lastEvent(t), "what was refused is in no event")
}

func TestTiesHoldAnAccount(t *testing.T) {
	f := newFixture(t)
	f.admit(t, "acme")
	f.join(t, "acme", "bob")
	f.tied[rawOf("bob").String()] = "it operates a seat"
	_, err := f.server.Leave(f.ctx, &types.MsgLeave{OrgId: "acme", Member: addr("bob")})
	require.ErrorIs(t, err, types.ErrTied)
	require.ErrorContains(t, err, "it operates a seat")
	_, err = f.server.RemoveMember(f.ctx, &types.MsgRemoveMember{Admin: addr("acme"), OrgId: "acme", Member: addr("bob")})
	require.ErrorIs(t, err, types.ErrTied)
	f.tied[rawOf("bob").String()] = "broken"
	_, err = f.server.Leave(f.ctx, &types.MsgLeave{OrgId: "acme", Member: addr("bob")})
	require.ErrorContains(t, err, "the tie is broken")
	require.Equal(t, addrs("bob"), f.get(t, "acme").Members)
	delete(f.tied, rawOf("bob").String())
	_, err = f.server.Leave(f.ctx, &types.MsgLeave{OrgId: "acme", Member: addr("bob")})
	require.NoError(t, err)
	require.Equal(t, `credence.orgs.v1.EventMemberRemoved member="`+addr("bob")+`" org_id="acme"`, f.lastEvent(t))
}

// Who was an admin and a member stays an admin, and so in the organisation, when the membership alone is taken away.
func TestRemovedMemberThatIsAdmin(t *testing.T) {
	f := newFixture(t)
	f.admit(t, "acme")
	f.join(t, "acme", "bob")
	_, err := f.server.AddAdmin(f.ctx, &types.MsgAddAdmin{Admin: addr("acme"), OrgId: "acme", Account: addr("bob")})
	require.NoError(t, err)
	require.Equal(t, `credence.orgs.v1.EventAdminsSet admins=["`+addr("acme")+`","`+addr("bob")+`"] org_id="acme"`, f.lastEvent(t))
	f.tied[rawOf("bob").String()] = "nothing is asked of ties here"
	_, err = f.server.RemoveMember(f.ctx, &types.MsgRemoveMember{Admin: addr("acme"), OrgId: "acme", Member: addr("bob")})
	require.NoError(t, err)
	require.Empty(t, f.get(t, "acme").Members)
	org, found, err := f.OrgOf(f.ctx, rawOf("bob"))
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "acme", org)
}

// The messages of admins are those of the very organisation that they name; an address that is none is an error of the role.
func TestAdminsActForTheirOwn(t *testing.T) {
	f := newFixture(t)
	f.admit(t, "acme")
	f.admit(t, "base")
	f.join(t, "acme", "bob")
	for _, admin := range []string{addr("base"), addr("bob"), addr("stranger"), "no address"} {
		for name, send := range map[string]func() error{
			"AddMember": func() error {
				_, err := f.server.AddMember(f.ctx, &types.MsgAddMember{Admin: admin, OrgId: "acme", Member: addr("carl")})
				return err
			},
			"RemoveMember": func() error {
				_, err := f.server.RemoveMember(f.ctx, &types.MsgRemoveMember{Admin: admin, OrgId: "acme", Member: addr("bob")})
				return err
			},
			"AddAdmin": func() error {
				_, err := f.server.AddAdmin(f.ctx, &types.MsgAddAdmin{Admin: admin, OrgId: "acme", Account: addr("bob")})
				return err
			},
			"RemoveAdmin": func() error {
				_, err := f.server.RemoveAdmin(f.ctx, &types.MsgRemoveAdmin{Admin: admin, OrgId: "acme", Account: addr("acme")})
				return err
			},
		} {
			before := f.get(t, "acme")
			require.ErrorIs(t, send(), types.ErrRole, "%s by %s", name, admin)
			require.Equal(t, before, f.get(t, "acme"))
		}
	}
}

func TestAccountsThatAreNoAddresses(t *testing.T) {
	f := newFixture(t)
	f.admit(t, "acme")
	for name, change := range map[string]func() error{
		"OfferMembership":  func() error { _, err := f.OfferMembership(f.ctx, "acme", "x"); return err },
		"AcceptMembership": func() error { _, err := f.AcceptMembership(f.ctx, "acme", "x"); return err },
		"RemoveMember":     func() error { _, _, err := f.RemoveMember(f.ctx, "acme", "x"); return err },
		"Leave":            func() error { _, err := f.Leave(f.ctx, "acme", "x"); return err },
		"AddAdmin":         func() error { _, err := f.AddAdmin(f.ctx, "acme", "x"); return err },
		"RemoveAdmin":      func() error { _, err := f.RemoveAdmin(f.ctx, "acme", "x"); return err },
		"Recover":          func() error { return f.Recover(f.ctx, "acme", []string{"x"}) },
	} {
		err := change()
		require.ErrorIs(t, err, types.ErrInvalidOrganisation, name)
		require.ErrorContains(t, err, `account "x"`, name)
	}
}

func TestUpdateParams(t *testing.T) {
	f := newFixture(t)
	_, err := f.server.UpdateParams(f.ctx, &types.MsgUpdateParams{Params: types.Params{MaxAdmissions: 1}})
	require.ErrorIs(t, err, types.ErrInvalidParams)
	params, err := f.query.Params(f.ctx, nil)
	require.NoError(t, err)
	require.Equal(t, types.DefaultParams(), params.Params)
	want := types.Params{OpenRoles: []types.Role{types.ROLE_REQUESTER}, MaxAdmissions: 3, AdmissionBlocks: 9}
	_, err = f.server.UpdateParams(f.ctx, &types.MsgUpdateParams{Params: want})
	require.NoError(t, err)
	params, err = f.query.Params(f.ctx, nil)
	require.NoError(t, err)
	require.Equal(t, want, params.Params)
}
