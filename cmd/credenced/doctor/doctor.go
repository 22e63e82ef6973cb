// Package doctor has the command that checks everything on which a node depends.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	ctypes "github.com/cometbft/cometbft/rpc/core/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/spf13/cobra"
	"github.com/spf13/viper"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/cmd/credenced/setup"
	"github.com/credence-chain/credence/internal/checkup"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/keyfile"
	"github.com/credence-chain/credence/x/poa/beaconkey"
)

// Limits within which the node counts as healthy.
const (
	leastDisk = 5 << 30          // bytes free
	mostSkew  = 10 * time.Second // between this clock and the latest block's, while the chain makes blocks
	mostLag   = 10               // blocks behind the peer with the greatest height
)

// Command returns the command "doctor".
func Command() *cobra.Command {
	var home, passphraseFile string
	cmd := &cobra.Command{
		Use: "doctor", Short: "Check everything that this node depends on", Args: cobra.NoArgs,
		Long: `Check everything that this node depends on: its configuration, the modes of its key files, the disk, whether it answers,
its peers, how far it is, its clock, its services, the certificates of those with TLS, and, where its consensus key has a
seat, that the seat is active and the beacon key is the seat's. Exits with 1 when a check fails. The node is not disturbed.`,
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil },
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), time.Minute)
			defer cancel()
			return checkup.Report(ctx, cmd.OutOrStdout(), Checks(home, passphraseSource(passphraseFile)))
		},
	}
	byDefault := app.DefaultHome
	if env := os.Getenv("CREDENCED_HOME"); env != "" {
		byDefault = env
	}
	cmd.Flags().StringVar(&home, "home", byDefault, "the node's folder")
	cmd.Flags().StringVar(&passphraseFile, keyfile.Flag, "", keyfile.Usage)
	return cmd
}

// passphraseSource returns the source of the passphrase that the user names with --key-passphrase-file; nil without the flag. Doctor then
// says which keys it could not compare, and reports no fault.
func passphraseSource(file string) keyfile.Source {
	if file == "" {
		return nil
	}
	return keyfile.NewSource(file)
}

// Checks returns the checks of the node in a folder. They are ordered: later checks build on what earlier ones found. The passphrase opens
// the node's encrypted keys.
func Checks(home string, passphrase keyfile.Source) []checkup.Check {
	n := &node{home: home, passphrase: passphrase}
	return []checkup.Check{
		{Name: "config", Run: n.checkConfig},
		{Name: "keys", Run: n.checkKeys},
		{Name: "disk", Run: n.checkDisk},
		{Name: "node", Run: n.checkNode},
		{Name: "peers", Run: n.checkPeers},
		{Name: "height", Run: n.checkHeight},
		{Name: "clock", Run: n.checkClock},
		{Name: "services", Run: n.checkServices},
		{Name: "tls", Run: n.checkTLS},
		{Name: "seat", Run: n.checkSeat},
	}
}

// node holds what the checks have found out so far.
type node struct {
	home       string
	passphrase keyfile.Source
	comet      *cmtcfg.Config
	grpc       string // empty when it is off
	rest       string
	secured    []secured
	rpc        *rpchttp.HTTP
	status     *ctypes.ResultStatus
}

var (
	errNoConfig = errors.New("not checked: no configuration")
	errNoAnswer = errors.New("not checked: the node does not answer")
)

func (n *node) pathOf(name string) string { return filepath.Join(n.home, "config", name) }

func (n *node) checkConfig(context.Context) (string, error) {
	read := func(name string) (*viper.Viper, error) {
		v := viper.New()
		v.SetConfigFile(n.pathOf(name))
		return v, v.ReadInConfig()
	}
	comet, err := read("config.toml")
	if err != nil {
		return "", fmt.Errorf("%w; write it with: credenced network join", err)
	}
	cfg := cmtcfg.DefaultConfig()
	if err := comet.Unmarshal(cfg); err != nil {
		return "", err
	}
	cfg.SetRoot(n.home)
	if err := cfg.ValidateBasic(); err != nil {
		return "", fmt.Errorf("config.toml: %w", err)
	}
	application, err := read("app.toml")
	if err != nil {
		return "", err
	}
	if application.GetBool("grpc.enable") {
		n.grpc = application.GetString("grpc.address")
	}
	if application.GetBool("api.enable") {
		n.rest = application.GetString("api.address")
	}
	n.secured = readSecured(application)
	price := application.GetString("minimum-gas-prices")
	if coins, err := sdk.ParseDecCoins(price); err != nil || coins.IsZero() {
		return "", fmt.Errorf("app.toml: minimum-gas-prices is %q: anybody fills blocks for nothing; expected such as %s", price, encoding.LeastGasPrice)
	}
	if _, err := os.Stat(n.pathOf("genesis.json")); err != nil {
		return "", err
	}
	n.comet = cfg
	return n.home, nil
}

// checkDisk looks at the disk that holds the databases. It may be another disk than that of the node's folder.
func (n *node) checkDisk(context.Context) (string, error) {
	folder := n.home
	if n.comet != nil {
		if _, err := os.Stat(n.comet.DBDir()); err == nil {
			folder = n.comet.DBDir()
		}
	}
	return checkup.Disk(folder, leastDisk)
}

