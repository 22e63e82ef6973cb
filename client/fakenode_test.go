package client

import (
	"cmp"
	"context"
	"encoding/hex"
	"net"
	"sync"
	"testing"
	"time"

	errorsmod "cosmossdk.io/errors"
	abci "github.com/cometbft/cometbft/abci/types"
	p2p "github.com/cometbft/cometbft/proto/tendermint/p2p"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	sdkclient "github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/client/sender"
)

// testTx decodes transactions with the SDK's own code, as a node does.
var testTx = func() sdkclient.TxConfig {
	config, err := authtx.NewTxConfigWithOptions(sharedEncoding().codec, authtx.ConfigOptions{
		EnabledSignModes: authtx.DefaultSignModes,
		SigningOptions:   signingOptions(),
	})
	if err != nil {
		panic(err)
	}
	return config
}()

// fakeNode is a node that answers the calls of the client.
type fakeNode struct {
	chainID string

	mu       sync.Mutex
	height   int64
	now      time.Time
	syncing  bool
	down     bool
	frozen   chan struct{} // if not nil, calls are answered only after it is closed
	events   map[int64][]abci.Event
	pruned   int64 // the node has neither results nor blocks up to this height
	refuse   *sdk.TxResponse
	gas      uint64 // the gas that a transaction needs
	price    string // the price of a unit of gas
	sent     [][]byte
	included map[string]*sdk.TxResponse
	// execute answers the messages of a transaction. The transaction is then included at once. It runs with mu held. May be nil.
	execute func(msgs []sdk.Msg) []proto.Message
	// refuseTx returns the error with which a transaction fails in its block. It runs with mu held. May be nil.
	refuseTx func(msgs []sdk.Msg) error
	// services registers further services beside the node's own. May be nil.
	services func(*grpc.Server)
}

func newFakeNode(chainID string) *fakeNode {
	return &fakeNode{chainID: chainID, height: 1, now: time.Now(), events: map[int64][]abci.Event{}, included: map[string]*sdk.TxResponse{}}
}

// serve starts the node and returns its endpoint.
func (n *fakeNode) serve(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	down := func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		n.mu.Lock()
		down, frozen := n.down, n.frozen
		n.mu.Unlock()
		if frozen != nil {
			<-frozen
		}
		if down {
			return nil, status.Error(codes.Unavailable, "down")
		}
		return next(ctx, req)
	}
	server := grpc.NewServer(grpc.ForceServerCodec(sharedEncoding().codec.GRPCCodec()), grpc.UnaryInterceptor(down))
	cmtservice.RegisterServiceServer(server, cometOf{fakeNode: n})
	nodeservice.RegisterServiceServer(server, nodeOf{fakeNode: n})
	txtypes.RegisterServiceServer(server, txOf{fakeNode: n})
	authtypes.RegisterQueryServer(server, authOf{fakeNode: n})
	if n.services != nil {
		n.services(server)
	}
	go server.Serve(listener)
	t.Cleanup(server.Stop)
	return listener.Addr().String()
}

func (n *fakeNode) set(change func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	change()
}

func (n cometOf) GetNodeInfo(context.Context, *cmtservice.GetNodeInfoRequest) (*cmtservice.GetNodeInfoResponse, error) {
	return &cmtservice.GetNodeInfoResponse{DefaultNodeInfo: &p2p.DefaultNodeInfo{Network: n.chainID}}, nil
}

func (n cometOf) GetSyncing(context.Context, *cmtservice.GetSyncingRequest) (*cmtservice.GetSyncingResponse, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return &cmtservice.GetSyncingResponse{Syncing: n.syncing, EarliestBlockHeight: n.pruned + 1}, nil
}

// GetBlockByHeight fails for pruned blocks with CometBFT's own words. Other blocks hold the transactions that were sent.
func (n cometOf) GetBlockByHeight(_ context.Context, req *cmtservice.GetBlockByHeightRequest) (*cmtservice.GetBlockByHeightResponse, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case req.Height <= n.pruned:
		return nil, status.Errorf(codes.Unknown, "height %d is not available, lowest height is %d", req.Height, n.pruned+1)
	case req.Height > n.height:
		return nil, status.Error(codes.InvalidArgument, "requested block height is bigger than the chain length")
	}
	return &cmtservice.GetBlockByHeightResponse{Block: &cmtproto.Block{Data: cmtproto.Data{Txs: n.sent}}}, nil
}

func (n cometOf) GetBlockResults(_ context.Context, req *cmtservice.GetBlockResultsRequest) (*cmtservice.GetBlockResultsResponse, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if req.Height > n.height || req.Height <= n.pruned {
		return nil, status.Error(codes.Internal, "no results")
	}
	out := &cmtservice.GetBlockResultsResponse{Height: req.Height}
	for _, e := range n.events[req.Height] {
		out.FinalizeBlockEvents = append(out.FinalizeBlockEvents, &e)
	}
	return out, nil
}

