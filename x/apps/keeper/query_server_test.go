package keeper_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/x/apps/types"
)

// pages follows a list to its end, two a page.
func pages(t *testing.T, list func(*query.PageRequest) ([]string, *query.PageResponse, error)) (ids []string) {
	request := &query.PageRequest{Limit: 2}
	for {
		found, next, err := list(request)
		require.NoError(t, err)
		require.LessOrEqual(t, len(found), 2)
		ids = append(ids, found...)
		if len(next.NextKey) == 0 {
			return ids
		}
		request = &query.PageRequest{Limit: 2, Key: next.NextKey}
	}
}

func TestLists(t *testing.T) {
	f := newFixture(t)
	for i := range 5 {
		f.publish(t, alice, fmt.Sprintf("app-%d", i), "1", digest)
		f.publishDataset(t, alice, fmt.Sprintf("data-%d", i), "1", digest)
	}
	f.publish(t, bob, "app", "1", digest)
	f.publishDataset(t, bob, "data", "1", digest)
	f.transfer(t, alice, "acme/app-3", bob)
	f.transfer(t, alice, "acme/data-0", bob)
	lists := map[string]func(owner string, p *query.PageRequest) ([]string, *query.PageResponse, error){
		"apps": func(_ string, p *query.PageRequest) (ids []string, _ *query.PageResponse, _ error) {
			res, err := f.qry.Apps(f.ctx, &types.QueryAppsRequest{Pagination: p})
			for _, a := range res.Apps {
				ids = append(ids, a.Id)
			}
			return ids, res.Pagination, err
		},
		"apps of": func(owner string, p *query.PageRequest) (ids []string, _ *query.PageResponse, _ error) {
			res, err := f.qry.AppsOf(f.ctx, &types.QueryAppsOfRequest{Owner: owner, Pagination: p})
			for _, a := range res.Apps {
				ids = append(ids, a.Id)
			}
			return ids, res.Pagination, err
		},
		"datasets": func(_ string, p *query.PageRequest) (ids []string, _ *query.PageResponse, _ error) {
			res, err := f.qry.Datasets(f.ctx, &types.QueryDatasetsRequest{Pagination: p})
			for _, a := range res.Datasets {
				ids = append(ids, a.Id)
			}
			return ids, res.Pagination, err
		},
		"datasets of": func(owner string, p *query.PageRequest) (ids []string, _ *query.PageResponse, _ error) {
			res, err := f.qry.DatasetsOf(f.ctx, &types.QueryDatasetsOfRequest{Owner: owner, Pagination: p})
			for _, a := range res.Datasets {
				ids = append(ids, a.Id)
			}
			return ids, res.Pagination, err
		},
	}
	for _, tc := range []struct {
		list, owner string
		want        []string
	}{
		{"apps", "", []string{"acme/app-0", "acme/app-1", "acme/app-2", "acme/app-3", "acme/app-4", "base/app"}},
		{"apps of", alice, []string{"acme/app-0", "acme/app-1", "acme/app-2", "acme/app-4"}},
		{"apps of", bob, []string{"acme/app-3", "base/app"}},
		{"apps of", mallory, nil},
		{"datasets", "", []string{"acme/data-0", "acme/data-1", "acme/data-2", "acme/data-3", "acme/data-4", "base/data"}},
		{"datasets of", alice, []string{"acme/data-1", "acme/data-2", "acme/data-3", "acme/data-4"}},
		{"datasets of", bob, []string{"acme/data-0", "base/data"}},
		{"datasets of", mallory, nil},
	} {
		t.Run(tc.list+" "+tc.owner, func(t *testing.T) {
			list := func(p *query.PageRequest) ([]string, *query.PageResponse, error) { return lists[tc.list](tc.owner, p) }
			require.Equal(t, tc.want, pages(t, list))
			whole, _, err := list(nil)
			require.NoError(t, err)
			require.Equal(t, tc.want, whole)
			for _, p := range []*query.PageRequest{{Offset: 1}, {CountTotal: true}} {
				_, _, err := list(p)
				require.Equal(t, codes.InvalidArgument, status.Code(err), "bounded cost")
			}
		})
	}
	_, err := f.qry.AppsOf(f.ctx, &types.QueryAppsOfRequest{Owner: "x"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	_, err = f.qry.DatasetsOf(f.ctx, &types.QueryDatasetsOfRequest{Owner: "x"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
}

// TestListsAreBounded: 100 a page, whatever is asked for.
func TestListsAreBounded(t *testing.T) {
	f := newFixture(t)
	for i := range 110 {
		f.publish(t, alice, fmt.Sprintf("app-%03d", i), "1", digest)
	}
	for _, limit := range []uint64{0, 100, 101, 1 << 40} {
		request := &query.PageRequest{Limit: limit}
		res, err := f.qry.Apps(f.ctx, &types.QueryAppsRequest{Pagination: request})
		require.NoError(t, err)
		require.Len(t, res.Apps, 100)
		require.NotEmpty(t, res.Pagination.NextKey)
		require.Equal(t, limit, request.Limit, "the request is the caller's")
		of, err := f.qry.AppsOf(f.ctx, &types.QueryAppsOfRequest{Owner: alice, Pagination: request})
		require.NoError(t, err)
		require.Len(t, of.Apps, 100)
	}
}

func TestQueries(t *testing.T) {
	f := newFixture(t)
	for i := range 120 {
		f.publish(t, alice, "count", fmt.Sprintf("2.%03d", i), digest)
		f.publishDataset(t, alice, "rows", fmt.Sprintf("2.%03d", i), digest)
	}
	f.publish(t, alice, "count2", "1", digest) // a name that begins with another
	app, err := f.qry.App(f.ctx, &types.QueryAppRequest{Id: "acme/count"})
	require.NoError(t, err)
	require.Len(t, app.Versions, 100, "bounded")
	require.Equal(t, "2.000", app.Versions[0].Version)
	dataset, err := f.qry.Dataset(f.ctx, &types.QueryDatasetRequest{Id: "acme/rows"})
	require.NoError(t, err)
	require.Equal(t, "acme/rows", dataset.Dataset.Id)
	require.Len(t, dataset.Versions, 100)
	app, err = f.qry.App(f.ctx, &types.QueryAppRequest{Id: "acme/count2"})
	require.NoError(t, err)
	require.Len(t, app.Versions, 1)

	version, err := f.qry.Version(f.ctx, &types.QueryVersionRequest{Reference: "acme/count:2.007"})
	require.NoError(t, err)
	require.Equal(t, "acme/count", version.App.Id)
	require.Equal(t, "2.007", version.Version.Version)
	rows, err := f.qry.DatasetVersion(f.ctx, &types.QueryDatasetVersionRequest{Reference: "acme/rows:2.007"})
	require.NoError(t, err)
	require.Equal(t, "acme/rows", rows.Dataset.Id)
	require.Equal(t, "2.007", rows.Version.Version)
	rows, err = f.qry.DatasetVersion(f.ctx, &types.QueryDatasetVersionRequest{Reference: digest})
	require.NoError(t, err)
	require.Equal(t, "acme/rows:2.000", rows.Version.Reference())

	for _, tc := range []struct {
		name string
		ask  func() error
		code codes.Code
	}{
		{"app", func() error { _, err := f.qry.App(f.ctx, &types.QueryAppRequest{Id: "x"}); return err }, codes.NotFound},
		{"app, a dataset", func() error { _, err := f.qry.App(f.ctx, &types.QueryAppRequest{Id: "acme/rows"}); return err }, codes.NotFound},
		{"dataset", func() error { _, err := f.qry.Dataset(f.ctx, &types.QueryDatasetRequest{Id: "acme/count"}); return err }, codes.NotFound},
		{"version", func() error {
			_, err := f.qry.Version(f.ctx, &types.QueryVersionRequest{Reference: "acme/count:9"})
			return err
		}, codes.NotFound},
		{"no reference", func() error { _, err := f.qry.Version(f.ctx, &types.QueryVersionRequest{Reference: "x"}); return err }, codes.InvalidArgument},
		{"dataset version", func() error {
			_, err := f.qry.DatasetVersion(f.ctx, &types.QueryDatasetVersionRequest{Reference: "acme/count:2.007"})
			return err
		}, codes.NotFound},
		{"no reference to a dataset", func() error {
			_, err := f.qry.DatasetVersion(f.ctx, &types.QueryDatasetVersionRequest{Reference: "sha256:1"})
			return err
		}, codes.InvalidArgument},
	} {
		t.Run(tc.name, func(t *testing.T) { require.Equal(t, tc.code, status.Code(tc.ask())) })
	}
}

// A digest is found by its beginning, once, however many versions have it; those of apps and of datasets apart.
func TestQueryResolveDigest(t *testing.T) {
	f := newFixture(t)
	at := func(begin string) string { return "sha256:" + begin + strings.Repeat("0", 64-len(begin)) }
	for i := range 12 {
		f.publish(t, alice, fmt.Sprintf("app-%d", i), "1", at("aaaa1"))
	}
	f.publish(t, alice, "other", "1", at("aaaa2"))
	f.publishDataset(t, alice, "data", "1", at("aaaa3"))
	resolve := func(prefix string) *types.QueryResolveDigestResponse {
		res, err := f.qry.ResolveDigest(f.ctx, &types.QueryResolveDigestRequest{Prefix: prefix})
		require.NoError(t, err)
		return res
	}
	require.Equal(t, &types.QueryResolveDigestResponse{Apps: []string{at("aaaa1"), at("aaaa2")}, Datasets: []string{at("aaaa3")}}, resolve("aaaa"))
	require.Equal(t, &types.QueryResolveDigestResponse{Apps: []string{at("aaaa1")}}, resolve("aaaa10"))
	require.Equal(t, &types.QueryResolveDigestResponse{Apps: []string{at("aaaa2")}}, resolve(strings.TrimPrefix(at("aaaa2"), "sha256:")))
	require.Equal(t, &types.QueryResolveDigestResponse{}, resolve("bbbb"))
	for i := range 20 {
		f.publish(t, alice, "many", fmt.Sprint(i), at(fmt.Sprintf("cccc%02x", i)))
	}
	require.Len(t, resolve("cccc").Apps, 10)
	for _, bad := range []string{"", "aaa", "sha256:aaaa", "AAAA"} {
		_, err := f.qry.ResolveDigest(f.ctx, &types.QueryResolveDigestRequest{Prefix: bad})
		require.Equal(t, codes.InvalidArgument, status.Code(err), bad)
	}
}
