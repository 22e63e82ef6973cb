// Package setup writes the files from which a node runs: keys, configuration and genesis.
package setup

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/p2p"

	clientconfig "github.com/cosmos/cosmos-sdk/client/config"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"

	"github.com/credence-chain/credence/app/encoding"
	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/keyfile"
	"github.com/credence-chain/credence/x/poa/beaconkey"
)

// Node is one node of a network on one machine: its folder, ports and peers.
type Node struct {
	// Home is the node's folder.
	Home string
	// Moniker is the node's name among its peers.
	Moniker string
	// ChainID names the chain.
	ChainID string
	// Ports are where the node listens, on the loopback interface.
	Ports Ports
	// Peers are the nodes to stay connected with, as id@host:port.
	Peers []string
	// BlockTime is how long the node waits after a block before it begins the next; 0 leaves the engine's default.
	BlockTime time.Duration
	// Passphrase opens the encrypted keys; nil for the passphrase of the process (keyfile.Read).
	Passphrase keyfile.Source
}

// Ports of a node; 0 switches a service off, except P2P and RPC.
type Ports struct {
	P2P, RPC, GRPC, API, Prometheus int
}

// PortsFrom returns five consecutive ports from base upwards, in this order: P2P, RPC, GRPC, API, Prometheus.
func PortsFrom(base int) Ports {
	return Ports{P2P: base, RPC: base + 1, GRPC: base + 2, API: base + 3, Prometheus: base + 4}
}

// Keys are the public halves of a node's keys.
type Keys struct {
	// NodeID is the id by which peers name the node.
	NodeID string
	// Consensus is the ed25519 key that signs blocks.
	Consensus []byte
	// Beacon is the BLS key that signs beacon proofs. Possession proves that the node knows its secret half.
	Beacon, Possession []byte
	// Court is the account with which the seat answers in courts.
	Court string
}

// CourtKeyFile returns the path of the key that answers in courts, which the executor reads (credence-worker --key-file). The node itself
// does not use the key: the executor, with the key, may run on another machine.
func CourtKeyFile(home string) string { return filepath.Join(home, "config", "court.key") }

// BeaconKeyFile returns the path of a node's beacon key.
func BeaconKeyFile(home string) string { return filepath.Join(home, "config", beaconkey.FileName) }

// MakeKeys makes the keys that do not exist yet, and returns the public halves of all keys.
func (n Node) MakeKeys() (Keys, error) {
	for _, folder := range []string{cmtcfg.DefaultConfigDir, cmtcfg.DefaultDataDir} { // the engine panics when it cannot make these itself
		if err := os.MkdirAll(filepath.Join(n.Home, folder), 0o700); err != nil {
			return Keys{}, fmt.Errorf("folder of the node: %w", err)
		}
	}
	cfg := cmtcfg.DefaultConfig()
	cfg.SetRoot(n.Home)
	cmtcfg.EnsureRoot(n.Home)
	id, err := p2p.LoadOrGenNodeKey(cfg.NodeKeyFile())
	if err != nil {
		return Keys{}, fmt.Errorf("keys of node %s: %w", n.Home, err)
	}
	consensus, err := n.makeConsensusKey(cfg)
	if err != nil {
		return Keys{}, err
	}
	path := BeaconKeyFile(n.Home)
	key, err := beaconkey.Load(path, n.Passphrase)
	if errors.Is(err, os.ErrNotExist) {
		var seed []byte
		if seed, err = beaconkey.NewSeed(rand.Reader); err == nil {
			key, err = beaconkey.Save(path, seed)
		}
	}
	if err != nil {
		return Keys{}, err
	}
	court, err := credence.UnlockOrGenerateKey(CourtKeyFile(n.Home), n.Passphrase)
	if err != nil {
		return Keys{}, fmt.Errorf("court key: %w", err)
	}
	return Keys{NodeID: string(id.ID()), Consensus: consensus, Beacon: key.PublicKey(), Possession: key.Possession(), Court: court.Address()}, nil
}

