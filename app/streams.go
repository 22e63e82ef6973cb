package app

import (
	abci "github.com/cometbft/cometbft/abci/types"
	gogogrpc "github.com/cosmos/gogoproto/grpc"
	gogoproto "github.com/cosmos/gogoproto/proto"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection"
	serverreflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app/watchservice"
	"github.com/credence-chain/credence/client/stream"
	streamtypes "github.com/credence-chain/credence/client/stream/types"
	"github.com/credence-chain/credence/internal/reasons"
)

// streamFrom makes the node stream events from the block results of its consensus engine.
func (a *App) streamFrom(blocks watchservice.Results) {
	k := keepersOf(a)
	feed := stream.New(watchservice.Node{
		Blocks: blocks, Latest: a.LastBlockHeight, State: func() (sdk.Context, error) { return a.CreateQueryContext(0, false) },
		Tasks: k.Tasks, Deals: k.Deals,
	}, stream.Limits{})
	feed.Raise(a.LastBlockHeight())
	a.stream.Store(feed)
}

// RegisterGRPCServerWithSkipCheckHeader serves the queries over gRPC, and with them the streams, the node's health, and what is
// served (reflection). Every error carries details that programs can read.
func (a *App) RegisterGRPCServerWithSkipCheckHeader(server gogogrpc.Server, skip bool) {
	served, lists := server.(reflection.ServiceInfoProvider)
	server = reasons.Server{To: server}
	if lists {
		// The SDK serves version v1alpha of reflection alone, which clients leave behind.
		serverreflectionv1.RegisterServerReflectionServer(server, reflection.NewServerV1(reflection.ServerOptions{
			Services: served, DescriptorResolver: gogoproto.HybridResolver,
		}))
	}
	a.BaseApp.RegisterGRPCServerWithSkipCheckHeader(directBroadcast{server}, skip)
	state := health.NewServer()
	a.tellHealth(state)
	a.health.Store(state)
	healthv1.RegisterHealthServer(server, state)
	if feed := a.stream.Load(); feed != nil {
		streamtypes.RegisterWatchServer(server, watchservice.New(feed))
	}
}

// tellHealth reports that the node serves once it has a block. Before that it has no state to query.
func (a *App) tellHealth(to *health.Server) {
	state := healthv1.HealthCheckResponse_NOT_SERVING
	if a.LastBlockHeight() > 0 {
		state = healthv1.HealthCheckResponse_SERVING
	}
	to.SetServingStatus("", state)
}

// Commit commits the block, and then notifies those who wait for it.
func (a *App) Commit() (res *abci.ResponseCommit, err error) {
	defer a.reportFailure(&err)
	a.committing.Store(true)
	res, err = a.BaseApp.Commit()
	if err != nil {
		return res, err
	}
	a.noteHeight()
	a.committing.Store(false)
	if feed := a.stream.Load(); feed != nil {
		feed.Raise(a.committed.Load())
	}
	if state := a.health.Load(); state != nil {
		a.tellHealth(state)
	}
	return res, nil
}

// Info answers the engine when it connects: at a start, and after a sync from a snapshot.
func (a *App) Info(req *abci.RequestInfo) (*abci.ResponseInfo, error) {
	a.noteHeight()
	return a.BaseApp.Info(req)
}

// noteHeight keeps the height of the last block for checks of transactions and for queries: the SDK would hash all stores to return it.
func (a *App) noteHeight() { a.committed.Store(a.LastBlockHeight()) }
