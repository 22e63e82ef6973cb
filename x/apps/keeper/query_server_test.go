package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/x/apps/types"
)

func TestQueries(t *testing.T) {
	f := newFixture(t)
	for i := range 5 {
		f.publish(t, alice, fmt.Sprintf("app-%d", i), "1", digest)
	}
	var ids []string
	page := &query.PageRequest{Limit: 2}
	for {
		res, err := f.qry.Apps(f.ctx, &types.QueryAppsRequest{Pagination: page})
		require.NoError(t, err)
		require.LessOrEqual(t, len(res.Apps), 2)
		for _, a := range res.Apps {
			ids = append(ids, a.Id)
		}
		if len(res.Pagination.NextKey) == 0 {
			break
		}
		page = &query.PageRequest{Limit: 2, Key: res.Pagination.NextKey}
	}
	require.Equal(t, []string{"acme/app-0", "acme/app-1", "acme/app-2", "acme/app-3", "acme/app-4"}, ids)

	for i := range 120 {
		f.publish(t, alice, "app-1", fmt.Sprintf("2.%03d", i), digest)
	}
	app, err := f.qry.App(f.ctx, &types.QueryAppRequest{Id: "acme/app-1"})
	require.NoError(t, err)
	require.Len(t, app.Versions, 100, "bounded")
	require.Equal(t, "1", app.Versions[0].Version)

	version, err := f.qry.Version(f.ctx, &types.QueryVersionRequest{Reference: "acme/app-1:2.007"})
	require.NoError(t, err)
	require.Equal(t, "acme/app-1", version.App.Id)
	require.Equal(t, "2.007", version.Version.Version)

	_, err = f.qry.App(f.ctx, &types.QueryAppRequest{Id: "x"})
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = f.qry.Version(f.ctx, &types.QueryVersionRequest{Reference: "acme/app-1:9"})
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = f.qry.Version(f.ctx, &types.QueryVersionRequest{Reference: "x"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
}
