// Package nodetest is a node for tests. It answers over real gRPC what the test tells it to answer. Only tests import it.
package nodetest

import (
	"context"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	p2p "github.com/cometbft/cometbft/proto/tendermint/p2p"
	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/devinfo"
)

// ChainID is the chain id of the node.
const ChainID = "nodetest-1"

// Height is the height of the node's latest block.
const Height = 100

// Node answers the queries for which Answer was called. For others it says that it does not know them.
type Node struct {
	// Endpoint is HOST:PORT.
	Endpoint string

	mu      sync.Mutex
	answers map[string]func(grpc.ServerStream) error
	asked   []string
}

// NewNode starts a node that has a chain id, a height, and a balance of 5 CRED for every account. From then on the test finds no devnet on
// this machine.
func NewNode(t *testing.T) *Node {
	t.Helper()
	t.Setenv(devinfo.EnvInfo, filepath.Join(t.TempDir(), "no-devnet.json"))
	n := &Node{answers: map[string]func(grpc.ServerStream) error{}}
	Answer(n, "/cosmos.base.tendermint.v1beta1.Service/GetNodeInfo", func(*cmtservice.GetNodeInfoRequest) (*cmtservice.GetNodeInfoResponse, error) {
		return &cmtservice.GetNodeInfoResponse{DefaultNodeInfo: &p2p.DefaultNodeInfo{Network: ChainID}}, nil
	})
	Answer(n, "/cosmos.base.node.v1beta1.Service/Status", func(*nodeservice.StatusRequest) (*nodeservice.StatusResponse, error) {
		return &nodeservice.StatusResponse{Height: Height}, nil
	})
	Answer(n, "/cosmos.bank.v1beta1.Query/Balance", func(*banktypes.QueryBalanceRequest) (*banktypes.QueryBalanceResponse, error) {
		coin := sdk.NewInt64Coin(credence.Denom, 5_000_000)
		return &banktypes.QueryBalanceResponse{Balance: &coin}, nil
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer(grpc.ForceServerCodec(credence.Codec().(codec.GRPCCodecProvider).GRPCCodec()), grpc.UnknownServiceHandler(n.handleCall))
	go func() { _ = server.Serve(listener) }() // Serve returns when the server is stopped
	t.Cleanup(server.Stop)
	n.Endpoint = listener.Addr().String()
	return n
}

// Answer makes a node answer a method with a function. The method has its full name, such as "/credence.market.v1.Query/Order".
func Answer[Req, Res any](n *Node, method string, answer func(*Req) (*Res, error)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.answers[method] = func(stream grpc.ServerStream) error {
		req := new(Req)
		if err := stream.RecvMsg(req); err != nil {
			return err
		}
		res, err := answer(req)
		if err != nil {
			return err
		}
		return stream.SendMsg(res)
	}
}

// Asked returns the methods that were called, in order.
func (n *Node) Asked() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]string(nil), n.asked...)
}

func (n *Node) handleCall(_ any, stream grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(stream)
	n.mu.Lock()
	n.asked = append(n.asked, method)
	answer := n.answers[method]
	n.mu.Unlock()
	if answer == nil {
		return status.Errorf(codes.Unimplemented, "the test has no answer to %s", method)
	}
	return answer(stream)
}

// RunCommand runs a command with arguments, and returns what it wrote to standard output. If the command has the flag --node, the flag
// names this node.
func (n *Node) RunCommand(t *testing.T, of *cobra.Command, args ...string) (string, error) {
	t.Helper()
	root := &cobra.Command{Use: "credence"}
	root.AddCommand(of)
	root.SilenceUsage, root.SilenceErrors = true, true
	var out strings.Builder
	root.SetOut(&out)
	root.SetErr(io.Discard)
	root.SetIn(strings.NewReader(""))
	root.SetArgs(append(append([]string{of.Name()}, args...), "--node", n.Endpoint))
	err := root.ExecuteContext(context.Background())
	return out.String(), err
}