// checkKeys checks the modes of the files with secrets, and names the keys that could be encrypted but are plain.
func (n *node) checkKeys(context.Context) (string, error) {
	found, plain := 0, []string(nil)
	for _, name := range []string{"priv_validator_key.json", "node_key.json", beaconkey.FileName, filepath.Base(setup.CourtKeyFile(""))} {
		info, err := os.Stat(n.pathOf(name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // a remote signer, or a court executor on another machine, may hold this key
		}
		if err != nil {
			return "", err
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			return "", fmt.Errorf("%s: mode is %04o, others may read it; run: chmod 600 %s", n.pathOf(name), mode, cli.ShellQuote(n.pathOf(name)))
		}
		found++
		is, err := keyfile.IsEncrypted(n.pathOf(name))
		if err != nil {
			return "", err
		}
		if !is {
			plain = append(plain, name)
		}
	}
	return fmt.Sprintf("%d files, for their owner alone; %s", found, describePlain(plain)), nil
}

// describePlain says in words which keys are not encrypted.
func describePlain(names []string) string {
	if len(names) == 0 {
		return "all encrypted"
	}
	return "plain: " + strings.Join(names, ", ")
}

func (n *node) checkNode(ctx context.Context) (string, error) {
	if n.comet == nil {
		return "", errNoConfig
	}
	rpc, err := rpchttp.New(localAddress(n.comet.RPC.ListenAddress), "/websocket")
	if err != nil {
		return "", err
	}
	status, err := rpc.Status(ctx)
	if err != nil {
		return "", fmt.Errorf("%s does not answer: %w; is it running? credenced start --home %s", n.comet.RPC.ListenAddress, err, cli.ShellQuote(n.home))
	}
	n.rpc, n.status = rpc, status
	return fmt.Sprintf("%s on %s, version %s", status.NodeInfo.Moniker, status.NodeInfo.Network, status.NodeInfo.Version), nil
}

// localAddress turns the address on which a service listens into the address at which this machine reaches the service.
func localAddress(listen string) string {
	u, err := url.Parse(listen)
	if err != nil || u.Host == "" {
		u = &url.URL{Scheme: "tcp", Host: listen}
	}
	if host, port, err := net.SplitHostPort(u.Host); err == nil && (host == "" || net.ParseIP(host).IsUnspecified()) {
		u.Host = net.JoinHostPort("127.0.0.1", port)
	}
	return u.String()
}

func (n *node) checkPeers(ctx context.Context) (string, error) {
	if n.rpc == nil {
		return "", errNoAnswer
	}
	info, err := n.rpc.NetInfo(ctx)
	if err != nil {
		return "", err
	}
	if info.NPeers == 0 {
		return "", fmt.Errorf("none; check persistent_peers and seeds in %s, and that peers are reached at their ports", n.pathOf("config.toml"))
	}
	return fmt.Sprintf("%d", info.NPeers), nil
}

// checkHeight compares the node's height with the heights that its peers reported to it during consensus.
func (n *node) checkHeight(ctx context.Context) (string, error) {
	if n.rpc == nil {
		return "", errNoAnswer
	}
	height := n.status.SyncInfo.LatestBlockHeight
	if n.status.SyncInfo.CatchingUp {
		return "", fmt.Errorf("%d, and it is catching up with the chain; wait for it", height)
	}
	state, err := n.rpc.DumpConsensusState(ctx)
	if err != nil {
		return "", fmt.Errorf("%d, and the node does not say how far its peers are: %w", height, err)
	}
	furthest := height
	for _, p := range state.Peers {
		furthest = max(furthest, peerHeight(p.PeerState)-1) // a peer works on the block after its last
	}
	if furthest-height > mostLag {
		return "", fmt.Errorf("%d, and a peer is at %d", height, furthest)
	}
	return fmt.Sprintf("%d, %d behind the furthest peer", height, furthest-height), nil
}

func (n *node) checkClock(context.Context) (string, error) {
	if n.status == nil {
		return "", errNoAnswer
	}
	skew := time.Since(n.status.SyncInfo.LatestBlockTime).Round(time.Millisecond)
	if skew < -time.Second || skew > mostSkew {
		return "", fmt.Errorf("the latest block is %s away from this clock, expected at most %s: the clock is wrong, the chain stands still, or the node is behind", skew, mostSkew)
	}
	return fmt.Sprintf("%s after the latest block", skew), nil
}

// checkServices opens a connection to each service that is on.
func (n *node) checkServices(ctx context.Context) (string, error) {
	if n.comet == nil {
		return "", errNoConfig
	}
	services := [][2]string{{"p2p", n.comet.P2P.ListenAddress}, {"gRPC", n.grpc}, {"REST", n.rest}}
	if n.comet.Instrumentation.Prometheus {
		services = append(services, [2]string{"metrics", n.comet.Instrumentation.PrometheusListenAddr})
	}
	var up []string
	for _, s := range services {
		if s[1] == "" {
			continue
		}
		u, err := url.Parse(localAddress(s[1]))
		if err != nil {
			return "", fmt.Errorf("%s at %q: %w", s[0], s[1], err)
		}
		conn, err := (&net.Dialer{Timeout: 3 * time.Second}).DialContext(ctx, "tcp", u.Host)
		if err != nil {
			return "", fmt.Errorf("%s: %w", s[0], err)
		}
		conn.Close()
		up = append(up, s[0]+" "+u.Host)
	}
	return strings.Join(up, ", "), nil
}
