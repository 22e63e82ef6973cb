package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/release"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// TestDoctorChecksKeyRequests: doctor finds a proxy that forwards only reads, or that answers by itself. Behind one, a worker cannot
// give the keys that it owes.
func TestDoctorChecksKeyRequests(t *testing.T) {
	worker := &release.Server{ChainID: "credence-test"}
	for name, tc := range map[string]struct {
		front http.Handler
		words string
	}{
		"the worker":             {worker, ""},
		"reads alone":            {artifact.Handler(artifact.NewMemory()), "/keys/v1 does not reach the worker"},
		"waiting":                {&heldKeys{}, "503"},
		"answers everything":     {http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), "does not reach the worker"},
		"another kind of answer": {http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "{}", http.StatusBadRequest) }), "400"},
	} {
		t.Run(name, func(t *testing.T) {
			web := httptest.NewServer(tc.front)
			defer web.Close()
			err := checkKeyRequests(context.Background(), web.URL)
			if tc.words == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tc.words)
			require.NotContains(t, err.Error(), "%!")
		})
	}
}

// roll answers the query for one worker.
type roll struct {
	workerstypes.QueryClient
	endpoint string
}

func (r roll) Worker(_ context.Context, req *workerstypes.QueryWorkerRequest, _ ...grpc.CallOption) (*workerstypes.QueryWorkerResponse, error) {
	if req.Address != "me" {
		return nil, errors.New("not found")
	}
	return &workerstypes.QueryWorkerResponse{Worker: workerstypes.Worker{Endpoint: r.endpoint}}, nil
}

// TestWorkerKnowsItsURL: the worker takes requests for its registered endpoint without the slash at its end, because
// askers omit it.
func TestWorkerKnowsItsURL(t *testing.T) {
	url, err := endpointOf(roll{endpoint: "https://worker.example/base/"}, "me")(context.Background())
	require.NoError(t, err)
	require.Equal(t, "https://worker.example/base", url)
	_, err = endpointOf(roll{}, "other")(context.Background())
	require.Error(t, err)
}
