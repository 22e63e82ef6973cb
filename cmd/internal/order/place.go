package order

import (
	"context"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// placed is the outcome of "order place" or "order presign", for --output json.
type placed struct {
	ID string `json:"id"`
	sent
}

func orderPlaceCmd() *cobra.Command {
	var o orderFlags
	cmd := &cobra.Command{
		Use:   "place FILE",
		Short: "Put an app, dataset or pool order on the book, where the chain matches it by itself",
		Example: `  credenced order place pool.json --from operator
  credenced order place app.json --key-file provider.key --node localhost:9090`,
		Args: cli.Exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.WithChain(cmd, func(ctx context.Context, l *connect.Link) error {
				s, err := readFile(args[0])
				if err != nil {
					return err
				}
				if s.Order.Request != nil {
					return &cli.Problem{
						What: args[0] + ": a request does not come on the book as an order",
						Next: "submit its job with credenced run; or sign or presign it, and match it",
					}
				}
				res, err := o.sendMessage(ctx, cmd, l, s.Order.Owner, func(owner string) sdk.Msg {
					return &markettypes.MsgPlaceOrder{Owner: owner, Order: s.Order.Normal()}
				})
				if err != nil {
					return hideGenerated(err)
				}
				var answer markettypes.MsgPlaceOrderResponse
				if err := res.Response(0, &answer); err != nil {
					return err
				}
				if o.WritesJSON() {
					return printer.PrintJSON(cmd.OutOrStdout(), placed{answer.Id, sent{res.Hash, res.Height}})
				}
				cli.Tell(cmd.OutOrStdout(), "order %s is placed: on the book from height %d on\nSee what becomes of it with: credenced order inspect %s\n", answer.Id, res.Height+1, cli.ShellQuote(args[0]))
				return nil
			})
		},
	}
	o.addSendFlags(cmd.Flags(), "name of the owner's key in the keyring, or of a devnet's account (default: the devnet's account that owns the order)")
	return cmd
}

func orderPresignCmd() *cobra.Command {
	var o orderFlags
	cmd := &cobra.Command{
		Use:   "presign FILE",
		Short: "Make an order known and good by a transaction, without a signature of its own",
		Long: `Make an order of any kind known and good by a transaction, for owners that can not sign off the chain: ledgers, other
modules, the council. It does not come on the book; anyone may have it matched by its id.`,
		Example: `  credenced order presign job.json --from requester
  credenced order presign pool.json --from my-ledger --generate-only > tx.json`,
		Args: cli.Exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.WithChain(cmd, func(ctx context.Context, l *connect.Link) error {
				s, err := readFile(args[0])
				if err != nil {
					return err
				}
				res, err := o.sendMessage(ctx, cmd, l, s.Order.Owner, func(owner string) sdk.Msg {
					return &markettypes.MsgPresignOrder{Owner: owner, Order: s.Order.Normal()}
				})
				if err != nil {
					return hideGenerated(err)
				}
				var answer markettypes.MsgPresignOrderResponse
				if err := res.Response(0, &answer); err != nil {
					return err
				}
				if o.WritesJSON() {
					return printer.PrintJSON(cmd.OutOrStdout(), placed{answer.Id, sent{res.Hash, res.Height}})
				}
				kind, _ := s.Order.Kind()
				cli.Tell(cmd.OutOrStdout(), "order %s is known since height %d; anyone may match it:\n  credenced order match --%s %s ...\n", answer.Id, res.Height, kind.Word(), answer.Id)
				return nil
			})
		},
	}
	o.addSendFlags(cmd.Flags(), "name of the owner's key in the keyring, or of a devnet's account (default: the devnet's account that owns the order)")
	return cmd
}
