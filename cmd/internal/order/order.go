// Package order has the commands about orders: to create, sign, place, match, list and cancel them, and to look at the book.
package order

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cosmos/cosmos-sdk/client/flags"

	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/commandline"
)

// NewCommand returns the command "order" with its subcommands.
func NewCommand() *cobra.Command {
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

// orderFlags are the flags that the commands on orders have in common.
type orderFlags struct {
	connect.AccountFlags
	generateOnly bool
	gas          uint64
	gasPrices    string
}

// addSendFlags adds the flags of commands that send a transaction.
func (o *orderFlags) addSendFlags(f *pflag.FlagSet, what string) {
	o.AddChain(f)
	o.AddKeys(f, what)
	f.BoolVar(&o.generateOnly, flags.FlagGenerateOnly, false, "print the transaction instead, for credenced tx sign, as a ledger or multisig key needs; --from may be an address")
	f.Uint64Var(&o.gas, flags.FlagGas, 0, "gas limit (default: what a simulation takes, and 30 %)")
	f.StringVar(&o.gasPrices, flags.FlagGasPrices, "", "what a unit of gas is paid (default: the node's least)")
}
