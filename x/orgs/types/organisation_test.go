package types_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/x/orgs/types"
)

// accountOf returns the address of account number n.
func accountOf(n int) string {
	raw := bytes.Repeat([]byte{byte(n), byte(n >> 8)}, 10)
	text, err := addresses.BytesToString(raw)
	if err != nil {
		panic(err)
	}
	return text
}

func accounts(from, to int) (list []string) {
	for n := from; n < to; n++ {
		list = append(list, accountOf(n))
	}
	return list
}

func TestOrganisationValidate(t *testing.T) {
	type org = types.Organisation
	for _, tc := range []struct {
		name     string
		malleate func(*org)
		says     string // "" when it is valid
	}{
		{"as it is", func(*org) {}, ""},
		{"the shortest id", func(o *org) { o.Id = "a-" }, ""},
		{"the longest id", func(o *org) { o.Id = strings.Repeat("9", types.MaxIDLen) }, ""},
		{"id too short", func(o *org) { o.Id = "a" }, `id "a": expected 2 to 32 characters`},
		{"id too long", func(o *org) { o.Id = strings.Repeat("a", types.MaxIDLen+1) }, "expected 2 to 32 characters"},
		{"id of other letters", func(o *org) { o.Id = "ac_me" }, "expected only a-z, 0-9 and '-'"},
		{"the longest name", func(o *org) { o.Name = strings.Repeat("n", types.MaxNameLen) }, ""},
		{"no name", func(o *org) { o.Name = "" }, "name of acme: 0 bytes"},
		{"name too long", func(o *org) { o.Name = strings.Repeat("n", types.MaxNameLen+1) }, "name of acme: 129 bytes"},
		{"as many admins as may be", func(o *org) { o.Admins = accounts(100, 100+types.MaxAdmins) }, ""},
		{"no admins", func(o *org) { o.Admins = nil }, "admins of acme: 0, expected 1 to 16"},
		{"too many admins", func(o *org) { o.Admins = accounts(100, 101+types.MaxAdmins) }, "admins of acme: 17"},
		{"as many members as may be", func(o *org) { o.Members = accounts(100, 100+types.MaxMembers) }, ""},
		{"too many members", func(o *org) { o.Members = accounts(100, 101+types.MaxMembers) }, "members of acme: 257, expected at most 256"},
		{"as many offers as may be", func(o *org) { o.Offered = accounts(100, 100+types.MaxOffered) }, ""},
		{"too many offers", func(o *org) { o.Offered = accounts(100, 101+types.MaxOffered) }, "offered of acme: 17 offers"},
		{"an admin who is a member", func(o *org) { o.Members = o.Admins }, ""},
		{"no address", func(o *org) { o.Members = []string{"x"} }, `members of acme: "x"`},
		{"an address in capitals", func(o *org) { o.Admins = []string{strings.ToUpper(accountOf(1))} }, "admins of acme: "},
		{"an account twice", func(o *org) { o.Members = []string{accountOf(5), accountOf(5)} }, "is there twice"},
		{"an offer to a member", func(o *org) { o.Offered = o.Members }, "belongs to it already"},
		{"revoked", func(o *org) { o.Status = types.STATUS_REVOKED }, ""},
		{"no status", func(o *org) { o.Status = types.STATUS_UNSPECIFIED }, "expected active or revoked"},
		{"a status that is none", func(o *org) { o.Status = types.STATUS_REVOKED + 1 }, "expected active or revoked"},
		{"admitted before the chain", func(o *org) { o.AdmittedHeight = -1 }, "admitted_height of acme: -1 is negative"},
		{"every role", func(o *org) {
			o.Roles = []types.Role{types.ROLE_VALIDATOR, types.ROLE_WORKER, types.ROLE_PROVIDER, types.ROLE_REQUESTER, types.ROLE_POOL_OPERATOR}
		}, ""},
		{"roles out of order", func(o *org) { o.Roles = []types.Role{types.ROLE_WORKER, types.ROLE_VALIDATOR} }, "roles[1]: ROLE_VALIDATOR: expected ascending order"},
		{"a role twice", func(o *org) { o.Roles = []types.Role{types.ROLE_WORKER, types.ROLE_WORKER} }, "roles[1]"},
		{"a role of accounts", func(o *org) { o.Roles = []types.Role{types.ROLE_ORG_ADMIN} }, "roles[0]: ROLE_ORG_ADMIN is not a role an organisation holds"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := org{Id: "acme", Name: "Acme", Admins: accounts(1, 2), Members: accounts(2, 4), Offered: accounts(4, 5), Status: types.STATUS_ACTIVE}
			tc.malleate(&o)
			err := o.Validate(addresses)
			if tc.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, types.ErrInvalidOrganisation)
			require.ErrorContains(t, err, tc.says)
		})
	}
}

// Accounts are those who belong, each once: Has says so of each, and of no other.
func TestAccountsAreThoseWhoBelong(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.SliceOfDistinct(rapid.IntRange(0, 9), func(n int) int { return n })
		var o types.Organisation
		for _, n := range some.Draw(t, "admins") {
			o.Admins = append(o.Admins, accountOf(n))
		}
		for _, n := range some.Draw(t, "members") {
			o.Members = append(o.Members, accountOf(n))
		}
		all := o.Accounts()
		for n := range 10 {
			times := 0
			for _, a := range all {
				if a == accountOf(n) {
					times++
				}
			}
			belongs := slices.Contains(o.Admins, accountOf(n)) || slices.Contains(o.Members, accountOf(n))
			require.Equal(t, belongs, o.Has(accountOf(n)))
			require.Equal(t, belongs, times == 1)
			require.LessOrEqual(t, times, 1)
		}
		before := slices.Clone(o.Members)
		o.AddMembers(o.Admins...)
		require.True(t, slices.Equal(before, o.Members[:len(before)]), "who was a member stays where it was")
		require.ElementsMatch(t, all, o.Members)
	})
}

// SortRoles makes of any roles what ValidateRoles takes, and leaves what it was given alone.
func TestSortedRolesAreValid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		held := rapid.SliceOf(rapid.SampledFrom([]types.Role{
			types.ROLE_VALIDATOR, types.ROLE_WORKER, types.ROLE_PROVIDER, types.ROLE_REQUESTER, types.ROLE_POOL_OPERATOR,
		})).Draw(t, "roles")
		before := slices.Clone(held)
		sorted := types.SortRoles(held)
		require.NoError(t, types.ValidateRoles(sorted))
		require.Equal(t, before, held)
		for _, r := range held {
			require.Contains(t, sorted, r)
		}
		for _, r := range sorted {
			require.Contains(t, held, r)
			o := types.Organisation{Roles: sorted, Status: types.STATUS_ACTIVE}
			require.True(t, o.Holds(r))
			o.Status = types.STATUS_REVOKED
			require.False(t, o.Holds(r), "a revoked organisation holds no role")
		}
	})
}
