package keeper_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/orgs/types"
)

// group is what one organisation is in the model: the sets that its record lists.
type group struct {
	admins, members, offered map[string]bool
	revoked                  bool
}

func (g *group) has(account string) bool { return g.admins[account] || g.members[account] }

// model is a twin of the keeper that is obviously right: sets, and no index.
type model map[string]*group

// homeOf returns the organisation of an account, "" for none.
func (m model) homeOf(account string) string {
	for id, g := range m {
		if g.has(account) {
			return id
		}
	}
	return ""
}

func setOf(names ...string) map[string]bool {
	set := map[string]bool{}
	for _, n := range names {
		set[n] = true
	}
	return set
}

// step is one change: what the keeper makes of it, and whether and how the model changes by it.
type step struct {
	name   string
	keeper func(ctx sdk.Context, f *fixture, org, account string) error
	model  func(m model, org, account string) bool
}

var everyStep = []step{
	{
		"admit",
		func(ctx sdk.Context, f *fixture, org, account string) error {
			_, err := f.server.Admit(ctx, &types.MsgAdmit{Id: org, Name: org, Admins: addrs(account)})
			return err
		},
		func(m model, org, account string) bool {
			if m[org] != nil || m.homeOf(account) != "" {
				return false
			}
			m[org] = &group{admins: setOf(account), members: setOf(), offered: setOf()}
			return true
		},
	},
	{
		"offer",
		func(ctx sdk.Context, f *fixture, org, account string) error {
			_, err := f.OfferMembership(ctx, org, addr(account))
			return err
		},
		func(m model, org, account string) bool {
			g := m[org]
			if g == nil || g.offered[account] || m.homeOf(account) != "" {
				return false
			}
			g.offered[account] = true
			return true
		},
	},
	{
		"accept",
		func(ctx sdk.Context, f *fixture, org, account string) error {
			_, err := f.AcceptMembership(ctx, org, addr(account))
			return err
		},
		func(m model, org, account string) bool {
			g := m[org]
			if g == nil || !g.offered[account] || g.revoked || m.homeOf(account) != "" {
				return false
			}
			delete(g.offered, account)
			g.members[account] = true
			return true
		},
	},
	{
		"remove",
		func(ctx sdk.Context, f *fixture, org, account string) error {
			_, _, err := f.RemoveMember(ctx, org, addr(account))
			return err
		},
		func(m model, org, account string) bool {
			g := m[org]
			if g == nil || !g.offered[account] && !g.members[account] {
				return false
			}
			if g.offered[account] {
				delete(g.offered, account)
			} else {
				delete(g.members, account)
			}
			return true
		},
	},
	{
		"leave",
		func(ctx sdk.Context, f *fixture, org, account string) error {
			_, err := f.Leave(ctx, org, addr(account))
			return err
		},
		func(m model, org, account string) bool {
			g := m[org]
			if g == nil || !g.has(account) || g.admins[account] && len(g.admins) == 1 {
				return false
			}
			delete(g.admins, account)
			delete(g.members, account)
			return true
		},
	},
	{
		"add admin",
		func(ctx sdk.Context, f *fixture, org, account string) error {
			_, err := f.AddAdmin(ctx, org, addr(account))
			return err
		},
		func(m model, org, account string) bool {
			g := m[org]
			if g == nil || !g.has(account) || g.admins[account] {
				return false
			}
			g.admins[account] = true
			return true
		},
	},
	{
		"remove admin",
		func(ctx sdk.Context, f *fixture, org, account string) error {
			_, err := f.RemoveAdmin(ctx, org, addr(account))
			return err
		},
		func(m model, org, account string) bool {
			g := m[org]
			if g == nil || !g.admins[account] || len(g.admins) == 1 {
				return false
			}
			delete(g.admins, account)
			g.members[account] = true
			return true
		},
	},
	{
		"recover",
		func(ctx sdk.Context, f *fixture, org, account string) error {
			return f.Recover(ctx, org, addrs(account))
		},
		func(m model, org, account string) bool {
			g, home := m[org], m.homeOf(account)
			if g == nil || home != "" && home != org {
				return false
			}
			for a := range g.admins {
				g.members[a] = true
			}
			g.admins = setOf(account)
			if home == "" {
				delete(g.offered, account)
			}
			return true
		},
	},
	{
		"revoke",
		func(ctx sdk.Context, f *fixture, org, _ string) error {
			return f.SetStatus(ctx, org, types.STATUS_REVOKED)
		},
		func(m model, org, _ string) bool {
			if m[org] != nil {
				m[org].revoked = true
			}
			return m[org] != nil
		},
	},
	{
		"restore",
		func(ctx sdk.Context, f *fixture, org, _ string) error {
			return f.SetStatus(ctx, org, types.STATUS_ACTIVE)
		},
		func(m model, org, _ string) bool {
			if m[org] != nil {
				m[org].revoked = false
			}
			return m[org] != nil
		},
	},
}

