package devnet

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	p2p "github.com/cometbft/cometbft/proto/tendermint/p2p"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/credence-chain/credence/client"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// fakeNode is a node of height 10 that has one worker.
type fakeNode struct {
	cmtservice.UnimplementedServiceServer
	workerstypes.UnimplementedQueryServer
	worker workerstypes.Worker
}

// fakeStatus tells the height.
type fakeStatus struct {
	nodeservice.UnimplementedServiceServer
}

func (*fakeNode) GetNodeInfo(context.Context, *cmtservice.GetNodeInfoRequest) (*cmtservice.GetNodeInfoResponse, error) {
	return &cmtservice.GetNodeInfoResponse{DefaultNodeInfo: &p2p.DefaultNodeInfo{Network: "dev-1"}}, nil
}

func (*fakeStatus) Status(context.Context, *nodeservice.StatusRequest) (*nodeservice.StatusResponse, error) {
	return &nodeservice.StatusResponse{Height: 10}, nil
}

func (f *fakeNode) Worker(context.Context, *workerstypes.QueryWorkerRequest) (*workerstypes.QueryWorkerResponse, error) {
	return &workerstypes.QueryWorkerResponse{Worker: f.worker}, nil
}

// A devnet that continues is ready although the chain keeps a worker out. It is not ready while a worker has trouble of its own.
func TestReadyBesideWorkersThatAreKeptOut(t *testing.T) {
	node := &fakeNode{}
	server := grpc.NewServer(grpc.ForceServerCodec(client.Codec().(codec.GRPCCodecProvider).GRPCCodec()))
	cmtservice.RegisterServiceServer(server, node)
	nodeservice.RegisterServiceServer(server, &fakeStatus{})
	workerstypes.RegisterQueryServer(server, node)
	listener, err := net.Listen("tcp", loopbackAddress(0))
	require.NoError(t, err)
	go server.Serve(listener)
	t.Cleanup(server.Stop)
	worker := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "a reason", http.StatusServiceUnavailable)
	}))
	n := &Network{Info: &Info{ChainID: "dev-1", GRPC: []string{listener.Addr().String()}, Validators: []ValidatorInfo{{Name: "val-1"}}, Workers: []WorkerInfo{{Organisation: "amber", Endpoint: worker.URL}}}}
	court := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(court.Close)
	n.Info.Validators[0].Court = court.URL
	for _, tc := range []struct {
		name   string
		record workerstypes.Worker
		out    bool
	}{
		{"trouble of its own", workerstypes.Worker{Bonded: 5}, false},
		{"jailed", workerstypes.Worker{Bonded: 5, Jailed: true}, true},
		{"paused", workerstypes.Worker{Bonded: 5, Paused: true}, true},
		{"cooling down", workerstypes.Worker{Bonded: 5, CoolingUntil: 11}, true},
		{"no stake is free", workerstypes.Worker{Bonded: 5, Locked: 5}, true},
	} {
		node.worker = tc.record
		said, err := n.checkAll(t.Context())
		if !tc.out {
			require.EqualError(t, err, "worker amber: not ready: a reason", tc.name)
			continue
		}
		require.NoError(t, err, tc.name)
		require.Equal(t, "ready: 1 of 1 validators, 0 of 1 workers, 1 of 1 court executors; the chain keeps out 1 workers: jailed, paused, cooling down or without stake", said, tc.name)
	}
	node.worker = workerstypes.Worker{Jailed: true}
	worker.Close()
	_, err = n.checkAll(t.Context())
	require.Error(t, err, "a worker whose process does not answer is not kept out by the chain alone")
}
