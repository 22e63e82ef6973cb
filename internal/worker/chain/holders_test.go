package chain

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// book answers the query for one worker.
type book struct {
	workerstypes.QueryClient
	endpoints map[string]string
}

func (b book) Worker(_ context.Context, req *workerstypes.QueryWorkerRequest, _ ...grpc.CallOption) (*workerstypes.QueryWorkerResponse, error) {
	endpoint, found := b.endpoints[req.Address]
	if !found {
		return nil, errors.New("not found")
	}
	return &workerstypes.QueryWorkerResponse{Worker: workerstypes.Worker{Address: req.Address, Endpoint: endpoint}}, nil
}

// TestHolders: the holders are exactly the workers that have committed.
func TestHolders(t *testing.T) {
	workers := book{endpoints: map[string]string{"a": "http://a", "b": "http://b", "c": "http://c", "me": "http://me", "mute": ""}}
	task := taskstypes.Task{Seats: []taskstypes.Seat{
		{Who: "a", State: taskstypes.SEAT_STATE_REVEALED}, {Who: "b", State: taskstypes.SEAT_STATE_DRAWN},
		{Who: "me", State: taskstypes.SEAT_STATE_COMMITTED}, {Who: "gone", State: taskstypes.SEAT_STATE_COMMITTED},
		{Who: "mute", State: taskstypes.SEAT_STATE_COMMITTED}, {Who: "c", State: taskstypes.SEAT_STATE_COMMITTED},
		{Who: "a", State: taskstypes.SEAT_STATE_SILENT},
	}}
	urls, err := Holders(context.Background(), workers, task, "me", time.Second)
	require.Equal(t, []string{"http://a", "http://c"}, urls)
	require.ErrorContains(t, err, "worker gone", "who is not found may be there a moment later")
	workers.endpoints["gone"] = "http://gone"
	urls, err = Holders(context.Background(), workers, task, "me", time.Second)
	require.NoError(t, err)
	require.Equal(t, []string{"http://a", "http://gone", "http://c"}, urls)
}
