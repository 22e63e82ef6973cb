package program

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
)

// NewShowCommand returns the command "show", which prints what the chain knows of an app or a dataset.
func NewShowCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "show", Short: "Say what the chain knows of an app or a dataset"}
	cmd.AddCommand(
		showSub("app", func(ctx context.Context, l *connect.Link, name string) (any, error) {
			return connect.LookUpApp(ctx, l, "app", name)
		}),
		showSub("dataset", func(ctx context.Context, l *connect.Link, name string) (any, error) {
			return connect.LookUpDataset(ctx, l, "dataset", name)
		}),
	)
	return cmd
}

func showSub(what string, find func(context.Context, *connect.Link, string) (any, error)) *cobra.Command {
	var o connect.AccountFlags
	cmd := &cobra.Command{
		Use: what + " ORGANISATION/NAME:VERSION", Short: "Print a version of the " + what + " as JSON", Args: cli.Exactly("ORGANISATION/NAME:VERSION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.WithChain(cmd, func(ctx context.Context, l *connect.Link) error {
				found, err := find(ctx, l, args[0])
				if err != nil {
					return err
				}
				return printer.PrintJSON(cmd.OutOrStdout(), found)
			})
		},
	}
	o.AddChain(cmd.Flags())
	o.HideOutput(cmd.Flags())
	return cmd
}