// Each service has a type of its own, because the generated defaults of all services are embedded under the same name.
type (
	cometOf struct {
		*cmtservice.UnimplementedServiceServer
		*fakeNode
	}
	nodeOf struct {
		*nodeservice.UnimplementedServiceServer
		*fakeNode
	}
	txOf struct {
		*txtypes.UnimplementedServiceServer
		*fakeNode
	}
	authOf struct {
		*authtypes.UnimplementedQueryServer
		*fakeNode
	}
)

func (n nodeOf) Status(context.Context, *nodeservice.StatusRequest) (*nodeservice.StatusResponse, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.now
	return &nodeservice.StatusResponse{Height: uint64(n.height), Timestamp: &now}, nil
}

func (n nodeOf) Config(context.Context, *nodeservice.ConfigRequest) (*nodeservice.ConfigResponse, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return &nodeservice.ConfigResponse{MinimumGasPrice: cmp.Or(n.price, "0.002ucred")}, nil
}

func (n *fakeNode) setPrice(text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.price = text
}

func (n authOf) AccountInfo(_ context.Context, req *authtypes.QueryAccountInfoRequest) (*authtypes.QueryAccountInfoResponse, error) {
	return &authtypes.QueryAccountInfoResponse{Info: &authtypes.BaseAccount{Address: req.Address, AccountNumber: 7}}, nil
}

func (n txOf) BroadcastTx(_ context.Context, req *txtypes.BroadcastTxRequest) (*txtypes.BroadcastTxResponse, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sent = append(n.sent, req.TxBytes)
	if n.refuse != nil {
		return &txtypes.BroadcastTxResponse{TxResponse: n.refuse}, nil
	}
	hash := sender.TxHash(req.TxBytes)
	if n.execute != nil {
		tx, err := testTx.TxDecoder()(req.TxBytes)
		if err != nil {
			return nil, err
		}
		if tx.(sdk.FeeTx).GetGas() < n.gas {
			n.included[hash] = &sdk.TxResponse{TxHash: hash, Height: n.height, Codespace: sdkerrors.RootCodespace, Code: sdkerrors.ErrOutOfGas.ABCICode(), RawLog: "out of gas"}
			return &txtypes.BroadcastTxResponse{TxResponse: &sdk.TxResponse{TxHash: hash}}, nil
		}
		if n.refuseTx != nil {
			if err := n.refuseTx(tx.GetMsgs()); err != nil {
				space, code, log := errorsmod.ABCIInfo(err, false)
				n.included[hash] = &sdk.TxResponse{TxHash: hash, Height: n.height, Codespace: space, Code: code, RawLog: log}
				return &txtypes.BroadcastTxResponse{TxResponse: &sdk.TxResponse{TxHash: hash}}, nil
			}
		}
		var data sdk.TxMsgData
		for _, answer := range n.execute(tx.GetMsgs()) {
			packed, err := codectypes.NewAnyWithValue(answer)
			if err != nil {
				return nil, err
			}
			data.MsgResponses = append(data.MsgResponses, packed)
		}
		raw, err := proto.Marshal(&data)
		if err != nil {
			return nil, err
		}
		n.included[hash] = &sdk.TxResponse{TxHash: hash, Height: n.height, Data: hex.EncodeToString(raw)}
	}
	return &txtypes.BroadcastTxResponse{TxResponse: &sdk.TxResponse{TxHash: hash}}, nil
}

// ABCIQuery simulates a transaction. A transaction with a fee takes feeGas more, as on a chain.
func (n cometOf) ABCIQuery(_ context.Context, req *cmtservice.ABCIQueryRequest) (*cmtservice.ABCIQueryResponse, error) {
	if req.Path != "/app/simulate" {
		return nil, status.Errorf(codes.InvalidArgument, "path %s", req.Path)
	}
	tx, err := testTx.TxDecoder()(req.Data)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.refuseTx != nil {
		if err := n.refuseTx(tx.GetMsgs()); err != nil {
			res := sdkerrors.QueryResult(errorsmod.Wrap(err, "failed to simulate tx"), false)
			return &cmtservice.ABCIQueryResponse{Code: res.Code, Codespace: res.Codespace, Log: res.Log}, nil
		}
	}
	used := n.gas
	if fee, ok := tx.(sdk.FeeTx); ok && !fee.GetFee().IsZero() {
		used += feeGas
	}
	value, err := codec.ProtoMarshalJSON(&sdk.SimulationResponse{GasInfo: sdk.GasInfo{GasUsed: used}, Result: &sdk.Result{}}, nil)
	return &cmtservice.ABCIQueryResponse{Value: value}, err
}

const feeGas = 20_000

func (n txOf) GetTx(_ context.Context, req *txtypes.GetTxRequest) (*txtypes.GetTxResponse, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	res, ok := n.included[req.Hash]
	if !ok {
		return nil, status.Error(codes.NotFound, "tx not found")
	}
	return &txtypes.GetTxResponse{TxResponse: res}, nil
}

func dialFake(t *testing.T, nodes ...*fakeNode) *Conn {
	t.Helper()
	var endpoints []string
	for _, n := range nodes {
		endpoints = append(endpoints, n.serve(t))
	}
	conn, err := Dial(context.Background(), endpoints, "")
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn
}
