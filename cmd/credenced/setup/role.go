package setup

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/p2p"

	clientconfig "github.com/cosmos/cosmos-sdk/client/config"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"

	"github.com/credence-chain/credence/internal/printable"
)

// This file configures a node that has a machine of its own (Member): it uses the standard ports, and its configuration follows from its
// role. Several nodes on one machine are configured by Node, in node.go. Most of a role is about who may connect to whom: a validator can
// hide behind sentries, and a seed offers its services to its own machine only.

// Role is the purpose of a node.
type Role string

// The roles.
const (
	// RoleValidator signs blocks. Only its own organisation uses its services.
	RoleValidator Role = "validator"
	// RoleSentry shields its validator: the validator connects only to its sentries, and they connect to the network.
	RoleSentry Role = "sentry"
	// RoleSeed tells nodes the addresses of other nodes and does nothing else.
	RoleSeed Role = "seed"
	// RoleFull serves workers, requesters and explorers.
	RoleFull Role = "full"
	// RoleArchive is a full node that keeps every state and indexes every attribute of events.
	RoleArchive Role = "archive"
)

// Roles lists all roles.
var Roles = []Role{RoleValidator, RoleSentry, RoleSeed, RoleFull, RoleArchive}

// Ports of a node that has a machine of its own.
const (
	P2PPort        = 26656
	RPCPort        = 26657
	GRPCPort       = 9090
	RESTPort       = 1317
	PrometheusPort = 26660
)

// Snapshots for state sync that every node keeps, except a seed.
const (
	SnapshotInterval = 1000 // blocks
	SnapshotKeep     = 3
)

// Member is one node of a network that spans several machines.
type Member struct {
	// Home is the node's folder, Moniker its name among peers, ChainID the chain's name.
	Home, Moniker, ChainID string
	Role                   Role
	// Listen is the address on which the node listens for peers, Serve the address for RPC, gRPC, REST and metrics; both without a port.
	Listen, Serve string
	// External is host:port at which peers reach the node; when empty, peers use the address from which the node connects.
	External string
	// Peers are nodes to stay connected with, Seeds are nodes to ask for more peers; both as id@host:port.
	Peers, Seeds []string
	// Sentries are the sentries of a validator. With sentries, a validator connects to no other node.
	Sentries []string
	// Signer is the address tcp://IP:PORT on which a validator listens for its remote signer; empty when the node has the key.
	Signer string
	// Protects are the ids of the nodes whose addresses a sentry tells nobody.
	Protects []string
	// Private says that peers may have private addresses, and that several peers may have the same one.
	Private bool
	// SnapshotInterval is the number of blocks between snapshots; 0 for the default.
	SnapshotInterval uint64
	// BlockTime is how long the node waits after a block before it begins the next; 0 for the default.
	BlockTime time.Duration
	// Keyring is the backend of the command line's keyring.
	Keyring string
	// StateSync, if set, lets the node start from a snapshot of others; nil lets it replay all blocks.
	StateSync *StateSync
}

// StateSync says which servers and which block a node trusts when it starts from a snapshot.
type StateSync struct {
	// Servers are the RPC URLs of two nodes or more.
	Servers []string
	// Height and Hash name the block that is trusted.
	Height int64
	Hash   string
	// Period is how old that block may be.
	Period time.Duration
}

// Validate checks that the settings fit together. Errors name the flag.
func (m Member) Validate() error {
	return cmp.Or(m.checkRole(), m.checkSigner(), m.checkMoniker(), m.checkAddresses(), m.checkPeers(), m.checkTime())
}

// checkRole refuses settings that only another role may have.
func (m Member) checkRole() error {
	switch {
	case !slices.Contains(Roles, m.Role):
		return fmt.Errorf("--role %s: expected one of %v", m.Role, Roles)
	case len(m.Sentries) > 0 && m.Role != RoleValidator:
		return fmt.Errorf("--sentry: a %s has none, expected --role %s", m.Role, RoleValidator)
	case len(m.Protects) > 0 && m.Role != RoleSentry:
		return fmt.Errorf("--protect: a %s protects nobody, expected --role %s", m.Role, RoleSentry)
	}
	return nil
}

func (m Member) checkSigner() error {
	address, isTCP := strings.CutPrefix(m.Signer, "tcp://")
	switch {
	case m.Signer == "":
		return nil
	case m.Role != RoleValidator:
		return fmt.Errorf("--signer-listen: a %s signs nothing, expected --role %s", m.Role, RoleValidator)
	case !isTCP || !isHostPort(address):
		return fmt.Errorf("--signer-listen %q: expected tcp://IP:PORT", m.Signer)
	}
	return nil
}

// checkMoniker refuses characters that would end the string in config.toml, because the engine's template writes the moniker there
// unescaped.
func (m Member) checkMoniker() error {
	if strings.ContainsAny(m.Moniker, "\"\\") || printable.Line(m.Moniker) != m.Moniker {
		return fmt.Errorf("--moniker %q: expected a name without quotes, backslashes and control characters", m.Moniker)
	}
	return nil
}

func (m Member) checkAddresses() error {
	if net.ParseIP(m.Listen) == nil || net.ParseIP(m.Serve) == nil {
		return fmt.Errorf("--listen %q, --serve %q: expected an IP address each, without a port", m.Listen, m.Serve)
	}
	if m.External != "" && !isHostPort(m.External) {
		return fmt.Errorf("--address %q: expected host:port", m.External)
	}
	return nil
}

