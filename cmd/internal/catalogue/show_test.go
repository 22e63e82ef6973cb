package catalogue

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/cmd/internal/nodetest"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

func TestShow(t *testing.T) {
	n := nodetest.NewNode(t)
	nodetest.Answer(n, "/credence.apps.v1.Query/Version", func(r *appstypes.QueryVersionRequest) (*appstypes.QueryVersionResponse, error) {
		if r.Reference != "studio/ray:1" {
			return nil, status.Error(codes.NotFound, "not found")
		}
		return &appstypes.QueryVersionResponse{App: appstypes.App{Id: "studio/ray"}, Version: appstypes.Version{Version: "1", Price: 7}}, nil
	})
	nodetest.Answer(n, "/credence.apps.v1.Query/DatasetVersion", func(*appstypes.QueryDatasetVersionRequest) (*appstypes.QueryDatasetVersionResponse, error) {
		return &appstypes.QueryDatasetVersionResponse{Dataset: appstypes.Dataset{Id: "acme/cities"}}, nil
	})
	out, err := n.RunCommand(t, NewShowCommand(), "app", "studio/ray:1")
	require.NoError(t, err)
	require.Contains(t, out, `"id": "studio/ray"`)
	require.Contains(t, out, `"price": "7"`)
	out, err = n.RunCommand(t, NewShowCommand(), "dataset", "acme/cities:1")
	require.NoError(t, err)
	require.Contains(t, out, `"id": "acme/cities"`)
	_, err = n.RunCommand(t, NewShowCommand(), "app", "studio/none:1")
	require.ErrorContains(t, err, `app: the chain has no "studio/none:1"`)
	require.ErrorContains(t, err, "credenced list apps")
}

// What a list prints can be shown: an app or a dataset without a version is shown with all of its versions.
func TestShowWithoutVersion(t *testing.T) {
	n := nodetest.NewNode(t)
	nodetest.Answer(n, "/credence.apps.v1.Query/App", func(r *appstypes.QueryAppRequest) (*appstypes.QueryAppResponse, error) {
		if r.Id != "studio/ray" {
			return nil, status.Error(codes.NotFound, "not found")
		}
		return &appstypes.QueryAppResponse{App: appstypes.App{Id: r.Id}, Versions: []appstypes.Version{{Version: "1.0"}, {Version: "1.1"}}}, nil
	})
	nodetest.Answer(n, "/credence.apps.v1.Query/Dataset", func(r *appstypes.QueryDatasetRequest) (*appstypes.QueryDatasetResponse, error) {
		return &appstypes.QueryDatasetResponse{Dataset: appstypes.Dataset{Id: r.Id}, Versions: []appstypes.DatasetVersion{{Version: "2024"}}}, nil
	})
	out, err := n.RunCommand(t, NewShowCommand(), "app", "studio/ray")
	require.NoError(t, err)
	require.Contains(t, out, `"version": "1.0"`)
	require.Contains(t, out, `"version": "1.1"`)
	out, err = n.RunCommand(t, NewShowCommand(), "dataset", "acme/cities")
	require.NoError(t, err)
	require.Contains(t, out, `"version": "2024"`)
	_, err = n.RunCommand(t, NewShowCommand(), "app", "studio/none")
	require.ErrorContains(t, err, `app: the chain has no "studio/none"`)
	require.ErrorContains(t, err, "credenced list apps")
}

// Where the chain has nothing of a name, the one that was probably meant is proposed: of an app in another version the nearest version, or the last.
func TestNamesAreProposed(t *testing.T) {
	n := nodetest.NewNode(t)
	nodetest.Answer(n, "/credence.apps.v1.Query/Version", func(*appstypes.QueryVersionRequest) (*appstypes.QueryVersionResponse, error) {
		return nil, status.Error(codes.NotFound, "not found")
	})
	nodetest.Answer(n, "/credence.apps.v1.Query/Apps", func(*appstypes.QueryAppsRequest) (*appstypes.QueryAppsResponse, error) {
		return &appstypes.QueryAppsResponse{Apps: []appstypes.App{{Id: "studio/count"}, {Id: "studio/ray"}}}, nil
	})
	nodetest.Answer(n, "/credence.apps.v1.Query/App", func(r *appstypes.QueryAppRequest) (*appstypes.QueryAppResponse, error) {
		if r.Id != "studio/ray" {
			return nil, status.Error(codes.NotFound, "not found")
		}
		return &appstypes.QueryAppResponse{App: appstypes.App{Id: r.Id}, Versions: []appstypes.Version{{Version: "2023-winter"}, {Version: "2024-summer"}}}, nil
	})
	nodetest.Answer(n, "/credence.workers.v1.Query/Pool", func(r *workerstypes.QueryPoolRequest) (*workerstypes.QueryPoolResponse, error) {
		return nil, status.Errorf(codes.Unknown, "codespace market code 57: pool: got %q, expected a pool that the chain has: unknown pool", r.Id)
	})
	nodetest.Answer(n, "/credence.workers.v1.Query/Pools", func(*workerstypes.QueryPoolsRequest) (*workerstypes.QueryPoolsResponse, error) {
		return &workerstypes.QueryPoolsResponse{Pools: []workerstypes.Pool{{Id: "north"}}}, nil
	})
	for _, tc := range []struct{ kind, name, want string }{
		{"app", "studio/rya:2023-winter", "did you mean studio/ray:2023-winter?"},
		{"app", "studio/ray:2023-wintre", "did you mean studio/ray:2023-winter?"},
		{"app", "studio/ray:1", "did you mean studio/ray:2024-summer?"},
		{"app", "studio/rya", "did you mean studio/ray?"},
		{"app", "acme/other:1", ""},
		{"pool", "nroth", "did you mean north?"},
		{"pool", "south-pole", ""},
	} {
		_, err := n.RunCommand(t, NewShowCommand(), tc.kind, tc.name)
		require.Error(t, err, tc)
		require.ErrorContains(t, err, tc.name, tc)
		if tc.want == "" {
			require.NotContains(t, err.Error(), "did you mean", tc)
			continue
		}
		require.ErrorContains(t, err, tc.want, tc)
	}
}
