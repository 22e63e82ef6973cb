// Package cmd is the command line of credenced.
package cmd

import (
	"cmp"
	"fmt"
	"os"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/cobra"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client"
	clientconfig "github.com/cosmos/cosmos-sdk/client/config"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/client/keys"
	"github.com/cosmos/cosmos-sdk/client/rpc"
	"github.com/cosmos/cosmos-sdk/server"
	svrcmd "github.com/cosmos/cosmos-sdk/server/cmd"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	authcli "github.com/cosmos/cosmos-sdk/x/auth/client/cli"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/cmd/credenced/doctor"
	"github.com/credence-chain/credence/cmd/credenced/halt"
	"github.com/credence-chain/credence/cmd/credenced/light"
	"github.com/credence-chain/credence/cmd/credenced/network"
	"github.com/credence-chain/credence/cmd/credenced/setup"
	"github.com/credence-chain/credence/cmd/credenced/signer"
	"github.com/credence-chain/credence/cmd/credenced/store"
	"github.com/credence-chain/credence/cmd/internal/reference"
	"github.com/credence-chain/credence/cmd/internal/requester"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/commandline"
	"github.com/credence-chain/credence/internal/health"
)

// EnvPrefix begins the environment variables that set flags: CREDENCED_HOME for --home.
const EnvPrefix = "CREDENCED"

// Execute runs the command line and returns the process's exit status.
func Execute() (status int) {
	defer func() {
		// The SDK's constructor of an application cannot return an error. Ours panics with a startError instead, which is reported here like
		// any other error.
		if r := recover(); r != nil {
			refused, ok := r.(startError)
			if !ok {
				panic(r)
			}
			cli.TellError(os.Stderr, refused.err)
			status = cli.ExitStatus(refused.err)
		}
	}()
	err := cli.ExplainCommandError(svrcmd.Execute(NewRoot(), EnvPrefix, app.DefaultHome))
	if err != nil {
		cli.TellError(os.Stderr, err)
	}
	return cli.ExitStatus(err)
}

// NewRoot returns the root command with everything below it.
func NewRoot() *cobra.Command {
	// This application is never run: it provides the codecs and the modules' commands.
	a := app.New(log.NewNopLogger(), dbm.NewMemDB(), false, emptyOptions{}, app.Options{Version: build})
	defer func() { _ = a.Close() }()

	ctx := client.Context{}.
		WithCodec(a.Encoding.Codec).
		WithInterfaceRegistry(a.Encoding.InterfaceRegistry).
		WithTxConfig(a.Encoding.TxConfig).
		WithLegacyAmino(a.Encoding.Amino).
		WithAccountRetriever(authtypes.AccountRetriever{}).
		WithInput(os.Stdin).
		WithHomeDir(app.DefaultHome).
		WithViper(EnvPrefix)

	root := &cobra.Command{
		Use:   "credenced",
		Short: "A node of a Credence chain, and its command line",
		Long: `A node of a Credence chain, and its command line. "credenced devnet" starts a whole network on this machine, and
"credenced run" runs a program on it.

Wherever a command takes an id, or the digest of an app or a dataset, its first digits will do, four or more, as long as
nothing else begins so.

Exit status of every command:
` + cli.ExitText(),
		SilenceErrors: true, // Execute prints errors
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return prepareCommand(cmd, ctx)
		},
	}
	n := node{ending: halt.New(), version: build}
	addCommands(root, a, n)

	options := a.AutoCLI()
	options.ClientCtx = ctx
	if err := options.EnhanceRootCommand(root); err != nil {
		panic(err)
	}
	takePrefixes(root)
	awaitTransactions(root)
	n.endsWithReason(root)
	commandline.HelpOut(root)
	return root
}

// addCommands adds every command of credenced except those that AutoCLI adds to query and tx.
func addCommands(root *cobra.Command, a *app.App, n node) {
	root.AddCommand(
		// Set up a node.
		initCmd(a),
		genesisCmd(a, n),
		testnetCmd(a),
		beaconKeyCmd(),
		keyCmd(),
		seatKeysCmd(a),
		configCmd(),
		keys.Commands(),
		// Query and send.
		server.StatusCommand(),
		queryCmd(),
		txCmd(),
		// Use tasks, orders and a devnet.
		devnetCmd(),
		// Run a network.
		network.Command(network.NewChain(a)),
		light.Command(),
		signer.Command(),
		doctor.Command(),
		store.Command(),
		health.Command(),
		DebugCmd(),
		reference.NewManCommand(),
	)
	root.AddCommand(requester.Commands()...)
	// This adds start, comet, export, version and rollback.
	server.AddCommandsWithStartCmdOptions(root, app.DefaultHome, n.newApp, n.exportApp,
		server.StartCmdOptions{AddFlags: addServiceFlags, PostSetup: startServices, DBOpener: openDatabase})
}

