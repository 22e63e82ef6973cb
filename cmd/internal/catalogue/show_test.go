package catalogue

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/cmd/internal/nodetest"
	appstypes "github.com/credence-chain/credence/x/apps/types"
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
