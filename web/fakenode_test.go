package web

import (
	"context"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	p2p "github.com/cometbft/cometbft/proto/tendermint/p2p"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/client"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// tip is the height of the fake node's latest block.
const tip = 100

// fakeNode is a node with one task, over real gRPC.
type fakeNode struct {
	endpoint string
	blocks   *fakeBlocks
	status   *fakeStatus

	mu    sync.Mutex
	asked []string
}

// questions returns the methods that were called, in their order.
func (n *fakeNode) questions() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]string(nil), n.asked...)
}

// countAsked returns how often a method was called, by the end of its name.
func (n *fakeNode) countAsked(method string) (count int) {
	for _, asked := range n.questions() {
		if strings.HasSuffix(asked, method) {
			count++
		}
	}
	return count
}

func newFakeNode(t *testing.T, task taskstypes.Task, deal dealstypes.Deal) *fakeNode {
	t.Helper()
	n := &fakeNode{blocks: &fakeBlocks{events: map[int64][]proto.Message{}}, status: &fakeStatus{}}
	n.status.height.Store(tip)
	server := grpc.NewServer(grpc.ForceServerCodec(client.Codec().(codec.GRPCCodecProvider).GRPCCodec()),
		grpc.UnaryInterceptor(func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
			n.mu.Lock()
			n.asked = append(n.asked, info.FullMethod)
			n.mu.Unlock()
			return handler(ctx, req)
		}))
	cmtservice.RegisterServiceServer(server, n.blocks)
	nodeservice.RegisterServiceServer(server, n.status)
	taskstypes.RegisterQueryServer(server, &fakeTasks{task: task, deal: deal})
	dealstypes.RegisterQueryServer(server, &fakeDeals{deal: deal})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = server.Serve(listener) }() // the goroutine ends with Stop
	t.Cleanup(server.Stop)
	n.endpoint = listener.Addr().String()
	return n
}

// fakeBlocks are blocks that take five seconds each. Set its fields before the node is asked.
type fakeBlocks struct {
	cmtservice.UnimplementedServiceServer
	events map[int64][]proto.Message
	kept   int64 // the first block whose events the node still has
}

func (*fakeBlocks) GetNodeInfo(context.Context, *cmtservice.GetNodeInfoRequest) (*cmtservice.GetNodeInfoResponse, error) {
	return &cmtservice.GetNodeInfoResponse{DefaultNodeInfo: &p2p.DefaultNodeInfo{Network: "page-1"}}, nil
}

func (f *fakeBlocks) GetBlockByHeight(_ context.Context, r *cmtservice.GetBlockByHeightRequest) (*cmtservice.GetBlockByHeightResponse, error) {
	at := time.Unix(1_700_000_000+5*r.Height, 0).UTC()
	return &cmtservice.GetBlockByHeightResponse{SdkBlock: &cmtservice.Block{Header: cmtservice.Header{Height: r.Height, Time: at}}}, nil
}

func (f *fakeBlocks) GetBlockResults(_ context.Context, r *cmtservice.GetBlockResultsRequest) (*cmtservice.GetBlockResultsResponse, error) {
	if r.Height < f.kept {
		return nil, status.Errorf(codes.Unknown, "could not find results for height #%d", r.Height)
	}
	res := &cmtservice.GetBlockResultsResponse{}
	for _, m := range f.events[r.Height] {
		event, err := sdk.TypedEventToEvent(m)
		if err != nil {
			return nil, err
		}
		sent := abci.Event(event)
		res.FinalizeBlockEvents = append(res.FinalizeBlockEvents, &sent)
	}
	return res, nil
}

type fakeStatus struct {
	nodeservice.UnimplementedServiceServer
	height atomic.Uint64
}

func (f *fakeStatus) Status(context.Context, *nodeservice.StatusRequest) (*nodeservice.StatusResponse, error) {
	return &nodeservice.StatusResponse{Height: f.height.Load()}, nil
}

type fakeTasks struct {
	taskstypes.UnimplementedQueryServer
	task taskstypes.Task
	deal dealstypes.Deal
}

func (f *fakeTasks) Task(_ context.Context, r *taskstypes.QueryTaskRequest) (*taskstypes.QueryTaskResponse, error) {
	if r.Id != f.task.Id {
		return nil, status.Error(codes.NotFound, "no task "+r.Id)
	}
	return &taskstypes.QueryTaskResponse{Task: f.task, Deal: f.deal}, nil
}

func (f *fakeTasks) TasksByState(_ context.Context, r *taskstypes.QueryTasksByStateRequest) (*taskstypes.QueryTasksByStateResponse, error) {
	if r.Pagination == nil || r.Pagination.Limit == 0 || r.Pagination.Limit > pageSize {
		return nil, status.Error(codes.Internal, "the page asks for whole lists")
	}
	return &taskstypes.QueryTasksByStateResponse{Tasks: []taskstypes.Task{f.task}, Pagination: &query.PageResponse{NextKey: []byte("k\xff")}}, nil
}

type fakeDeals struct {
	dealstypes.UnimplementedQueryServer
	deal dealstypes.Deal
}

func (f *fakeDeals) Deal(context.Context, *dealstypes.QueryDealRequest) (*dealstypes.QueryDealResponse, error) {
	return &dealstypes.QueryDealResponse{Deal: f.deal}, nil
}
