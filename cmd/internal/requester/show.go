package requester

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/internal/cli"
)

// ShowCmd says what the chain knows of an app or a dataset.
func ShowCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "show", Short: "Say what the chain knows of an app or a dataset"}
	cmd.AddCommand(
		showSub("app", func(ctx context.Context, l *link, name string) (any, error) { return lookUpApp(ctx, l, "app", name) }),
		showSub("dataset", func(ctx context.Context, l *link, name string) (any, error) {
			return lookUpDataset(ctx, l, "dataset", name)
		}),
	)
	return cmd
}

func showSub(what string, find func(context.Context, *link, string) (any, error)) *cobra.Command {
	var o orderFlags
	cmd := &cobra.Command{
		Use: what + " ORGANISATION/NAME:VERSION", Short: "Print a version of the " + what + " as JSON", Args: cli.Exactly("ORGANISATION/NAME:VERSION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.connected(cmd, func(ctx context.Context, l *link) error {
				found, err := find(ctx, l, args[0])
				if err != nil {
					return err
				}
				return printJSON(cmd.OutOrStdout(), found)
			})
		},
	}
	o.chain(cmd.Flags())
	o.writes(cmd.Flags())
	return cmd
}
