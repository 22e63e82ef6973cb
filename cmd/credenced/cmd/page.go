package cmd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/server"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/web"
)

// flagWeb names where the node serves its page for browsers. In app.toml it is the key address of the section [web].
const flagWeb = "web.address"

// addPageFlag adds the flag to the start command.
func addPageFlag(cmd *cobra.Command) {
	cmd.Flags().String(flagWeb, "", "HOST:PORT of the page for browsers, which only reads; empty for none")
}

// startPage serves the page beside a node, if it is asked for. It reads the node over its gRPC, as anybody may.
func startPage(svr *server.Context, _ client.Context, ctx context.Context, g *errgroup.Group) error {
	address := svr.Viper.GetString(flagWeb)
	if address == "" {
		return nil
	}
	if !svr.Viper.GetBool("grpc.enable") {
		return fmt.Errorf("--%s %s: the page reads the node's gRPC, which is off: enable it in app.toml, section [grpc]", flagWeb, address)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("--%s: %w", flagWeb, err)
	}
	node := reachableAddress(svr.Viper.GetString("grpc.address"))
	g.Go(func() error {
		defer listener.Close()
		return servePage(ctx, listener, node, svr.Logger)
	})
	return nil
}

// servePage waits for the node to answer and serves until the context ends. The page is a help for people: its trouble is
// logged, and never ends the node.
func servePage(ctx context.Context, listener net.Listener, node string, logger log.Logger) error {
	conn, err := dialNode(ctx, node)
	if err != nil {
		return nil //nolint:nilerr // the node was stopped meanwhile
	}
	defer conn.Close()
	logger.Info("serving the page for browsers", "address", listener.Addr().String())
	if err := web.New(conn).Serve(ctx, listener); err != nil && !errors.Is(err, net.ErrClosed) {
		logger.Error("the page for browsers ended", "error", err)
	}
	return nil
}

// dialNode connects to the node, which may answer a little later. Only the context's end is an error.
func dialNode(ctx context.Context, node string) (*credence.Conn, error) {
	for {
		conn, err := credence.Dial(ctx, []string{node}, "")
		if err == nil {
			return conn, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// reachableAddress turns an address to listen on into one to connect to: what listens everywhere is reached on this machine.
func reachableAddress(listen string) string {
	if listen == "" {
		listen = serverconfig.DefaultGRPCAddress
	}
	host, port, err := net.SplitHostPort(strings.TrimPrefix(listen, "tcp://"))
	if err != nil {
		return listen
	}
	if host == "" || host == "0.0.0.0" || host == "::" {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
