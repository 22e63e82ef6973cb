package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/client/order"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

func orderCancelCmd() *cobra.Command {
	var o orderFlags
	cmd := &cobra.Command{
		Use:   "cancel FILE | KIND NONCE",
		Short: "Take an order back, whether the chain has seen it or not",
		Long: `Take an order back by its nonce, whether the chain has seen it or not: it is never met again, wherever copies of the
signed file are. Deals that were made stand. A request on the book is taken back with its refund by
"credenced tx market cancel-request".`,
		Example: `  credenced order cancel pool.json
  credenced order cancel pool 1700000000000000 --from operator`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.connected(cmd, func(ctx context.Context, l *link) error {
				var (
					owner string
					kind  markettypes.OrderKind
					nonce uint64
				)
				if len(args) == 1 {
					s, err := order.Read(args[0])
					if errors.Is(err, fs.ErrNotExist) {
						if _, kindErr := parseKind(args[0]); kindErr == nil {
							return fmt.Errorf("cancel %s: the nonce is missing, expected %s NONCE or a file", args[0], args[0])
						}
					}
					if err != nil {
						return err
					}
					owner, nonce = s.Order.Owner, s.Order.Nonce
					kind, _ = s.Order.Kind()
				} else {
					var err error
					if kind, nonce, err = parseKindNonce(args); err != nil {
						return err
					}
				}
				res, err := o.send(ctx, cmd, l, owner, func(owner string) sdk.Msg {
					return &markettypes.MsgCancelOrder{Owner: owner, Kind: kind, Nonce: nonce}
				})
				if err != nil {
					return generated(err)
				}
				var answer markettypes.MsgCancelOrderResponse
				if err := res.Response(0, &answer); err != nil {
					return err
				}
				if o.json() {
					return printJSON(cmd.OutOrStdout(), placed{answer.Id, sent{res.Hash, res.Height}})
				}
				fmt.Fprintf(cmd.OutOrStdout(), "order %s is cancelled since height %d\n", answer.Id, res.Height)
				return nil
			})
		},
	}
	o.sending(cmd.Flags(), "name of the owner's key in the keyring, or of a devnet's account")
	return cmd
}

func orderCancelBelowCmd() *cobra.Command {
	var o orderFlags
	cmd := &cobra.Command{
		Use:   "cancel-below KIND NONCE",
		Short: "Take back all orders of a kind below a nonce, those never seen included",
		Long: `Take back all orders of a kind below a nonce, those that the chain has not seen included. It can not be taken back: the
owner's next orders of the kind need nonces of at least that one.`,
		Example: `  credenced order cancel-below pool $(date +%s)000000 --from operator   # all that were made until now`,
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.connected(cmd, func(ctx context.Context, l *link) error {
				kind, nonce, err := parseKindNonce(args)
				if err != nil {
					return err
				}
				res, err := o.send(ctx, cmd, l, "", func(owner string) sdk.Msg {
					return &markettypes.MsgCancelOrders{Owner: owner, Kind: kind, Below: nonce}
				})
				if err != nil {
					return generated(err)
				}
				if o.json() {
					return printJSON(cmd.OutOrStdout(), sent{res.Hash, res.Height})
				}
				fmt.Fprintf(cmd.OutOrStdout(), "all %s orders below nonce %d are cancelled since height %d\n", kind.Word(), nonce, res.Height)
				return nil
			})
		},
	}
	o.sending(cmd.Flags(), "name of the owner's key in the keyring, or of a devnet's account")
	return cmd
}

func parseKindNonce(args []string) (markettypes.OrderKind, uint64, error) {
	kind, err := parseKind(args[0])
	if err != nil {
		return 0, 0, err
	}
	nonce, err := strconv.ParseUint(args[1], 10, 64)
	if err != nil {
		return 0, 0, fmt.Errorf("nonce %q: expected a number of 64 bits", args[1])
	}
	return kind, nonce, nil
}
