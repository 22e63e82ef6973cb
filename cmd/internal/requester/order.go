package requester

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/client/flags"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/commandline"
	"github.com/credence-chain/credence/internal/devinfo"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

func orderCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "order",
		Short: "Make, sign, trade and cancel orders; look at the book",
		Long: `Orders say what an account is willing to trade: an app, a dataset, executions in a pool, or a request to have a job
done. An order is a JSON file. Its owner signs it off the chain, for nothing, and anyone who has four that fit may have
them matched; or it is placed on the book, where the chain matches it by itself.

On a devnet the accounts are known by their names (--from operator), and --node, --chain-id and the key of an order's
owner need not be named.`,
		Example: `  # The operator of pool "public" and a requester sign off the chain; anyone matches what they signed.
  credenced order create pool public --price 0.04CRED --volume 100 --out pool.json
  credenced order sign pool.json --out pool.signed.json
  credenced order create request studio/app:1.0 --trust 99.9% --max-price 1CRED --out job.json
  credenced order sign job.json --out job.signed.json
  credenced order match --pool pool.signed.json --request job.signed.json --from provider

  # The same offer on the book, seen and taken back.
  credenced order place pool.json
  credenced order book
  credenced order cancel pool.json`,
		PersistentPreRunE: cli.NoPrepare,
	}
	cmd.SetFlagErrorFunc(commandline.FlagError)
	cmd.AddCommand(
		orderCreateCmd(), orderSignCmd(), orderMultisignCmd(), orderInspectCmd(),
		orderPlaceCmd(), orderPresignCmd(), orderMatchCmd(), orderCancelCmd(), orderCancelBelowCmd(),
		orderListCmd(), orderBookCmd(), orderRequestsCmd(),
	)
	return cmd
}

// orderFlags are what the commands on orders have in common.
type orderFlags struct {
	c       connectFlags
	output  string
	offline bool

	generateOnly bool
	gas          uint64
	gasPrices    string
}

// chain adds the flags that say which chain is meant.
func (o *orderFlags) chain(f *pflag.FlagSet) {
	f.StringSliceVar(&o.c.nodes, "node", nil, "gRPC endpoint of a node, HOST:PORT; repeatable (default: the devnet's)")
	f.StringVar(&o.c.chainID, "chain-id", "", "id of the chain (default: the node's, or the devnet's)")
	f.StringVarP(&o.output, "output", "o", "text", "text, or json for scripts")
}

// writes says that what the command writes is JSON anyway: --output is taken, and changes nothing.
func (o *orderFlags) writes(f *pflag.FlagSet) { _ = f.MarkHidden("output") }

// keys adds the flags that say whose key is used.
func (o *orderFlags) keys(f *pflag.FlagSet, what string) {
	f.StringVar(&o.c.from, "from", "", what)
	f.StringVar(&o.c.keyFile, "key-file", "", "file with the key in hex, instead of --from")
	o.c.keyringFlags(f)
}

// sending adds the flags of what ends in a transaction.
func (o *orderFlags) sending(f *pflag.FlagSet, what string) {
	o.chain(f)
	o.keys(f, what)
	f.BoolVar(&o.generateOnly, flags.FlagGenerateOnly, false, "print the transaction instead, for credenced tx sign, as a ledger or multisig key needs; --from may be an address")
	f.Uint64Var(&o.gas, flags.FlagGas, 0, "gas limit (default: what a simulation takes, and 30 %)")
	f.StringVar(&o.gasPrices, flags.FlagGasPrices, "", "what a unit of gas is paid (default: the node's least)")
}

// check is what every command does first.
func (o *orderFlags) check(cmd *cobra.Command) error {
	if err := cli.OneOf("--output", o.output, "text", "json"); err != nil {
		return err
	}
	o.c.settle(cmd)
	return nil
}

// json says whether a program reads what is written.
func (o *orderFlags) json() bool { return o.output == "json" }

// devnet is the one that is known here when no other chain was named; nil without one.
func (o *orderFlags) devnet() *devinfo.Info {
	if len(o.c.nodes) > 0 {
		return nil
	}
	info, err := devinfo.LoadInfo(devinfo.FindInfo())
	if err != nil || o.c.chainID != "" && o.c.chainID != info.ChainID {
		return nil
	}
	return info
}

