package task

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/cmd/internal/nodetest"
	"github.com/credence-chain/credence/internal/cli"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

var (
	ofTask    = "aa" + strings.Repeat("1", 62)
	ofDeal    = "bb" + strings.Repeat("2", 62)
	ofRequest = "cc" + strings.Repeat("3", 62)
)

// relatedNode knows a request, its deal and a task of that, each by its id and by the beginning of it.
func relatedNode(t *testing.T) *nodetest.Node {
	n := nodetest.NewNode(t)
	begins := func(prefix, id string) []string {
		if strings.HasPrefix(id, prefix) {
			return []string{id}
		}
		return nil
	}
	nodetest.Answer(n, "/credence.tasks.v1.Query/Resolve", func(r *taskstypes.QueryResolveRequest) (*taskstypes.QueryResolveResponse, error) {
		return &taskstypes.QueryResolveResponse{Tasks: begins(r.Prefix, ofTask)}, nil
	})
	nodetest.Answer(n, "/credence.deals.v1.Query/Resolve", func(r *dealstypes.QueryResolveRequest) (*dealstypes.QueryResolveResponse, error) {
		return &dealstypes.QueryResolveResponse{Deals: begins(r.Prefix, ofDeal)}, nil
	})
	nodetest.Answer(n, "/credence.market.v1.Query/Resolve", func(r *markettypes.QueryResolveRequest) (*markettypes.QueryResolveResponse, error) {
		return &markettypes.QueryResolveResponse{Requests: begins(r.Prefix, ofRequest)}, nil
	})
	nodetest.Answer(n, "/credence.tasks.v1.Query/Task", func(*taskstypes.QueryTaskRequest) (*taskstypes.QueryTaskResponse, error) {
		return &taskstypes.QueryTaskResponse{Task: taskstypes.Task{Id: ofTask}, Deal: dealstypes.Deal{Id: ofDeal, Request: ofRequest}}, nil
	})
	nodetest.Answer(n, "/credence.deals.v1.Query/Deal", func(*dealstypes.QueryDealRequest) (*dealstypes.QueryDealResponse, error) {
		return &dealstypes.QueryDealResponse{Deal: dealstypes.Deal{Id: ofDeal, Request: ofRequest}}, nil
	})
	nodetest.Answer(n, "/credence.market.v1.Query/Request", func(r *markettypes.QueryRequestRequest) (*markettypes.QueryRequestResponse, error) {
		require.Equal(t, ofRequest, r.Id)
		return &markettypes.QueryRequestResponse{Request: markettypes.Request{Id: ofRequest}}, nil
	})
	return n
}

// retry and cancel take the id of a request, of its deal or of its task, or the beginning of one; they need a key, and say so only
// once they know the request.
func TestRequestOfAnyID(t *testing.T) {
	for _, id := range []string{ofTask, ofDeal, ofRequest, ofTask[:12], ofDeal[:12], ofRequest[:12]} {
		for _, command := range []string{"retry", "cancel"} {
			n := relatedNode(t)
			_, err := n.RunCommand(t, NewCommand(), command, id)
			require.ErrorContains(t, err, "no key was given to pay with", "%s %s", command, id)
			require.Contains(t, n.Asked(), "/credence.market.v1.Query/Request", "%s %s", command, id)
		}
	}
}

func TestAgainRefuses(t *testing.T) {
	n := relatedNode(t)
	for _, tc := range []struct {
		args []string
		says string
	}{
		{[]string{"retry", "ffffffffffff"}, "ffffffffffff"},
		{[]string{"cancel", "ffffffffffff"}, "ffffffffffff"},
		{[]string{"retry", ofRequest, "--max-price", "lots"}, "--max-price"},
		{[]string{"retry", ofRequest, "--output", "yaml"}, "--output"},
		{[]string{"cancel", ofRequest, "--output", "yaml"}, "--output"},
		{[]string{"challenge", ofTask, "--output", "yaml"}, "--output"},
		{[]string{"challenge", ofTask, "--max-bond", "much"}, "--max-bond"},
		{[]string{"challenge", ofRequest}, "expected a task"},
		{[]string{"challenge", ofTask}, "no key was given to pay with"},
	} {
		_, err := n.RunCommand(t, NewCommand(), tc.args...)
		require.ErrorContains(t, err, tc.says, tc.args)
		require.NotEqual(t, 0, cli.ExitStatus(err))
	}
	_, err := n.RunCommand(t, NewCommand(), "retry")
	require.Equal(t, cli.ExitUsage, cli.ExitStatus(err))
}
