// Command credence is for people who run no node. It runs programs on the chain, publishes them, trades orders and keeps keys.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/version"

	"github.com/credence-chain/credence/cmd/internal/account"
	"github.com/credence-chain/credence/cmd/internal/complete"
	"github.com/credence-chain/credence/cmd/internal/contexts"
	"github.com/credence-chain/credence/cmd/internal/key"
	"github.com/credence-chain/credence/cmd/internal/reference"
	"github.com/credence-chain/credence/cmd/internal/requester"
	"github.com/credence-chain/credence/executor/runtime/registry"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/commandline"
)

func main() {
	registry.RunChild() // a sandbox of a local run is this program, started again; then RunChild does not return
	cli.Program = "credence"
	err := cli.ExplainCommandError(rootCommand().Execute())
	if err != nil {
		cli.TellError(os.Stderr, err)
	}
	os.Exit(cli.ExitStatus(err))
}

// rootCommand returns the root command with everything below it.
func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "credence",
		Short: "Have programs run on a Credence chain, and trust what comes back",
		Long: `Have programs run on a Credence chain, and trust what comes back. No node is needed: --node names one, or a devnet on this
machine is found by itself.

Wherever a command takes an id, or the digest of an app or a dataset, its first digits will do, four or more, as long as
nothing else begins so.

Exit status of every command:
` + cli.ExitText(),
		Example: `  credence run app.wasm --input data.csv --trust 99.99% --out result
  credence run app.wasm --map rows.csv --out results -- {column}
  credence workflow run words.yaml
  credence task list
  credence order book`,
		SilenceErrors: true, SilenceUsage: true,
	}
	root.AddGroup(&cobra.Group{ID: "work", Title: "Programs and their results:"}, &cobra.Group{ID: "market", Title: "Publishing and trading:"},
		&cobra.Group{ID: "account", Title: "Accounts and networks:"})
	groups := map[string]string{"run": "work", "check": "work", "task": "work", "workflow": "work", "receipt": "work", "feed": "work", "agent": "work", "publish": "market", "order": "market", "show": "market", "list": "market", "keys": "account", "key": "account", "balance": "account", "context": "account"}
	own := []*cobra.Command{account.NewKeysCommand(), key.NewCommand()}
	contexts.Offer(own...)
	complete.Offer(own...)
	for _, cmd := range append(requester.Commands(), own...) {
		cmd.GroupID = groups[cmd.Name()]
		root.AddCommand(cmd)
	}
	root.AddCommand(&cobra.Command{
		Use: "version", Short: "Print the version", Args: cli.Exactly(),
		Run: func(cmd *cobra.Command, _ []string) { fmt.Fprintln(cmd.OutOrStdout(), version.NewInfo().Version) },
	})
	root.AddCommand(reference.NewManCommand())
	cli.NameProgram(root)
	commandline.HelpOut(root)
	return root
}