// TestMembershipLaws plays random changes to the keeper and to the model: they agree on what is refused and on every record,
// an account is in the index exactly when it belongs somewhere, and the state survives genesis.
func TestMembershipLaws(t *testing.T) {
	orgs, accounts := []string{"acme", "base", "core"}, []string{"ann", "bob", "carl", "dora", "emil"}
	rapid.Check(t, func(rt *rapid.T) {
		f, m := newFixture(t), model{}
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			s := rapid.SampledFrom(everyStep).Draw(rt, "step")
			org, account := rapid.SampledFrom(orgs).Draw(rt, "org"), rapid.SampledFrom(accounts).Draw(rt, "account")
			ctx, write := f.ctx.CacheContext()
			err := s.keeper(ctx, f, org, account)
			if err == nil {
				write()
			}
			require.Equal(rt, s.model(m, org, account), err == nil, "%s %s %s: %v", s.name, org, account, err)
		}
		for _, org := range orgs {
			got, err := f.GetOrganisation(f.ctx, org)
			if m[org] == nil {
				require.ErrorIs(rt, err, types.ErrNotFound)
				continue
			}
			require.NoError(rt, err)
			require.ElementsMatch(rt, addrs(slices.Collect(maps.Keys(m[org].admins))...), got.Admins)
			require.ElementsMatch(rt, addrs(slices.Collect(maps.Keys(m[org].members))...), got.Members)
			require.ElementsMatch(rt, addrs(slices.Collect(maps.Keys(m[org].offered))...), got.Offered)
			require.Equal(rt, m[org].revoked, got.Status == types.STATUS_REVOKED)
		}
		for _, account := range accounts {
			org, found, err := f.OrgOf(f.ctx, rawOf(account))
			require.NoError(rt, err)
			require.Equal(rt, m.homeOf(account), org)
			require.Equal(rt, org != "", found)
		}
		requireSameAfterGenesis(t, rt, f)
	})
}

// requireSameAfterGenesis takes the state through genesis: it is valid, and comes out as it went in, the index of accounts and
// the window of admissions included.
func requireSameAfterGenesis(t *testing.T, rt require.TestingT, f *fixture) {
	g, err := f.ExportGenesis(f.ctx)
	require.NoError(rt, err)
	require.NoError(rt, g.Validate(addresses))
	fresh := newFixture(t)
	require.NoError(rt, fresh.InitGenesis(fresh.ctx, *g))
	again, err := fresh.ExportGenesis(fresh.ctx)
	require.NoError(rt, err)
	require.Equal(rt, g, again)
	require.Equal(rt, indexOf(rt, f), indexOf(rt, fresh))
}

// indexOf returns what follows from the records: who belongs where, and who was admitted when.
func indexOf(t require.TestingT, f *fixture) (entries []string) {
	require.NoError(t, f.OrgByAccount.Walk(f.ctx, nil, func(account sdk.AccAddress, org string) (bool, error) {
		entries = append(entries, account.String()+" "+org)
		return false, nil
	}))
	admissions, err := f.Admissions.Iterate(f.ctx, nil)
	require.NoError(t, err)
	keys, err := admissions.Keys()
	require.NoError(t, err)
	for _, key := range keys {
		entries = append(entries, fmt.Sprintf("%s at %d", key.K2(), key.K1()))
	}
	return entries
}
