package order

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/cmd/internal/nodetest"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

func TestRequests(t *testing.T) {
	n := nodetest.NewNode(t)
	requests := []markettypes.Request{{
		Id: "aa", Requester: someOwner, Height: 99, Limit: 40_000, Filled: 2, Expiry: 101,
		Job: markettypes.Job{App: "studio/ray:1", Size_: 5, Trust: 100, Tags: []string{"tee"}},
	}}
	nodetest.Answer(n, marketOf+"RestingRequests", func(*markettypes.QueryRestingRequestsRequest) (*markettypes.QueryRestingRequestsResponse, error) {
		return &markettypes.QueryRestingRequestsResponse{Requests: requests}, nil
	})
	out, err := n.RunCommand(t, NewCommand(), "requests")
	require.NoError(t, err)
	rows := fields(out)
	require.Equal(t, []string{"A REPLICA UP TO", "TASKS LEFT", "CATEGORY", "TRUST", "TAGS", "EXPIRES", "AGE", "APP", "REQUESTER", "ID"}, rows[0])
	require.Equal(t, []string{"3", "-", "99%", "tee", "in 1 block", "1 block", "studio/ray:1", someOwner, "aa"}, rows[1][1:])
	out, err = n.RunCommand(t, NewCommand(), "requests", "--output", "json")
	require.NoError(t, err)
	require.Contains(t, out, `"requests": [`)

	requests = nil
	out, err = n.RunCommand(t, NewCommand(), "requests")
	require.NoError(t, err)
	require.Contains(t, out, "no requests for executions without a category rest on the book")
	require.Contains(t, out, "what names a pool waits there: --pool POOL")
}