// reach connects to the chain when there is one to reach: the nodes named, which then have to answer, or a running
// devnet. Nil without one.
func (o *orderFlags) reach(ctx context.Context) (*link, error) {
	if o.offline {
		return nil, nil
	}
	if len(o.c.nodes) > 0 {
		return o.c.connect(ctx)
	}
	info := o.devnet()
	if info == nil || !info.Running {
		return nil, nil
	}
	c := o.c // as in connected
	l, err := c.connect(ctx)
	if err != nil && errors.Is(err, credence.ErrNoEndpoint) {
		return nil, nil
	}
	return l, err
}

// chainOf is the id of the chain that something is signed for: as given, the node's, or the devnet's.
func (o *orderFlags) chainOf(l *link) (string, error) {
	switch info := o.devnet(); {
	case l != nil:
		return l.conn.ChainID(), nil
	case o.c.chainID != "":
		return o.c.chainID, nil
	case info != nil:
		return info.ChainID, nil
	}
	return "", &cli.Problem{
		What: "the chain is not known: an order is signed for one, and its id depends on it",
		Next: "name it with --chain-id ID, or a node of it with --node HOST:PORT",
	}
}

// connected works with a node and explains errors.
func (o *orderFlags) connected(cmd *cobra.Command, work func(context.Context, *link) error) error {
	if err := o.check(cmd); err != nil {
		return err
	}
	c := o.c // what connecting fills in for a devnet must not look as if it had been given
	return cli.Plain(withLink(cmd, &c, work))
}

// lookUp says of something that the chain does not have, or that can't be a name of it, what was looked for, and how it
// is listed.
func lookUp(field, value, list string, err error) error {
	p := &cli.Problem{Next: "list those there are: credenced query " + list, Err: err}
	switch refused := credence.Refused(err); {
	case err == nil:
		return nil
	case unknown(err):
		p.What = fmt.Sprintf("%s: the chain has no %q", field, value)
	case status.Code(err) == codes.InvalidArgument && refused == nil:
		p.What = fmt.Sprintf("%s: %s", field, status.Convert(err).Message())
	default:
		return err
	}
	return p
}

// maybeConnected works with a node if there is one; the link is nil otherwise.
func (o *orderFlags) maybeConnected(cmd *cobra.Command, work func(context.Context, *link) error) error {
	if err := o.check(cmd); err != nil {
		return err
	}
	ctx, stop := cli.WatchContext(cmd)
	defer stop()
	l, err := o.reach(ctx)
	if err != nil {
		return err
	}
	if l != nil {
		defer l.close()
	}
	return cli.Plain(cli.Explain(work(ctx, l)))
}

// name calls accounts by what people know them as.
func (o *orderFlags) name(address string) string { return o.devnet().Name(address) }

// who is an account in text: its address, and its name when it has one.
func (o *orderFlags) who(address string) string {
	if name := o.name(address); name != address {
		return fmt.Sprintf("%s (%s)", address, name)
	}
	return address
}

// printJSON writes any value as indented JSON; messages of the protocol in their own form.
func printJSON(out io.Writer, v any) error {
	text, err := jsonOf(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, string(text))
	return err
}

// parseKind reads the kind of an order.
func parseKind(text string) (markettypes.OrderKind, error) {
	for k := markettypes.ORDER_KIND_APP; k <= markettypes.ORDER_KIND_REQUEST; k++ {
		if strings.EqualFold(text, k.Word()) {
			return k, nil
		}
	}
	return 0, fmt.Errorf("kind %q: expected app, dataset, pool or request", text)
}

// parseAccount reads an address, the name of a key in the keyring, or of an account of the devnet.
func (o *orderFlags) parseAccount(cmd *cobra.Command, flag, text string) (string, error) {
	if raw, err := credence.Addresses().StringToBytes(text); err == nil {
		return credence.Addresses().BytesToString(raw)
	}
	key, err := o.named(cmd, text)
	if err != nil {
		return "", fmt.Errorf("%s %q: neither an address (%s1...) nor a name: %w", flag, text, credence.Bech32Prefix, err)
	}
	return key.Address(), nil
}
