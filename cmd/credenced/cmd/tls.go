package cmd

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/cosmos/cosmos-sdk/server"

	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/tlsfile"
)

// Flags of the TLS in front of a node's services. In app.toml they are settings of the section [tls].
const (
	flagTLSCert = "tls.cert"
	flagTLSKey  = "tls.key"
)

// front is one service of a node that TLS can stand before.
type front struct {
	flag     string // with the address on which TLS is served
	name     string // of the service, for people
	protocol string
	enabled  string // setting that switches the service on; empty for one that is always on
	address  string // setting with the address of the service
}

var fronts = []front{
	{"tls.grpc", "gRPC", "h2", "grpc.enable", "grpc.address"},
	{"tls.rest", "REST", "http/1.1", "api.enable", "api.address"},
	{"tls.rpc", "RPC", "http/1.1", "", "rpc.laddr"},
}

// addTLSFlags adds the flags to the start command.
func addTLSFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.String(flagTLSCert, "", "PEM file with the certificate and its chain for the addresses below; read anew when it changes")
	f.String(flagTLSKey, "", "PEM file with the certificate's key")
	for _, s := range fronts {
		f.String(s.flag, "", fmt.Sprintf("HOST:PORT at which %s is served with TLS as well; empty for none", s.name))
	}
}

// startFronts serves TLS in front of each service for which an address is set. The services themselves stay plain, on their own addresses.
func startFronts(ctx context.Context, svr *server.Context, g *errgroup.Group) error {
	certFile, keyFile := svr.Viper.GetString(flagTLSCert), svr.Viper.GetString(flagTLSKey)
	var chosen []front
	for _, s := range fronts {
		if svr.Viper.GetString(s.flag) != "" {
			chosen = append(chosen, s)
		}
	}
	switch {
	case len(chosen) == 0 && certFile == "" && keyFile == "":
		return nil
	case len(chosen) == 0:
		return &cli.Problem{What: "there is a certificate and no address that is served with TLS", Next: "give --tls.grpc, --tls.rest or --tls.rpc HOST:PORT", Exit: cli.ExitUsage}
	case certFile == "" || keyFile == "":
		return &cli.Problem{What: "--" + chosen[0].flag + ": there is no certificate, or no key of it", Next: "give --tls.cert FILE and --tls.key FILE", Exit: cli.ExitUsage}
	}
	config, err := tlsfile.Config(certFile, keyFile)
	if err != nil {
		return err
	}
	for _, s := range chosen {
		if err := s.start(ctx, svr, config, g); err != nil {
			return err
		}
	}
	return nil
}

// start serves TLS in front of the service until the context ends.
func (s front) start(ctx context.Context, svr *server.Context, config *tls.Config, g *errgroup.Group) error {
	address := svr.Viper.GetString(s.flag)
	if s.enabled != "" && !svr.Viper.GetBool(s.enabled) {
		return fmt.Errorf("--%s %s: the node's %s is off: enable it in app.toml, section [%s]", s.flag, address, s.name, strings.TrimSuffix(s.enabled, ".enable"))
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("--%s: %w", s.flag, err)
	}
	service := reachableAddress(svr.Viper.GetString(s.address))
	svr.Logger.Info("serving with TLS", "service", s.name, "address", listener.Addr().String())
	g.Go(func() error {
		if err := (tlsfile.Front{TLS: config, Protocol: s.protocol, Service: service}).Serve(ctx, listener); err != nil {
			return fmt.Errorf("--%s: %w", s.flag, err)
		}
		return nil
	})
	return nil
}