// checkPeers checks how other nodes are named: an invalid id would protect no node, and a peer without an id would never be dialled.
func (m Member) checkPeers() error {
	for _, id := range m.Protects {
		if !isNodeID(id) {
			return fmt.Errorf("--protect %q: expected the id of a node, 40 hex digits", id)
		}
	}
	for _, peer := range slices.Concat(m.Peers, m.Seeds, m.Sentries) {
		id, address, _ := strings.Cut(peer, "@")
		if !isNodeID(id) || !isHostPort(address) {
			return fmt.Errorf("peer %q: expected id@host:port, the id of 40 hex digits", peer)
		}
	}
	return nil
}

func (m Member) checkTime() error {
	if m.BlockTime < 0 {
		return fmt.Errorf("--block-time %s: expected no negative time", m.BlockTime)
	}
	return nil
}

// isNodeID reports whether a text has the form of a node's id.
func isNodeID(text string) bool {
	raw, err := hex.DecodeString(text)
	return err == nil && len(raw) == p2p.IDByteLength
}

// isHostPort reports whether a text has the form host:port and can be dialled.
func isHostPort(text string) bool {
	host, port, err := net.SplitHostPort(text)
	n, wrong := strconv.ParseUint(port, 10, 16)
	return err == nil && wrong == nil && n > 0 && host != "" && !strings.ContainsAny(host, " ,\"")
}

// CometConfig returns the configuration of the consensus engine.
func (m Member) CometConfig() *cmtcfg.Config {
	cfg := DefaultCometConfig()
	cfg.SetRoot(m.Home)
	cfg.Moniker = m.Moniker
	cfg.P2P.ListenAddress = m.urlAt("tcp://", m.Listen, P2PPort)
	cfg.P2P.ExternalAddress = m.External
	cfg.P2P.PersistentPeers = strings.Join(m.Peers, ",")
	cfg.P2P.Seeds = strings.Join(m.Seeds, ",")
	cfg.P2P.AddrBookStrict = !m.Private
	cfg.P2P.AllowDuplicateIP = m.Private
	cfg.RPC.ListenAddress = m.urlAt("tcp://", m.serviceHost(), RPCPort)
	cfg.RPC.PprofListenAddress = ""
	cfg.PrivValidatorListenAddr = m.Signer
	cfg.Instrumentation.Prometheus = true
	cfg.Instrumentation.PrometheusListenAddr = m.urlAt("", m.Serve, PrometheusPort)
	if m.BlockTime > 0 {
		cfg.Consensus.TimeoutCommit = m.BlockTime
	}
	switch m.Role {
	case RoleValidator:
		if len(m.Sentries) > 0 {
			cfg.P2P.PexReactor = false
			cfg.P2P.AddrBookStrict = false // sentries are on the organisation's own network
			cfg.P2P.PersistentPeers, cfg.P2P.Seeds = strings.Join(m.Sentries, ","), ""
		}
	case RoleSentry:
		ids := strings.Join(m.Protects, ",")
		cfg.P2P.PrivatePeerIDs, cfg.P2P.UnconditionalPeerIDs = ids, ids
	case RoleSeed:
		cfg.P2P.SeedMode = true
		cfg.TxIndex.Indexer = "null"
	}
	if s := m.StateSync; s != nil {
		cfg.StateSync.Enable = true
		cfg.StateSync.RPCServers = s.Servers
		cfg.StateSync.TrustHeight, cfg.StateSync.TrustHash = s.Height, s.Hash
		cfg.StateSync.TrustPeriod = s.Period
	}
	return cfg
}

// AppConfig returns the configuration of the application.
func (m Member) AppConfig() *serverconfig.Config {
	cfg := DefaultAppConfig()
	cfg.GRPC.Enable, cfg.API.Enable = m.Role != RoleSeed, m.Role != RoleSeed
	cfg.GRPC.Address = m.urlAt("", m.serviceHost(), GRPCPort)
	cfg.API.Address = m.urlAt("tcp://", m.serviceHost(), RESTPort)
	if m.SnapshotInterval > 0 {
		cfg.StateSync.SnapshotInterval = m.SnapshotInterval
	}
	if m.Role == RoleSeed {
		cfg.StateSync.SnapshotInterval = 0
	}
	if m.Role == RoleArchive {
		cfg.Pruning, cfg.IndexEvents = "nothing", nil
	}
	return cfg
}

// serviceHost returns the address on which services listen. A seed's services are for its own machine only.
func (m Member) serviceHost() string {
	if m.Role == RoleSeed {
		return "127.0.0.1"
	}
	return m.Serve
}

func (m Member) urlAt(scheme, host string, port int) string {
	return scheme + net.JoinHostPort(host, fmt.Sprint(port))
}

// Write writes config.toml, app.toml and client.toml.
func (m Member) Write() error {
	dir := filepath.Join(m.Home, "config")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	cmtcfg.WriteConfigFile(filepath.Join(dir, "config.toml"), m.CometConfig())
	serverconfig.SetConfigTemplate(serverconfig.DefaultConfigTemplate)
	serverconfig.WriteConfigFile(filepath.Join(dir, "app.toml"), m.AppConfig())
	client := clientconfig.DefaultConfig()
	client.SetChainID(m.ChainID)
	host := m.serviceHost()
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	client.SetNode(m.urlAt("tcp://", host, RPCPort))
	client.SetKeyringBackend(m.Keyring)
	return writeClientConfig(filepath.Join(dir, "client.toml"), client)
}

// DefaultServe returns the address on which services listen by default: all interfaces for full and archive nodes, which serve others; the
// loopback interface for the other roles.
func (r Role) DefaultServe() string {
	if r == RoleFull || r == RoleArchive {
		return "0.0.0.0"
	}
	return "127.0.0.1"
}
