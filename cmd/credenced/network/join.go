package network

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/app/ceremony"
	"github.com/credence-chain/credence/cmd/credenced/setup"
	"github.com/credence-chain/credence/internal/keyfile"
	"github.com/credence-chain/credence/internal/steps"
)

// This file is "network join", which makes everything that "credenced start" needs: keys, the genesis, and the configuration of a role
// (setup.Member). The user names the genesis by its hash, so it does not matter from where the file comes. All input is checked before the
// configuration is written, and the user learns of a mistake here rather than from the log of a node that finds no peers.

// maxGenesis bounds a genesis file, in bytes. A chain that was restarted from its exported state has a large one.
const maxGenesis = 1 << 30

// joining holds the flags of "network join", and what is worked out from them.
type joining struct {
	m              setup.Member
	genesis, hash  string
	peers, seeds   []string
	role           string
	stateSync      bool
	rpc            []string
	trust          string
	trustPeriod    time.Duration
	passphraseFile string

	file []byte     // content of the genesis file
	keys setup.Keys // the node's keys
}

func joinCmd() *cobra.Command {
	var j joining
	cmd := &cobra.Command{
		Use: "join", Short: "Write a node's configuration from a genesis, its hash and peers",
		Long: `Write a node's configuration from a genesis, its hash and peers. What then remains is "credenced start".

  validator   signs blocks; its services listen on its own machine only
  sentry      stands between its validator and the world: --protect NODE-ID; the validator joins with --sentry
  seed        tells nodes of each other
  full        serves workers, requesters and explorers
  archive     is a full node that keeps every state

Keys that are in the folder stay; others are made.`,
		Example: `credenced network join --genesis https://amber.example/genesis.json --hash sha256:... --peers @peers.txt
credenced network join --role full --genesis genesis.json --hash sha256:... --peers @peers.txt --state-sync --rpc http://a:26657,http://b:26657`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return j.writeNode(cmd) },
	}
	f := cmd.Flags()
	homeFlag(f, &j.m.Home)
	f.StringVar(&j.passphraseFile, keyfile.Flag, "", keyfile.Usage)
	f.StringVar(&j.genesis, "genesis", "", "genesis file, or its URL")
	f.StringVar(&j.hash, "hash", "", "hash of the genesis file that all compared, sha256:...")
	f.StringVar(&j.role, "role", string(setup.RoleFull), "what the node is for: validator, sentry, seed, full, archive")
	f.StringVar(&j.m.Moniker, "moniker", "", "name among peers (default the machine's)")
	f.StringSliceVar(&j.peers, "peers", nil, "nodes to stay connected with, id@host:port, or @FILE with one a line; repeatable")
	f.StringSliceVar(&j.seeds, "seeds", nil, "seeds to ask for peers, likewise")
	f.StringSliceVar(&j.m.Sentries, "sentry", nil, "sentry of this validator, id@host:port: it speaks with no other node; repeatable")
	f.StringVar(&j.m.Signer, "signer-listen", "", "where this validator listens for its signer, tcp://IP:PORT; see credenced signer")
	f.StringSliceVar(&j.m.Protects, "protect", nil, "id of the validator that this sentry stands before; repeatable")
	f.StringVar(&j.m.Listen, "listen", "0.0.0.0", "IP address for peers")
	f.StringVar(&j.m.Serve, "serve", "", "IP address for RPC, gRPC, REST and metrics (default 0.0.0.0 for full and archive, else 127.0.0.1)")
	f.StringVar(&j.m.External, "address", "", "host:port at which peers reach the node, where it is not --listen's")
	f.BoolVar(&j.m.Private, "private-network", false, "peers have private addresses, or several have one")
	f.DurationVar(&j.m.BlockTime, "block-time", 0, "how long the node waits after a block; the same for all validators (default the engine's)")
	f.Uint64Var(&j.m.SnapshotInterval, "snapshot-interval", setup.SnapshotInterval, "blocks between snapshots for state sync")
	f.StringVar(&j.m.Keyring, "keyring-backend", keyring.BackendOS, "keyring of the command line: os, file or test")
	f.BoolVar(&j.stateSync, "state-sync", false, "begin from a snapshot of other nodes")
	f.StringSliceVar(&j.rpc, "rpc", nil, "RPC URLs of two nodes or more that --state-sync asks; repeatable")
	f.StringVar(&j.trust, "trust", "", "height and hash of a block that you trust, HEIGHT:HASH (default what all --rpc agree on)")
	f.DurationVar(&j.trustPeriod, "trust-period", 14*24*time.Hour, "how old that block may be")
	_ = cmd.MarkFlagRequired("genesis")
	_ = cmd.MarkFlagRequired("hash")
	return cmd
}

func (j *joining) writeNode(cmd *cobra.Command) error {
	ctx := cmd.Context()
	return steps.Run(
		j.chooseRole,
		func() error { return j.fetchGenesis(ctx) },
		j.preparePeers,
		func() error { return j.m.Validate() },
		func() error { return j.chooseStateSync(ctx) },
		j.writeFiles,
		func() error { return j.printNode(cmd.OutOrStdout()) },
	)
}

// chooseRole fills in the settings that follow from the role and the machine.
func (j *joining) chooseRole() error {
	m := &j.m
	m.Role = setup.Role(j.role)
	if m.Serve == "" {
		m.Serve = m.Role.DefaultServe()
	}
	if m.Moniker == "" {
		m.Moniker, _ = os.Hostname()
	}
	return nil
}

