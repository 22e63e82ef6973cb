// Command credence-worker executes tasks for an organisation's worker, or for a validator's court seat; see
// docs/worker.md.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/version"

	"github.com/credence-chain/credence/cmd/internal/reference"
	"github.com/credence-chain/credence/executor/runtime/registry"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/commandline"
	"github.com/credence-chain/credence/internal/health"
	"github.com/credence-chain/credence/internal/worker/guest"
)

func main() {
	if guest.Begins() { // the first process of a measured image
		_ = guest.Begin() // it has said why
		os.Exit(1)
	}
	registry.RunChild() // the sandbox of an execution is this program, started again; then RunChild does not return
	if err := rootCommand().Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "credence-worker:", cli.Explain(err))
		os.Exit(cli.ExitStatus(err))
	}
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "credence-worker",
		Short: "Execute tasks of a Credence chain, as a worker or in its court",
		Long: "Execute tasks of a Credence chain, as a worker or in its court.\n\n" +
			"Every flag can also be set as the environment variable CREDENCE_WORKER_<FLAG> (dashes as underscores) or in\n" +
			"config.toml in the home folder; `credence-worker config` shows what is in force.",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(initCommand(), startCommand(), statusCommand(), tasksCommand(), logsCommand(), drainCommand(),
		registerCommand(), stakeCommand(), unstakeCommand(), withdrawCommand(),
		doctorCommand(), journalCommand(), resendCommand(), keyCommand(), configCommand(), imageCommand(), health.Command(),
		&cobra.Command{Use: "version", Short: "Print the version", Args: cobra.NoArgs, Run: func(cmd *cobra.Command, _ []string) {
			fmt.Fprintln(cmd.OutOrStdout(), version.NewInfo().Version)
		}})
	root.AddCommand(reference.NewManCommand())
	commandline.HelpOut(root)
	return root
}
