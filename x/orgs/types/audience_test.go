package types_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec/address"

	"github.com/credence-chain/credence/x/orgs/types"
)

var addresses = address.NewBech32Codec("cred")

func account(t *testing.T, n byte) string {
	text, err := addresses.BytesToString(append(make([]byte, 19), n))
	require.NoError(t, err)
	return text
}

func TestAudienceValidate(t *testing.T) {
	alice := account(t, 1)
	for _, tc := range []struct {
		name     string
		malleate func(*types.Audience)
		says     string // "" for valid
	}{
		{"all three lists", func(*types.Audience) {}, ""},
		{"empty", func(a *types.Audience) { *a = types.Audience{} }, ""},
		{"as many as may be", func(a *types.Audience) { many(a, types.MaxAudience-2) }, ""},
		{"one more", func(a *types.Audience) { many(a, types.MaxAudience-1) }, "33 entries, expected at most 32"},
		{"no address", func(a *types.Audience) { a.Accounts[0] = "alice" }, "accounts[0]"},
		{"another chain's", func(a *types.Audience) { a.Accounts[0] = "cosmos1" + alice[5:] }, "accounts[0]"},
		{"in capitals", func(a *types.Audience) { a.Accounts[0] = strings.ToUpper(alice) }, "expected it written as"},
		{"account twice", func(a *types.Audience) { a.Accounts = append(a.Accounts, alice) }, "accounts[1]"},
		{"no id", func(a *types.Audience) { a.Organisations[0] = "Acme" }, "organisations[0]"},
		{"id empty", func(a *types.Audience) { a.Organisations[0] = "" }, "organisations[0]"},
		{"organisation twice", func(a *types.Audience) { a.Organisations = append(a.Organisations, "acme") }, "organisations[1]"},
		{"role nobody holds", func(a *types.Audience) { a.Roles[0] = types.ROLE_AUTHORITY }, "roles[0]"},
		{"role unknown", func(a *types.Audience) { a.Roles[0] = 99 }, "roles[0]"},
		{"role twice", func(a *types.Audience) { a.Roles = append(a.Roles, types.ROLE_REQUESTER) }, "roles[1]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := types.Audience{Accounts: []string{alice}, Organisations: []string{"acme"}, Roles: []types.Role{types.ROLE_REQUESTER}}
			tc.malleate(&a)
			err := a.Validate(addresses)
			if tc.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, types.ErrAudience)
			require.ErrorContains(t, err, tc.says)
		})
	}
}

func many(a *types.Audience, n int) {
	a.Organisations = nil
	for i := range n {
		a.Organisations = append(a.Organisations, fmt.Sprintf("org-%d", i))
	}
}

func TestAudienceMeets(t *testing.T) {
	alice, bob := account(t, 1), account(t, 2)
	worker, requester := []types.Role{types.ROLE_WORKER}, []types.Role{types.ROLE_REQUESTER, types.ROLE_PROVIDER}
	full := types.Audience{Accounts: []string{alice}, Organisations: []string{"acme"}, Roles: []types.Role{types.ROLE_REQUESTER}}
	for _, tc := range []struct {
		name     string
		audience types.Audience
		account  string
		org      string
		roles    []types.Role
		meets    bool
	}{
		{"empty means anyone", types.Audience{}, bob, "", nil, true},
		{"account", full, alice, "", nil, true},
		{"account, whatever its organisation", full, alice, "other", worker, true},
		{"organisation", full, bob, "acme", nil, true},
		{"role", full, bob, "other", requester, true},
		{"none of them", full, bob, "other", worker, false},
		{"of no organisation", full, bob, "", nil, false},
		{"a role without an organisation is none", full, bob, "", requester, false},
		{"no organisation is not the empty one", types.Audience{Organisations: []string{""}}, bob, "", nil, false},
		{"accounts alone", types.Audience{Accounts: []string{alice}}, bob, "acme", requester, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.Equal(t, tc.meets, tc.audience.Meets(tc.account, tc.org, tc.roles))
		})
	}
	require.True(t, types.Audience{}.IsEmpty())
	for _, a := range []types.Audience{{Accounts: []string{alice}}, {Organisations: []string{"acme"}}, {Roles: worker}} {
		require.False(t, a.IsEmpty())
	}
}
