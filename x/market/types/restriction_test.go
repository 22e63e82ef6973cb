package types_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

func TestRestrictionMeets(t *testing.T) {
	owner := types.Party{Account: alice, Organisation: "acme", Roles: []orgstypes.Role{orgstypes.ROLE_PROVIDER}}
	for _, tc := range []struct {
		name  string
		r     types.Restriction
		id    string
		owner types.Party
		meets bool
	}{
		{"empty", types.Restriction{}, "acme/echo:1", types.Party{}, true},
		{"reference", only("acme/echo:1"), "acme/echo:1", owner, true},
		{"every version", only("acme/echo"), "acme/echo:1", owner, true},
		{"another version", only("acme/echo:2"), "acme/echo:1", owner, false},
		{"longer name", only("acme/echo"), "acme/echo2:1", owner, false},
		{"pool", only("fast"), "fast", owner, true},
		{"ids do not name owners", only("acme"), "acme/echo:1", owner, false},
		{"account", types.Restriction{Audience: audience(alice)}, "acme/echo:1", owner, true},
		{"another account", types.Restriction{Audience: audience(mal)}, "acme/echo:1", owner, false},
		{"neither id nor audience", types.Restriction{Ids: []string{"acme/x"}, Audience: audience(mal)}, "acme/echo:1", owner, false},
		{"id, not audience", types.Restriction{Ids: []string{"acme/echo"}, Audience: audience(mal)}, "acme/echo:1", owner, true},
		{"audience, not id", types.Restriction{Ids: []string{"acme/x"}, Audience: audience(alice)}, "acme/echo:1", owner, true},
		{"ids alone are no empty audience", only("acme/x"), "acme/echo:1", owner, false},
		{"role", types.Restriction{Audience: orgstypes.Audience{Roles: []orgstypes.Role{orgstypes.ROLE_PROVIDER}}}, "acme/echo:1", owner, true},
		{"role of none", types.Restriction{Audience: orgstypes.Audience{Roles: []orgstypes.Role{orgstypes.ROLE_PROVIDER}}}, "acme/echo:1", types.Party{Account: alice, Organisation: "acme"}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.Equal(t, tc.meets, tc.r.Meets(tc.id, tc.owner))
		})
	}
}

// The bound is on all restrictions of an order together.
func TestRestrictionBounds(t *testing.T) {
	many := func(n int) (ids []string) {
		for i := range n {
			ids = append(ids, fmt.Sprintf("acme/app-%d", i))
		}
		return ids
	}
	for _, tc := range []struct {
		name           string
		apps, datasets types.Restriction
		requesters     orgstypes.Audience
		expErr         error
		says           string
	}{
		{"32 in all", only(many(16)...), only(many(15)...), audience(rita), nil, ""},
		{"33 in all", only(many(16)...), only(many(16)...), audience(rita), types.ErrRestriction, "got 33 entries in all, expected at most 32"},
		{"twice", only("acme/echo", "acme/echo"), only(), audience(), types.ErrRestriction, `apps.ids[1]: "acme/echo" is there twice`},
		{"no app", only("acme"), only(), audience(), types.ErrRestriction, `apps.ids[0]: got "acme"`},
		{"no dataset", only(), only("acme/echo:"), audience(), types.ErrRestriction, `datasets.ids[0]: got "acme/echo:"`},
		{"no account", only(), only(), audience("x"), types.ErrRestriction, "requesters.accounts[0]"},
		{"no account of an owner", types.Restriction{Audience: audience("x")}, only(), audience(), types.ErrRestriction, "apps.audience.accounts[0]"},
		{"no role", only(), only(), orgstypes.Audience{Roles: []orgstypes.Role{orgstypes.ROLE_AUTHORITY}}, types.ErrRestriction, "requesters.roles[0]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := poolOrder()
			o.Pool.Apps, o.Pool.Datasets, o.Pool.Requesters = tc.apps, tc.datasets, tc.requesters
			err := o.Validate(codec, types.DefaultParams())
			require.ErrorIs(t, err, tc.expErr)
			if tc.expErr != nil {
				require.ErrorContains(t, err, tc.says)
			}
		})
	}
}