// CometConfig returns the consensus engine's configuration of the node.
func (n Node) CometConfig() *cmtcfg.Config {
	cfg := DefaultCometConfig()
	cfg.SetRoot(n.Home)
	cfg.Moniker = n.Moniker
	cfg.RPC.ListenAddress = tcpAddress(n.Ports.RPC)
	cfg.RPC.PprofListenAddress = ""
	cfg.P2P.ListenAddress = tcpAddress(n.Ports.P2P)
	cfg.P2P.AddrBookStrict = false
	cfg.P2P.AllowDuplicateIP = true
	cfg.P2P.PersistentPeers = strings.Join(n.Peers, ",")
	if n.BlockTime > 0 {
		cfg.Consensus.TimeoutCommit = n.BlockTime
	}
	cfg.Instrumentation.Prometheus = n.Ports.Prometheus > 0
	cfg.Instrumentation.PrometheusListenAddr = fmt.Sprintf("127.0.0.1:%d", n.Ports.Prometheus)
	return cfg
}

// AppConfig returns the application's configuration of the node.
func (n Node) AppConfig() *serverconfig.Config {
	cfg := DefaultAppConfig()
	cfg.GRPC.Enable = n.Ports.GRPC > 0
	cfg.GRPC.Address = fmt.Sprintf("127.0.0.1:%d", n.Ports.GRPC)
	cfg.API.Enable = n.Ports.API > 0
	cfg.API.Address = tcpAddress(n.Ports.API)
	return cfg
}

// WriteConfig writes config.toml, app.toml and client.toml.
func (n Node) WriteConfig() error {
	dir := filepath.Join(n.Home, "config")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	cmtcfg.WriteConfigFile(filepath.Join(dir, "config.toml"), n.CometConfig())
	serverconfig.SetConfigTemplate(serverconfig.DefaultConfigTemplate)
	serverconfig.WriteConfigFile(filepath.Join(dir, "app.toml"), n.AppConfig())
	client := clientconfig.DefaultConfig()
	client.SetChainID(n.ChainID)
	client.SetNode(tcpAddress(n.Ports.RPC))
	client.SetKeyringBackend("test")
	return writeClientConfig(filepath.Join(dir, "client.toml"), client)
}

func writeClientConfig(path string, c *clientconfig.ClientConfig) error {
	text := fmt.Sprintf("# Defaults of the command line.\nchain-id = %q\nkeyring-backend = %q\nkeyring-default-keyname = %q\noutput = %q\nnode = %q\nbroadcast-mode = %q\n",
		c.ChainID, c.KeyringBackend, c.KeyringDefaultKeyName, c.Output, c.Node, c.BroadcastMode)
	return os.WriteFile(path, []byte(text), 0o600)
}

// PeerAddress returns the address at which other nodes reach this one.
func (n Node) PeerAddress(k Keys) string {
	return fmt.Sprintf("%s@127.0.0.1:%d", k.NodeID, n.Ports.P2P)
}

func tcpAddress(port int) string { return fmt.Sprintf("tcp://127.0.0.1:%d", port) }

// DefaultCometConfig returns the consensus engine's configuration of a new node.
func DefaultCometConfig() *cmtcfg.Config {
	cfg := cmtcfg.DefaultConfig()
	// Workers' deadlines count in blocks, so blocks must be made even when there is no transaction.
	cfg.Consensus.CreateEmptyBlocks = true
	return cfg
}

// cacheNodes is how many nodes of each store's tree are kept in memory. There are more than twenty stores. The SDK's 781,250 let a node take 5.8 GB
// after 14,000 tasks, where this takes 3.4 to 3.9 GB and no more processor time (docs/performance.md).
const cacheNodes = 100_000

// DefaultAppConfig returns the application's configuration of a new node: a minimum gas price, queries with a gas limit, an index of what
// people look for, snapshots for other nodes, and metrics for Prometheus.
func DefaultAppConfig() *serverconfig.Config {
	cfg := serverconfig.DefaultConfig()
	cfg.MinGasPrices = encoding.LeastGasPrice
	cfg.QueryGasLimit = 100_000_000
	cfg.IndexEvents = encoding.IndexedEvents()
	cfg.IAVLCacheSize = cacheNodes
	cfg.StateSync.SnapshotInterval, cfg.StateSync.SnapshotKeepRecent = SnapshotInterval, SnapshotKeep
	cfg.Telemetry.Enabled = true
	cfg.Telemetry.ServiceName = "credence"
	cfg.Telemetry.PrometheusRetentionTime = 60
	return cfg
}
