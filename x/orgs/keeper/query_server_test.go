package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/x/orgs/types"
)

func TestQueriesOfOneOrganisation(t *testing.T) {
	f := newFixture(t)
	f.admit(t, "acme", types.ROLE_WORKER)
	f.join(t, "acme", "bob")
	byID, err := f.query.Organisation(f.ctx, &types.QueryOrganisationRequest{Id: "acme"})
	require.NoError(t, err)
	require.Equal(t, f.get(t, "acme"), byID.Organisation)
	for _, account := range []string{"acme", "bob"} {
		of, err := f.query.OrganisationOf(f.ctx, &types.QueryOrganisationOfRequest{Address: addr(account)})
		require.NoError(t, err)
		require.Equal(t, byID.Organisation, of.Organisation)
	}
	for _, tc := range []struct {
		name string
		ask  func() error
		code codes.Code
		says string
	}{
		{"unknown id", func() error {
			_, err := f.query.Organisation(f.ctx, &types.QueryOrganisationRequest{Id: "base"})
			return err
		}, codes.NotFound, `"base"`},
		{"account of none", func() error {
			_, err := f.query.OrganisationOf(f.ctx, &types.QueryOrganisationOfRequest{Address: addr("carl")})
			return err
		}, codes.NotFound, addr("carl") + " belongs to no organisation"},
		{"no address", func() error {
			_, err := f.query.OrganisationOf(f.ctx, &types.QueryOrganisationOfRequest{Address: "carl"})
			return err
		}, codes.InvalidArgument, `address "carl"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := tc.ask()
			require.Equal(t, tc.code, status.Code(err))
			require.ErrorContains(t, err, tc.says)
		})
	}
}

// Pages follow each other in the order of ids, and hold each organisation once.
func TestOrganisationsArePaged(t *testing.T) {
	f := newFixture(t)
	for _, id := range []string{"core", "acme", "base"} {
		f.admit(t, id)
	}
	var seen []string
	for page := (&query.PageRequest{Limit: 2}); ; {
		res, err := f.query.Organisations(f.ctx, &types.QueryOrganisationsRequest{Pagination: page})
		require.NoError(t, err)
		for _, org := range res.Organisations {
			seen = append(seen, org.Id)
		}
		if len(res.Pagination.NextKey) == 0 {
			break
		}
		require.Len(t, res.Organisations, 2)
		page.Key = res.Pagination.NextKey
	}
	require.Equal(t, []string{"acme", "base", "core"}, seen)
}
