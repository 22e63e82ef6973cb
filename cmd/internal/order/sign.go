package order

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client/order"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/keyfile"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

func orderSignCmd() *cobra.Command {
	var (
		o            orderFlags
		out, many    string
		overwritable bool
	)
	cmd := &cobra.Command{
		Use:   "sign FILE",
		Short: "Sign an order off the chain with its owner's key",
		Long: `Sign an order off the chain with its owner's key, and write {"order": ..., "signature": ...}. Nothing is sent anywhere.
A signature holds for one chain; with --chain-id no node is needed.

For an owner that is a multisig key, each of its keys signs with --multisig, and "order multisign" puts the signatures
together. A ledger can not sign orders: use "order presign".`,
		Example: `  credenced order sign pool.json --from operator --out pool.signed.json
  credenced order sign pool.json --from alice --chain-id credence-1 --offline --out pool.signed.json
  credenced order sign pool.json --multisig board --from alice --out alice.json`,
		Args: cli.Exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Offline = o.Offline || o.Chain.ChainID != "" // only the chain id would be asked of a node
			return o.WithOrWithoutChain(cmd, func(_ context.Context, l *connect.Link) error {
				signed, err := readFile(args[0])
				if err != nil {
					return err
				}
				chain, err := o.ChainID(l)
				if err != nil {
					return err
				}
				owner := signed.Order.Owner
				if many != "" {
					owner = "" // any of the multisig's keys may sign
				}
				key, err := o.LoadSigner(cmd, owner)
				if err != nil {
					return err
				}
				if many == "" {
					signed, err = order.Sign(*signed.Order, chain, key)
				} else {
					signed, err = o.signPart(cmd, *signed.Order, chain, many, key)
				}
				if errors.Is(err, order.ErrKey) {
					return fmt.Errorf("%w; a key of a multisig owner signs with --multisig NAME", err)
				}
				if err != nil {
					return err
				}
				said := cli.Problem{What: fmt.Sprintf("signed for chain %s by %s", chain, o.Describe(key.Address())), Next: "send it to whoever has it matched: credenced order match --help"}
				if many != "" {
					said.What += ", one of the keys of " + many
					said.Next = fmt.Sprintf("credenced order multisign %s %s %s ...", cli.ShellQuote(args[0]), cli.ShellQuote(many), cli.ShellQuote(out))
				}
				return writeOrder(cmd, signed, out, overwritable, said.Error())
			})
		},
	}
	f := cmd.Flags()
	o.AddChain(f)
	o.HideOutput(f)
	o.AddKeys(f, "name of the key in the keyring, or of a devnet's account (default: the devnet's account that owns the order)")
	f.BoolVar(&o.Offline, "offline", false, "ask no node, not even for the chain's id")
	f.StringVar(&many, "multisig", "", "sign as one of the keys of this multisig key, given by name or address")
	addOutFlags(f, &out, &overwritable)
	return cmd
}

// signPart signs with one of a multisig's keys. If the multisig is named, its keys are known, and the signing key must be one of them.
func (o *orderFlags) signPart(cmd *cobra.Command, what markettypes.Order, chain, name string, key order.Key) (markettypes.SignedOrder, error) {
	owner := name
	if many, err := o.MultisigKey(cmd, name); err == nil {
		if owner, err = connect.AccountText(many.Address()); err != nil {
			return markettypes.SignedOrder{}, err
		}
		if !slices.ContainsFunc(many.GetPubKeys(), key.PubKey().Equals) {
			return markettypes.SignedOrder{}, fmt.Errorf("--from: %s is none of the %d keys of %s", key.Address(), len(many.GetPubKeys()), name)
		}
	} else if what.Owner != name {
		return markettypes.SignedOrder{}, err
	}
	if what.Owner != owner {
		return markettypes.SignedOrder{}, fmt.Errorf("--multisig %s: its account is %s, the order's owner %s", name, owner, what.Owner)
	}
	return order.SignPart(what, chain, key)
}

func orderMultisignCmd() *cobra.Command {
	var (
		o            orderFlags
		out          string
		overwritable bool
	)
	cmd := &cobra.Command{
		Use:   "multisign FILE NAME SIGNATURE...",
		Short: "Put the signatures of a multisig owner's keys together",
		Long: `Put together what keys of a multisig owner signed with "order sign --multisig": FILE is the order, NAME the multisig key
in the keyring, each SIGNATURE a file that "order sign" wrote. As many are needed as the key's threshold says.`,
		Example: `  credenced order multisign pool.json board alice.json bob.json --out pool.signed.json`,
		Args:    cli.Between(3, -1, "FILE", "NAME", "SIGNATURE..."),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Offline = o.Offline || o.Chain.ChainID != "" // only the chain id would be asked of a node
			return o.WithOrWithoutChain(cmd, func(_ context.Context, l *connect.Link) error {
				what, err := readFile(args[0])
				if err != nil {
					return err
				}
				chain, err := o.ChainID(l)
				if err != nil {
					return err
				}
				many, err := o.MultisigKey(cmd, args[1])
				if err != nil {
					return err
				}
				var parts []markettypes.SignedOrder
				for _, file := range args[2:] {
					part, err := readFile(file)
					if err != nil {
						return err
					}
					parts = append(parts, part)
				}
				signed, err := order.Assemble(*what.Order, chain, many, parts...)
				if err != nil {
					return err
				}
				return writeOrder(cmd, signed, out, overwritable, fmt.Sprintf("signed for chain %s by %d keys of %s", chain, len(parts), args[1]))
			})
		},
	}
	f := cmd.Flags()
	o.AddChain(f)
	o.HideOutput(f)
	o.AddKeys(f, "")
	_ = f.MarkHidden("from")
	_ = f.MarkHidden("key-file")
	_ = f.MarkHidden(keyfile.Flag)
	f.BoolVar(&o.Offline, "offline", false, "ask no node, not even for the chain's id")
	addOutFlags(f, &out, &overwritable)
	return cmd
}
