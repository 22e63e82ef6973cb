package nodetest

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/gogoproto/proto"
)

// AnswerBlocks makes a node answer as if it were at a height and had caught up with its chain, with the given typed events by height of
// block.
func AnswerBlocks(t *testing.T, n *Node, height int64, events map[int64][]proto.Message) {
	t.Helper()
	told := map[int64][]*abci.Event{}
	for at, list := range events {
		for _, e := range list {
			event, err := sdk.TypedEventToEvent(e)
			require.NoError(t, err)
			raw := abci.Event(event)
			told[at] = append(told[at], &raw)
		}
	}
	Answer(n, "/cosmos.base.node.v1beta1.Service/Status", func(*nodeservice.StatusRequest) (*nodeservice.StatusResponse, error) {
		return &nodeservice.StatusResponse{Height: uint64(height)}, nil
	})
	Answer(n, "/cosmos.base.tendermint.v1beta1.Service/GetSyncing", func(*cmtservice.GetSyncingRequest) (*cmtservice.GetSyncingResponse, error) {
		return &cmtservice.GetSyncingResponse{}, nil
	})
	Answer(n, "/cosmos.base.tendermint.v1beta1.Service/GetBlockResults", func(r *cmtservice.GetBlockResultsRequest) (*cmtservice.GetBlockResultsResponse, error) {
		if r.Height > height {
			return nil, status.Errorf(codes.InvalidArgument, "height %d must be less than or equal to %d", r.Height, height)
		}
		return &cmtservice.GetBlockResultsResponse{Height: r.Height, FinalizeBlockEvents: told[r.Height]}, nil
	})
}
