package account

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/internal/cli"
)

// NewBalanceCommand returns the command "balance", which prints an account's balance.
func NewBalanceCommand() *cobra.Command {
	var o connect.AccountFlags
	cmd := &cobra.Command{
		Use: "balance [ADDRESS]", Short: "Print what an account has", Args: cli.Between(0, 1, "ADDRESS"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.WithChain(cmd, func(ctx context.Context, l *connect.Link) error {
				who, err := chooseAccount(&o, cmd, args)
				if err != nil {
					return err
				}
				amount, err := l.Conn.Balance(ctx, who)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\t%s\n", who, cli.FormatCRED(amount))
				return err
			})
		},
	}
	o.AddChain(cmd.Flags())
	o.HideOutput(cmd.Flags())
	o.AddKeys(cmd.Flags(), "name of a key in the keyring, or of a devnet's account")
	return cmd
}

// chooseAccount returns the account of the argument. Without an argument it is the account of --from, or the devnet's requester.
func chooseAccount(o *connect.AccountFlags, cmd *cobra.Command, args []string) (string, error) {
	if len(args) == 0 {
		return o.DefaultOwner(cmd, "requester")
	}
	return o.ParseAccount(cmd, "ADDRESS", args[0])
}
