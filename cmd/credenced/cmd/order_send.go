package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"cosmossdk.io/math"

	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app/encoding"
	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/order"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// sent is a transaction that was included.
type sent struct {
	Hash   string `json:"hash"`
	Height int64  `json:"height,string"`
}

// errGenerated says that --generate-only printed a transaction instead of sending it.
var errGenerated = errors.New("generated only")

// send has a message included, or prints its transaction and returns errGenerated.
func (o *orderFlags) send(ctx context.Context, cmd *cobra.Command, l *link, owner string, msg func(account string) sdk.Msg) (*credence.TxResult, error) {
	if o.generateOnly {
		return nil, o.generate(ctx, cmd, l, owner, msg)
	}
	key, err := o.signer(cmd, owner)
	if err != nil {
		return nil, err
	}
	if ring, ok := key.(ringKey); ok {
		if err := ring.able(); err != nil {
			return nil, err
		}
	}
	if owner != "" && key.Address() != owner {
		return nil, &credence.Problem{
			What: fmt.Sprintf("--from: its account is %s, the order's owner %s", key.Address(), owner),
			Next: "only the owner may do this: name its key with --from",
		}
	}
	options := credence.SenderOptions{GasPrices: o.gasPrices}
	if o.gas > 0 {
		options.Gas = func([]sdk.Msg) uint64 { return o.gas }
	}
	sender, err := credence.NewSender(l.conn, key, options)
	if err != nil {
		return nil, err
	}
	return sender.Do(ctx, msg(key.Address()))
}

// generate prints an unsigned transaction for `credenced tx sign`.
func (o *orderFlags) generate(ctx context.Context, cmd *cobra.Command, l *link, owner string, msg func(account string) sdk.Msg) error {
	account := owner
	if account == "" {
		var err error
		if account, err = o.defaultOwner(cmd, ""); err != nil {
			return err
		}
	}
	builder := theCodecs().TxConfig.NewTxBuilder()
	if err := builder.SetMsgs(msg(account)); err != nil {
		return err
	}
	gas := o.gas
	if gas == 0 {
		gas = 500_000
	}
	builder.SetGasLimit(gas)
	text := o.gasPrices
	if text == "" {
		config, err := l.conn.Node().Config(ctx, &nodeservice.ConfigRequest{})
		if err != nil {
			return err
		}
		text = config.MinimumGasPrice
	}
	prices, err := sdk.ParseDecCoins(text)
	if err != nil {
		return fmt.Errorf("--gas-prices %q: %w", text, err)
	}
	if price := prices.AmountOf(encoding.BaseDenom); price.IsPositive() {
		builder.SetFeeAmount(sdk.NewCoins(sdk.NewCoin(encoding.BaseDenom, price.MulInt(math.NewIntFromUint64(gas)).Ceil().TruncateInt())))
	}
	raw, err := theCodecs().TxConfig.TxJSONEncoder()(builder.GetTx())
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(cmd.OutOrStdout(), string(raw)); err != nil {
		return err
	}
	return errGenerated
}

// generated hides errGenerated, which is no trouble.
func generated(err error) error {
	if errors.Is(err, errGenerated) {
		return nil
	}
	return err
}

// placed is the answer to placing and presigning.
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
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.connected(cmd, func(ctx context.Context, l *link) error {
				s, err := order.Read(args[0])
				if err != nil {
					return err
				}
				if s.Order.Request != nil {
					return &credence.Problem{
						What: args[0] + ": a request does not come on the book as an order",
						Next: "submit it with credenced run or credenced tx market submit-task; or sign or presign it, and match it",
					}
				}
				res, err := o.send(ctx, cmd, l, s.Order.Owner, func(owner string) sdk.Msg {
					return &markettypes.MsgPlaceOrder{Owner: owner, Order: s.Order.Normal()}
				})
				if err != nil {
					return generated(err)
				}
				var answer markettypes.MsgPlaceOrderResponse
				if err := res.Response(0, &answer); err != nil {
					return err
				}
				if o.json() {
					return printJSON(cmd.OutOrStdout(), placed{answer.Id, sent{res.Hash, res.Height}})
				}
				fmt.Fprintf(cmd.OutOrStdout(), "order %s is placed: on the book from height %d on\n", answer.Id, res.Height+1)
				return nil
			})
		},
	}
	o.sending(cmd.Flags(), "name of the owner's key in the keyring, or of a devnet's account (default: the devnet's account that owns the order)")
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
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.connected(cmd, func(ctx context.Context, l *link) error {
				s, err := order.Read(args[0])
				if err != nil {
					return err
				}
				res, err := o.send(ctx, cmd, l, s.Order.Owner, func(owner string) sdk.Msg {
					return &markettypes.MsgPresignOrder{Owner: owner, Order: s.Order.Normal()}
				})
				if err != nil {
					return generated(err)
				}
				var answer markettypes.MsgPresignOrderResponse
				if err := res.Response(0, &answer); err != nil {
					return err
				}
				if o.json() {
					return printJSON(cmd.OutOrStdout(), placed{answer.Id, sent{res.Hash, res.Height}})
				}
				kind, _ := s.Order.Kind()
				fmt.Fprintf(cmd.OutOrStdout(), "order %s is known since height %d; anyone may match it:\n  credenced order match --%s %s ...\n", answer.Id, res.Height, kind.Word(), answer.Id)
				return nil
			})
		},
	}
	o.sending(cmd.Flags(), "name of the owner's key in the keyring, or of a devnet's account (default: the devnet's account that owns the order)")
	return cmd
}

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

// exists says whether there is a file of the name.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