// plainLogs switches colours off in logs that do not go to a terminal, and in all logs when NO_COLOR is set.
func plainLogs(cmd *cobra.Command) {
	f := cmd.Flags().Lookup(flags.FlagLogNoColor)
	if f != nil && !f.Changed && (os.Getenv("NO_COLOR") != "" || !cli.IsTerminal(cmd.OutOrStdout())) {
		_ = cmd.Flags().Set(flags.FlagLogNoColor, "true")
	}
}

// prepareCommand reads flags, environment and configuration files before any command runs.
func prepareCommand(cmd *cobra.Command, ctx client.Context) error {
	if cmd == cmd.Root() || isCompletion(cmd) {
		return nil // it only shows help or answers a shell's completion: nothing may be written to the node's home
	}
	cmd.SetOut(cmd.OutOrStdout())
	cmd.SetErr(cmd.ErrOrStderr())
	plainLogs(cmd)

	// The SDK reads the client's configuration and the keyring before it reads the environment, so the home is set here.
	if home := os.Getenv(EnvPrefix + "_HOME"); home != "" && !cmd.Flags().Changed(flags.FlagHome) {
		if err := cmd.Flags().Set(flags.FlagHome, home); err != nil {
			return err
		}
	}
	// Commands of the SDK that write a file, such as export and tx sign, do not make the file's folder.
	if out := cmd.Flags().Lookup(flags.FlagOutputDocument); out != nil && out.Value.String() != "" {
		if err := cli.MakeFolderOf(out.Value.String()); err != nil {
			return fmt.Errorf("--%s: %w", flags.FlagOutputDocument, err)
		}
	}
	ctx, err := client.ReadPersistentCommandFlags(ctx.WithCmdContext(cmd.Context()), cmd.Flags())
	if err != nil {
		return err
	}
	if ctx, err = clientconfig.ReadFromClientConfig(ctx); err != nil {
		return err
	}
	if err := client.SetCmdClientContextHandler(ctx, cmd); err != nil {
		return err
	}
	if err := server.InterceptConfigsPreRunHandler(cmd, "", setup.DefaultAppConfig(), setup.DefaultCometConfig()); err != nil {
		return err
	}
	return payFees(cmd)
}

// isCompletion reports whether a shell asks for completions, or whether the user asks for the completion script.
func isCompletion(cmd *cobra.Command) bool {
	return cmd.Name() == cobra.ShellCompRequestCmd || cmd.Parent() != nil && cmd.Parent().Name() == "completion"
}

// payFees lets the commands below tx that send a message pay the gas price that nodes ask by default, unless a flag or the environment says
// otherwise.
func payFees(cmd *cobra.Command) error {
	module := cmd.Parent()
	if module == nil || module.Parent() == nil || module.Parent().Name() != "tx" {
		return nil
	}
	f := cmd.Flags()
	price := f.Lookup(flags.FlagGasPrices)
	if price == nil || price.Changed || f.Changed(flags.FlagFees) {
		return nil
	}
	// The SDK derives the prefix of environment variables from the executable's name, which somebody may have changed.
	if os.Getenv(EnvPrefix+"_FEES") != "" {
		return nil
	}
	return f.Set(flags.FlagGasPrices, cmp.Or(os.Getenv(EnvPrefix+"_GAS_PRICES"), encoding.LeastGasPrice))
}

func queryCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "query", Aliases: []string{"q"}, Short: "Ask the chain", RunE: client.ValidateCmd}
	cmd.AddCommand(
		rpc.WaitTxCmd(),
		server.QueryBlockCmd(),
		server.QueryBlocksCmd(),
		server.QueryBlockResultsCmd(),
		authcli.QueryTxCmd(),
		authcli.QueryTxsByEventsCmd(),
	)
	return cmd
}

func txCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "tx", Short: "Send transactions", RunE: client.ValidateCmd}
	cmd.AddCommand(
		authcli.GetSignCommand(),
		authcli.GetSignBatchCommand(),
		authcli.GetMultiSignCommand(),
		authcli.GetMultiSignBatchCmd(),
		authcli.GetValidateSignaturesCommand(),
		authcli.GetBroadcastCommand(),
		authcli.GetEncodeCommand(),
		authcli.GetDecodeCommand(),
		authcli.GetSimulateCmd(),
	)
	return cmd
}

type emptyOptions struct{}

func (emptyOptions) Get(string) any { return nil }

var _ servertypes.AppOptions = emptyOptions{}
