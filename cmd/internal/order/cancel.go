package order

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

func orderCancelCmd() *cobra.Command {
	var o orderFlags
	cmd := &cobra.Command{
		Use:   "cancel FILE | ID | KIND NONCE",
		Short: "Take an order back, whether the chain has seen it or not",
		Long: `Take an order back by its nonce, whether the chain has seen it or not: it is never met again, wherever copies of the
signed file are. What the chain knows can be named by its id. Deals that were made stand, but of a submitted request's
deals, tasks for which no worker was drawn are taken back too, and all of it is refunded.`,
		Example: `  credenced order cancel pool.json
  credenced order cancel 3f2a5c0e9d8b7a6f5e4d3c2b1a0f9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b3a2f --from operator
  credenced order cancel pool 1700000000000000 --from operator`,
		Args: cli.Between(1, 2, "FILE|ID|KIND", "[NONCE]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.WithChain(cmd, func(ctx context.Context, l *connect.Link) error {
				if len(args) == 1 {
					submitted, err := findSubmitted(ctx, l, args[0])
					if err != nil {
						return err
					}
					if submitted != nil {
						return o.cancelRequest(ctx, cmd, l, submitted)
					}
				}
				t, err := findTarget(ctx, l, args)
				if err != nil {
					return err
				}
				res, err := o.sendMessage(ctx, cmd, l, t.owner, func(owner string) sdk.Msg {
					return &markettypes.MsgCancelOrder{Owner: owner, Kind: t.kind, Nonce: t.nonce}
				})
				if err != nil {
					return hideGenerated(err)
				}
				var answer markettypes.MsgCancelOrderResponse
				if err := res.Response(0, &answer); err != nil {
					return err
				}
				if o.WritesJSON() {
					return printer.PrintJSON(cmd.OutOrStdout(), placed{answer.Id, sent{res.Hash, res.Height}})
				}
				fmt.Fprintf(cmd.OutOrStdout(), "order %s is cancelled since height %d\n", answer.Id, res.Height)
				return nil
			})
		},
	}
	o.addSendFlags(cmd.Flags(), "name of the owner's key in the keyring, or of a devnet's account")
	return cmd
}

// target is an order that is to be cancelled. The chain need not know it.
type target struct {
	owner string // "" for the account that signs
	kind  markettypes.OrderKind
	nonce uint64
}

// findTarget reads the arguments: a file, an id, or a kind and a nonce.
func findTarget(ctx context.Context, l *connect.Link, args []string) (t target, err error) {
	if len(args) == 2 {
		t.kind, t.nonce, err = parseKindNonce(args)
		return t, err
	}
	if _, err := parseKind(args[0]); err == nil && !fileExists(args[0]) {
		return t, &cli.Problem{What: "NONCE: missing; expected " + cli.NameCommand("credenced order cancel "+args[0]+" NONCE"), Next: "list your orders with their nonces: credenced order list"}
	}
	s, _, err := readNamed(ctx, l, args[0])
	if err != nil {
		return t, err
	}
	t.owner, t.nonce = s.Order.Owner, s.Order.Nonce
	t.kind, err = s.Order.Kind()
	return t, err
}

// findSubmitted returns the request with the id if it was submitted, so that its escrow is locked; nil for anything else.
func findSubmitted(ctx context.Context, l *connect.Link, text string) (*markettypes.Request, error) {
	if !isID(text) {
		return nil, nil
	}
	id, err := completeID(ctx, l, text, credence.KindOrder, credence.KindRequest)
	if err != nil {
		return nil, err
	}
	res, err := l.Conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: id})
	if err != nil || res.Request.Status == markettypes.REQUEST_STATUS_SIGNED {
		if connect.IsUnknown(err) {
			err = nil // it is an order, or unknown
		}
		return nil, err
	}
	if res.Request.Pruned > 0 {
		return nil, newPrunedRequest(res.Request)
	}
	return &res.Request, nil
}

// cancelRequest cancels a submitted request.
func (o *orderFlags) cancelRequest(ctx context.Context, cmd *cobra.Command, l *connect.Link, r *markettypes.Request) error {
	res, err := o.sendMessage(ctx, cmd, l, r.Requester, func(owner string) sdk.Msg {
		return &markettypes.MsgCancelRequest{Requester: owner, Id: r.Id}
	})
	if err != nil {
		return hideGenerated(err)
	}
	if o.WritesJSON() {
		return printer.PrintJSON(cmd.OutOrStdout(), placed{r.Id, sent{res.Hash, res.Height}})
	}
	fmt.Fprintf(cmd.OutOrStdout(), "request %s is cancelled since height %d; what no worker was drawn for is refunded\n", r.Id, res.Height)
	return nil
}

func orderCancelBelowCmd() *cobra.Command {
	var o orderFlags
	cmd := &cobra.Command{
		Use:   "cancel-below KIND NONCE",
		Short: "Take back all orders of a kind below a nonce, those never seen included",
		Long: `Take back all orders of a kind below a nonce, those that the chain has not seen included. It can not be taken back: the
owner's next orders of the kind need nonces of at least that one.`,
		Example: `  credenced order cancel-below pool $(date +%s)000000 --from operator   # all that were made until now`,
		Args:    cli.Exactly("KIND", "NONCE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.WithChain(cmd, func(ctx context.Context, l *connect.Link) error {
				kind, nonce, err := parseKindNonce(args)
				if err != nil {
					return err
				}
				res, err := o.sendMessage(ctx, cmd, l, "", func(owner string) sdk.Msg {
					return &markettypes.MsgCancelOrders{Owner: owner, Kind: kind, Below: nonce}
				})
				if err != nil {
					return hideGenerated(err)
				}
				if o.WritesJSON() {
					return printer.PrintJSON(cmd.OutOrStdout(), sent{res.Hash, res.Height})
				}
				fmt.Fprintf(cmd.OutOrStdout(), "all %s orders below nonce %d are cancelled since height %d\n", kind.Word(), nonce, res.Height)
				return nil
			})
		},
	}
	o.addSendFlags(cmd.Flags(), "name of the owner's key in the keyring, or of a devnet's account")
	return cmd
}

func parseKindNonce(args []string) (markettypes.OrderKind, uint64, error) {
	kind, err := parseKind(args[0])
	if err != nil {
		return 0, 0, err
	}
	nonce, err := strconv.ParseUint(args[1], 10, 64)
	if err != nil {
		return 0, 0, fmt.Errorf("nonce %q: expected a whole number from 0 to 2^64-1", args[1])
	}
	return kind, nonce, nil
}
