package cmd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/privval"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cast"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/upgrades"
	"github.com/credence-chain/credence/cmd/credenced/halt"
	"github.com/credence-chain/credence/internal/keyfile"
	"github.com/credence-chain/credence/internal/logfile"
	"github.com/credence-chain/credence/x/poa/beaconkey"

	"github.com/credence-chain/credence/internal/cli"
)

// startError wraps the reason why a node refuses to start.
type startError struct{ err error }

// node is the process of a node: what can end it, and the version of its state.
type node struct {
	ending  *halt.Node
	version *upgrades.Version // nil for the version of this source
}

// newApp returns the application of a node that starts.
func (n node) newApp(logger log.Logger, db dbm.DB, opts servertypes.AppOptions) servertypes.Application {
	home := cast.ToString(opts.Get(flags.FlagHome))
	passphrase := keyfile.NewSource(cast.ToString(opts.Get(keyfile.Flag)))
	keys, err := beaconkey.LoadRing(filepath.Join(home, "config"), passphrase)
	if errors.Is(err, keyfile.ErrLocked) {
		panic(startError{err}) // refuse to start: whoever has encrypted a key expects it to be used, even if the node does not look for a seat
	}
	options := app.Options{Version: n.version, Failed: n.ending.ReportFailure}
	if err == nil {
		options.Signer = keys
	}
	a := app.New(logger, db, true, opts, options, baseOptions(opts)...)

	a.Observe(prometheus.DefaultRegisterer) // CometBFT's metrics server serves these metrics together with its own

	consensus, found, keyErr := consensusKey(home, opts)
	if keyErr != nil {
		panic(startError{keyErr})
	}
	if !found {
		logger.Info("the consensus key is not here, but with a signer: this node does not check that it has its seat's beacon key")
		return asProposer(a)
	}
	if err := a.CheckBeaconKey(filepath.Join(home, "config", "genesis.json"), consensus, keys, err); err != nil {
		panic(startError{err})
	}
	return asProposer(a)
}

// baseOptions returns the SDK's options of a node. PostgreSQL gets every attribute of events, because the engine writes only those to it that
// it indexes.
func baseOptions(opts servertypes.AppOptions) []func(*baseapp.BaseApp) {
	options := server.DefaultBaseappOptions(opts)
	if cast.ToString(opts.Get("tx_index.indexer")) == "psql" {
		options = append(options, baseapp.SetIndexEvents(nil))
	}
	return options
}

// consensusKey reads the public half of the node's consensus key. found is false when a remote signer has the key.
func consensusKey(home string, opts servertypes.AppOptions) (key []byte, found bool, err error) {
	cfg := cmtcfg.DefaultConfig()
	cfg.SetRoot(home)
	if path := cast.ToString(opts.Get("priv_validator_key_file")); path != "" {
		cfg.PrivValidatorKey = path
	}
	path := cfg.PrivValidatorKeyFile()
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil, false, nil
	} else if err != nil {
		return nil, false, fmt.Errorf("consensus key: %w", err)
	}
	if is, err := keyfile.IsEncrypted(path); err != nil {
		return nil, false, fmt.Errorf("consensus key: %w", err)
	} else if is {
		return nil, false, &cli.Problem{
			What: "consensus key " + path + ": it is encrypted, and CometBFT reads a plain one only",
			Next: "keep it in the folder of a signer, which opens it: credenced signer; or make it plain: credenced key decrypt " + cli.ShellQuote(path),
		}
	}
	if cast.ToString(opts.Get("priv_validator_laddr")) != "" {
		return nil, false, nil // a remote signer signs; a key file that exists nevertheless is not used
	}
	pv := privval.LoadFilePVEmptyState(path, "")
	return pv.Key.PubKey.Bytes(), true, nil
}

// exportApp returns the state at a height as a genesis.
func (n node) exportApp(logger log.Logger, db dbm.DB, height int64, forZeroHeight bool, _ []string, opts servertypes.AppOptions, modules []string) (servertypes.ExportedApp, error) {
	if forZeroHeight {
		return servertypes.ExportedApp{}, errors.New("--for-zero-height: deadlines are heights; start the new chain at the exported height")
	}
	a := app.New(logger, db, height == -1, opts, app.Options{Version: n.version}, server.DefaultBaseappOptions(opts)...)
	if height != -1 {
		if err := a.LoadVersion(height); err != nil {
			return servertypes.ExportedApp{}, err
		}
	}
	if a.LastBlockHeight() == 0 {
		return servertypes.ExportedApp{}, errors.New("there is no block yet: nothing to export but the genesis file itself")
	}
	return a.Export(modules)
}

