// Package light has the command that serves a node's RPC to clients that trust no node. Every answer is checked against headers that the
// light client has verified.
package light

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	dbm "github.com/cometbft/cometbft-db"
	"github.com/cometbft/cometbft/libs/log"
	cmtmath "github.com/cometbft/cometbft/libs/math"
	"github.com/cometbft/cometbft/light"
	lproxy "github.com/cometbft/cometbft/light/proxy"
	lrpc "github.com/cometbft/cometbft/light/rpc"
	dbs "github.com/cometbft/cometbft/light/store/db"
	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	rpcserver "github.com/cometbft/cometbft/rpc/jsonrpc/server"
	"github.com/spf13/cobra"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/credence-chain/credence/cmd/credenced/setup"
)

// proxy holds the flags of "light".
type proxy struct {
	chainID, primary, listen, home, trust string
	witnesses                             []string
	period                                time.Duration
	connections                           int
}

// Command returns the command "light CHAIN-ID".
func Command() *cobra.Command {
	var p proxy
	cmd := &cobra.Command{
		Use: "light CHAIN-ID", Short: "Serve verified answers of a node that is not trusted",
		Long: `Serve the RPC of a node that is not trusted, with answers that are verified: headers and commits by the validators'
signatures, from a block that you trust on; transactions (tx with prove), and values of the state (abci_query of a store's
key), by proofs against those headers. An answer to another question, with a true proof, is refused; so are tx without prove,
tx_search and block_search. The result of a transaction is verified by block_results, not by tx. What a node says of itself
and of what waits (status, net_info, abci_info, consensus_state, unconfirmed_txs, subscriptions) is passed on as it is.

The first start needs --trust: a height and the hash of its block, from somebody you trust. Later ones go on from there.`,
		Example: "credenced light amber-1 --primary http://node:26657 --witness http://other:26657 --trust 1200:AB12...",
		Args:    cobra.ExactArgs(1),
		// this command neither reads nor writes a node's configuration
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil },
		RunE: func(cmd *cobra.Command, args []string) error {
			p.chainID = args[0]
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return p.runProxy(ctx, log.NewTMLogger(log.NewSyncWriter(cmd.ErrOrStderr())))
		},
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = "."
	}
	f := cmd.Flags()
	f.StringVar(&p.primary, "primary", "", "RPC URL of the node that is asked")
	f.StringSliceVar(&p.witnesses, "witness", nil, "RPC URL of a node that it is compared with; repeatable")
	f.StringVar(&p.trust, "trust", "", "height and hash of a block that you trust, HEIGHT:HASH")
	f.DurationVar(&p.period, "trust-period", 14*24*time.Hour, "how old the last verified block may be")
	f.StringVar(&p.listen, "listen", "127.0.0.1:8888", "address to serve at")
	f.StringVar(&p.home, "home", filepath.Join(home, ".credence-light"), "folder of the verified headers")
	f.IntVar(&p.connections, "max-connections", 900, "connections served at once")
	_ = cmd.MarkFlagRequired("primary")
	_ = cmd.MarkFlagRequired("witness")
	return cmd
}

func (p proxy) newClient(ctx context.Context, db dbm.DB, logger log.Logger) (*light.Client, error) {
	third := light.SkippingVerification(cmtmath.Fraction{Numerator: 1, Denominator: 3})
	store := dbs.New(db, p.chainID)
	if p.trust == "" {
		c, err := light.NewHTTPClientFromTrustedStore(p.chainID, p.period, p.primary, p.witnesses, store, light.Logger(logger), third)
		if err != nil {
			return nil, err
		}
		if height, err := c.LastTrustedHeight(); err != nil || height < 1 {
			return nil, fmt.Errorf("%s has no verified block to go on from: give --trust HEIGHT:HASH", p.home)
		}
		return c, nil
	}
	trust, err := setup.ParseTrust(p.trust)
	if err != nil {
		return nil, err
	}
	return light.NewHTTPClient(ctx, p.chainID, light.TrustOptions{Period: p.period, Height: trust.Height, Hash: trust.Hash[:]}, p.primary, p.witnesses, store, light.Logger(logger), third,
		// If a stored block contradicts the block that is trusted now, the stored one is removed without a question.
		light.ConfirmationFunction(func(string) bool { return true }))
}

func (p proxy) runProxy(ctx context.Context, logger log.Logger) error {
	db, err := dbm.NewGoLevelDB("light-client", p.home)
	if err != nil {
		return fmt.Errorf("--home: %w", err)
	}
	defer db.Close()
	c, err := p.newClient(ctx, db, logger)
	if err != nil {
		return err
	}
	cfg := rpcserver.DefaultConfig()
	cfg.MaxOpenConnections = p.connections
	server, err := lproxy.NewProxy(c, "tcp://"+p.listen, p.primary, cfg, logger)
	if err != nil {
		return fmt.Errorf("--primary: %w", err)
	}
	node, err := rpchttp.NewWithTimeout(p.primary, "/websocket", uint(cfg.WriteTimeout.Seconds()))
	if err != nil {
		return fmt.Errorf("--primary: %w", err)
	}
	server.Client = lrpc.NewClient(primary{node}, c, lrpc.KeyPathFn(lrpc.DefaultMerkleKeyPathFn()))
	// Values from the SDK's stores come with proofs of their own kinds.
	for _, kind := range []string{storetypes.ProofOpIAVLCommitment, storetypes.ProofOpSimpleMerkleCommitment} {
		server.Client.RegisterOpDecoder(kind, storetypes.CommitmentOpDecoder)
	}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	logger.Info("serving", "addr", p.listen, "primary", p.primary, "witnesses", p.witnesses)
	select {
	case err := <-failed:
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return err
	case <-ctx.Done():
		if server.Listener != nil {
			server.Listener.Close()
		}
		return nil
	}
}
