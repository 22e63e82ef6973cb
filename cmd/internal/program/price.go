package program

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	appstypes "github.com/credence-chain/credence/x/apps/types"
)

// priced is a version whose list price was changed.
type priced struct {
	Reference string `json:"reference"`
	Hash      string `json:"hash"`
	Height    int64  `json:"height,string"`
}

// publishPriceCmd changes the list price of a version, which is the one thing of a version that may change.
func publishPriceCmd() *cobra.Command {
	var p publishFlags
	cmd := &cobra.Command{
		Use:   "price ORGANISATION/NAME:VERSION",
		Short: "Change the list price of a version of an app or a dataset",
		Long: `Change the list price of a version of an app or a dataset. Tasks that are matched already are paid at the old one. Orders say
their own prices.`,
		Example: `  credenced publish price studio/count:1.0 --price 0.02CRED
  credenced publish price studio/cities:2024 --by-order`,
		Args: cli.Exactly("ORGANISATION/NAME:VERSION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cli.OneOf("--output", p.output, "text", "json"); err != nil {
				return err
			}
			price, err := p.readAmount()
			if err != nil {
				return err
			}
			if p.price == "" && !p.byOrder {
				return &cli.Problem{What: "--price and --by-order: both are missing, expected one of them", Next: "credenced publish price --help", Exit: cli.ExitUsage}
			}
			return cli.SimplifyError(connect.WithLink(cmd, &p.connect, func(ctx context.Context, l *connect.Link) error {
				if err := p.loadProvider(cmd, l); err != nil {
					return err
				}
				s, err := client.NewSender(l.Conn, l.Requester, client.SenderOptions{})
				if err != nil {
					return err
				}
				res, err := s.Do(ctx, &appstypes.MsgSetPrice{Owner: l.Requester.Address(), Reference: args[0], Price: price, ByOrder: p.byOrder})
				if err != nil {
					return err
				}
				if p.output == "json" {
					return printer.PrintJSON(cmd.OutOrStdout(), priced{args[0], res.Hash, res.Height})
				}
				sold := "is sold by order alone"
				if !p.byOrder {
					sold = "costs " + cli.FormatCRED(price) + " a task"
				}
				cli.Tell(cmd.OutOrStdout(), "%s %s from height %d on\n", args[0], sold, res.Height)
				return nil
			}))
		},
	}
	f := cmd.Flags()
	p.addPrice(f, "list price of each task that ends with a result, such as 2CRED or 500ucred; 0 for nothing")
	p.addProvider(f, "text, or json for scripts")
	return cmd
}