// addServiceFlags adds the flags of what a node serves beside the SDK's own services.
func addServiceFlags(cmd *cobra.Command) {
	addPageFlag(cmd)
	addTLSFlags(cmd)
}

// startServices starts what a node serves beside the SDK's own services.
func startServices(svr *server.Context, _ client.Context, ctx context.Context, g *errgroup.Group) error {
	if err := startFronts(ctx, svr, g); err != nil {
		return err
	}
	return startPage(ctx, svr, g)
}

const (
	flagLeastDisk = "min-free-disk"
	// leastDisk is the space that a node leaves free, in MiB: its databases need it to close, and people need it for repairs. Doctor warns
	// far earlier.
	leastDisk = 256
	diskEvery = 5 * time.Second
)

// endsWithReason sets the exit status of a node. A node that was told to stop succeeds; a node that cannot go on fails with a status and a
// line that say why. Without this, the SDK's servers would return errors that say only that they were closed.
func (n node) endsWithReason(root *cobra.Command) {
	start, _, err := root.Find([]string{"start"})
	if err != nil {
		panic(err)
	}
	logfile.AddFlags(start.Flags())
	start.Flags().String(keyfile.Flag, "", keyfile.Usage)
	start.Flags().Uint64(flagLeastDisk, leastDisk, "MiB of disk below which the node ends, before its databases fail; 0 for none")
	start.Long += "\nExit status of a node that can't go on:\n" + cli.NodeExitText()
	run := start.RunE
	start.RunE = func(cmd *cobra.Command, args []string) (err error) {
		ctx, stop := cli.WatchContext(cmd)
		defer stop()
		defer func() {
			if r := recover(); r != nil {
				refused, ok := r.(startError)
				if !ok {
					refused.err = halt.ReasonOf(fmt.Errorf("%v", r)).Problem()
				}
				err = refused.err
			}
			if reason := n.ending.Reason(); reason != nil {
				err = reason.Problem()
			}
		}()
		least, err := cmd.Flags().GetUint64(flagLeastDisk)
		if err != nil {
			return err
		}
		if err := tuneCollector(); err != nil {
			return err
		}
		serverCtx := server.GetServerContextFromCmd(cmd)
		for _, folder := range writtenFolders(serverCtx.Config) {
			if err := n.ending.GuardDisk(folder, least<<20, diskEvery, ctx.Done()); err != nil {
				return err
			}
		}
		if serverCtx.Logger, err = logOf(serverCtx); err != nil {
			return err
		}
		serverCtx.Logger = n.ending.WatchLog(serverCtx.Logger)
		err = run(cmd, args)
		if ctx.Err() != nil && onlyClosed(err) {
			return nil
		}
		if err != nil {
			err = halt.Explain(err)
		}
		return err
	}
}

// logOf returns the node's logger, which writes to the log file if there is one.
func logOf(ctx *server.Context) (log.Logger, error) {
	o, err := logfile.ReadOptions(ctx.Viper)
	if err != nil || o.File == "" {
		return ctx.Logger, err
	}
	ctx.Viper.Set(flags.FlagLogNoColor, true)
	logger, err := server.CreateSDKLogger(ctx, o.Writer(nil))
	if err != nil {
		return nil, err
	}
	return logger.With(log.ModuleKey, "server"), nil
}

// writtenFolders returns the folders to which a node writes: its own, and that of its databases. The latter may be on another disk, and may
// not exist yet.
func writtenFolders(cfg *cmtcfg.Config) []string {
	folders := []string{cfg.RootDir}
	if _, err := os.Stat(cfg.DBDir()); err == nil {
		folders = append(folders, cfg.DBDir())
	}
	return folders
}

// onlyClosed reports whether an error says nothing more than that something was closed on purpose.
func onlyClosed(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, http.ErrServerClosed) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, grpc.ErrServerStopped)
}