// preparePeers makes the node's keys where they are missing, and removes the node itself from the lists of peers.
func (j *joining) preparePeers() (err error) {
	m := &j.m
	if j.keys, err = (setup.Node{Home: m.Home, Passphrase: keyfile.NewSource(j.passphraseFile)}).MakeKeys(); err != nil {
		return err
	}
	if m.Peers, err = listOthers(j.peers, j.keys.NodeID); err != nil {
		return fmt.Errorf("--peers: %w", err)
	}
	if m.Seeds, err = listOthers(j.seeds, j.keys.NodeID); err != nil {
		return fmt.Errorf("--seeds: %w", err)
	}
	if len(m.Peers)+len(m.Seeds)+len(m.Sentries) == 0 && m.Role != setup.RoleSeed {
		return errors.New("--peers: there are none, nor --seeds: the node would find nobody")
	}
	return nil
}

func (j *joining) chooseStateSync(ctx context.Context) (err error) {
	if j.stateSync {
		j.m.StateSync, err = j.readTrusted(ctx)
	}
	return err
}

func (j *joining) writeFiles() error {
	if err := j.m.Write(); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(j.m.Home, "config", "genesis.json"), j.file, 0o644)
}

func (j *joining) printNode(out io.Writer) error {
	m := j.m
	fmt.Fprintf(out, "%s: a %s of %s, node id %s, %d peers, genesis %s\n", m.Home, m.Role, m.ChainID, j.keys.NodeID, len(m.Peers)+len(m.Sentries), j.hash)
	if s := m.StateSync; s != nil {
		fmt.Fprintf(out, "It begins from a snapshot, and trusts block %d, %s.\n", s.Height, s.Hash)
	}
	_, err := fmt.Fprintf(out, "Start it with: credenced start --home %s\n", m.Home)
	return err
}

// fetchGenesis reads the genesis and checks its hash.
func (j *joining) fetchGenesis(ctx context.Context) error {
	body, err := j.openGenesis(ctx)
	if err != nil {
		return fmt.Errorf("--genesis: %w", err)
	}
	defer body.Close()
	if j.file, err = io.ReadAll(io.LimitReader(body, maxGenesis+1)); err != nil {
		return fmt.Errorf("--genesis %s: %w", j.genesis, err)
	}
	if len(j.file) > maxGenesis {
		return fmt.Errorf("--genesis %s: more than %d bytes", j.genesis, maxGenesis)
	}
	if got := ceremony.HashOf(j.file); got != j.hash {
		return fmt.Errorf("--hash: %s hashes to %s, expected %s: it is another network's, or was changed", j.genesis, got, j.hash)
	}
	doc, err := genutiltypes.AppGenesisFromReader(bytes.NewReader(j.file))
	if err != nil {
		return fmt.Errorf("--genesis %s: %w", j.genesis, err)
	}
	j.m.ChainID = doc.ChainID
	return nil
}

func (j *joining) openGenesis(ctx context.Context) (io.ReadCloser, error) {
	if strings.HasPrefix(j.genesis, "http://") || strings.HasPrefix(j.genesis, "https://") {
		return getURL(ctx, j.genesis)
	}
	return os.Open(j.genesis)
}

func getURL(ctx context.Context, url string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := (&http.Client{Timeout: 10 * time.Minute}).Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return resp.Body, nil
}

// listOthers reads lists of nodes and removes the node itself. An entry @FILE stands for the nodes that the file lists.
func listOthers(list []string, self string) (out []string, err error) {
	for _, entry := range list {
		lines := []string{entry}
		if path, ok := strings.CutPrefix(entry, "@"); ok {
			text, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			lines = strings.Fields(string(text))
		}
		for _, peer := range lines {
			if !strings.HasPrefix(peer, self+"@") {
				out = append(out, peer)
			}
		}
	}
	return out, nil
}

// readTrusted returns the block that a node starting from a snapshot trusts. It is the block of --trust or, by default, a block five below
// the first server's latest, if all servers report the same hash for it.
func (j *joining) readTrusted(ctx context.Context) (*setup.StateSync, error) {
	switch {
	case len(j.rpc) < 2:
		return nil, fmt.Errorf("--rpc: %d given, expected two or more: each is checked against the others", len(j.rpc))
	case j.trustPeriod <= 0:
		return nil, fmt.Errorf("--trust-period %s: expected more than no time", j.trustPeriod)
	}
	s := &setup.StateSync{Servers: j.rpc, Period: j.trustPeriod}
	if j.trust != "" {
		trust, err := setup.ParseTrust(j.trust)
		s.Height, s.Hash = trust.Height, fmt.Sprintf("%X", trust.Hash)
		return s, err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for i, url := range j.rpc {
		hash, err := j.askTrusted(ctx, s, url)
		if err != nil {
			return nil, fmt.Errorf("--rpc %s: %w", url, err)
		}
		if i > 0 && hash != s.Hash {
			return nil, fmt.Errorf("--rpc: block %d is %s to %s and %s to %s: one of them lies, or is on another chain", s.Height, s.Hash, j.rpc[0], hash, url)
		}
		s.Hash = hash
	}
	return s, nil
}

// askTrusted asks a server for the hash of the block to trust. The first server determines the height; it is a little below that server's
// latest block because the other servers may be a few blocks behind.
func (j *joining) askTrusted(ctx context.Context, s *setup.StateSync, url string) (string, error) {
	node, err := rpchttp.New(url, "/websocket")
	if err != nil {
		return "", err
	}
	if s.Height == 0 {
		status, err := node.Status(ctx)
		if err != nil {
			return "", err
		}
		s.Height = max(1, status.SyncInfo.LatestBlockHeight-5)
	}
	commit, err := node.Commit(ctx, &s.Height)
	if err != nil {
		return "", fmt.Errorf("block %d: %w", s.Height, err)
	}
	return commit.Header.Hash().String(), nil
}
