package app_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"
	"github.com/stretchr/testify/require"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

type restApps struct {
	appstypes.UnimplementedQueryServer
}

func (restApps) Apps(context.Context, *appstypes.QueryAppsRequest) (*appstypes.QueryAppsResponse, error) {
	return &appstypes.QueryAppsResponse{}, nil
}

func (restApps) Datasets(context.Context, *appstypes.QueryDatasetsRequest) (*appstypes.QueryDatasetsResponse, error) {
	return &appstypes.QueryDatasetsResponse{}, nil
}

type restTasks struct {
	taskstypes.UnimplementedQueryServer
}

func (restTasks) Ledgers(context.Context, *taskstypes.QueryLedgersRequest) (*taskstypes.QueryLedgersResponse, error) {
	return &taskstypes.QueryLedgersResponse{}, nil
}

// The gateway takes the first route that fits. The path of a list must not be read as that of one record with an empty name.
func TestListsAreReachedByREST(t *testing.T) {
	mux := gwruntime.NewServeMux()
	require.NoError(t, appstypes.RegisterQueryHandlerServer(t.Context(), mux, &restApps{}))
	require.NoError(t, taskstypes.RegisterQueryHandlerServer(t.Context(), mux, &restTasks{}))
	for path, want := range map[string]int{
		"/credence/apps/v1/apps": http.StatusOK, "/credence/apps/v1/datasets": http.StatusOK, "/credence/tasks/v1/ledgers": http.StatusOK,
		"/credence/apps/v1/apps/acme/words": http.StatusNotImplemented, "/credence/tasks/v1/ledgers/class/10000": http.StatusNotImplemented,
	} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		require.Equal(t, want, w.Code, "%s: %s", path, w.Body)
	}
}
