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

	"github.com/cosmos/cosmos-sdk/server"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/web"
)

// flagWeb is the flag with the address at which the node serves its page for browsers. In app.toml the setting is "address" in the section
// [web].
const flagWeb = "web.address"

// addPageFlag adds the flag to the start command.
func addPageFlag(cmd *cobra.Command) {
	cmd.Flags().String(flagWeb, "", "HOST:PORT of the page for browsers, which only reads; empty for none")
}

// startPage serves the page beside a node if the flag is set. The page reads the node over gRPC, as any client may.
func startPage(ctx context.Context, svr *server.Context, g *errgroup.Group) error {
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

// servePage waits until the node answers, and then serves the page until the context ends. Errors of the page are logged and never end the
// node, which can do its work without the page.
func servePage(ctx context.Context, listener net.Listener, node string, logger log.Logger) error {
	conn, err := dialNode(ctx, node)
	if err != nil {
		return nil //nolint:nilerr // the context ended first
	}
	defer conn.Close()
	logger.Info("serving the page for browsers", "address", listener.Addr().String())
	if err := web.New(conn).Serve(ctx, listener); err != nil && !errors.Is(err, net.ErrClosed) {
		logger.Error("the page for browsers ended", "error", err)
	}
	return nil
}

// dialNode connects to the node, and retries until the node answers. It fails only when the context ends.
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

// reachableAddress turns an address to listen on into an address to connect to: for one that means all interfaces, it returns the loopback
// address.
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
