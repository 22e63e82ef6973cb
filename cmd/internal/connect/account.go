package connect

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/devinfo"
)

// AccountFlags say which chain a command asks, which account it acts for, and how it writes.
type AccountFlags struct {
	Chain   Flags
	output  string
	Offline bool
}

// AddChain adds the flags that say which chain is meant.
func (o *AccountFlags) AddChain(f *pflag.FlagSet) {
	f.StringSliceVar(&o.Chain.nodes, "node", nil, "gRPC endpoint of a node, HOST:PORT; repeatable (default: the devnet's)")
	f.StringVar(&o.Chain.ChainID, "chain-id", "", "id of the chain (default: the node's, or the devnet's)")
	f.StringVarP(&o.output, "output", "o", "text", "text, or json for scripts")
}

// HideOutput says that what the command writes is JSON anyway: --output is taken, and changes nothing.
func (o *AccountFlags) HideOutput(f *pflag.FlagSet) { _ = f.MarkHidden("output") }

// AddKeys adds the flags that say whose key is used.
func (o *AccountFlags) AddKeys(f *pflag.FlagSet, what string) {
	f.StringVar(&o.Chain.From, "from", "", what)
	f.StringVar(&o.Chain.KeyFile, "key-file", "", "file with the key, in hex or encrypted, instead of --from")
	o.Chain.AddPassphrase(f)
	o.Chain.AddKeyring(f)
}

// Check is what every command does first.
func (o *AccountFlags) Check(cmd *cobra.Command) error {
	if err := cli.OneOf("--output", o.output, "text", "json"); err != nil {
		return err
	}
	o.Chain.ChooseKeyring(cmd)
	return nil
}

// WritesJSON says whether a program reads what is written.
func (o *AccountFlags) WritesJSON() bool { return o.output == "json" }

// findDevnet returns the one that is known here when no other chain was named; nil without one.
func (o *AccountFlags) findDevnet() *devinfo.Info {
	if len(o.Chain.nodes) > 0 {
		return nil
	}
	info, err := devinfo.LoadInfo(devinfo.FindInfo())
	if err != nil || o.Chain.ChainID != "" && o.Chain.ChainID != info.ChainID {
		return nil
	}
	return info
}

// reachChain connects to the chain when there is one to reach: the nodes named, which then have to answer, or a running
// devnet. Nil without one.
func (o *AccountFlags) reachChain(ctx context.Context) (*Link, error) {
	if o.Offline {
		return nil, nil
	}
	if len(o.Chain.nodes) > 0 {
		return o.Chain.Connect(ctx)
	}
	info := o.findDevnet()
	if info == nil || !info.Running {
		return nil, nil
	}
	c := o.Chain // as in connected
	l, err := c.Connect(ctx)
	if err != nil && errors.Is(err, credence.ErrNoEndpoint) {
		return nil, nil
	}
	return l, err
}

// ChainID is the id of the chain that something is signed for: as given, the node's, or the devnet's.
func (o *AccountFlags) ChainID(l *Link) (string, error) {
	switch info := o.findDevnet(); {
	case l != nil:
		return l.Conn.ChainID(), nil
	case o.Chain.ChainID != "":
		return o.Chain.ChainID, nil
	case info != nil:
		return info.ChainID, nil
	}
	return "", &cli.Problem{
		What: "the chain is not known: an order is signed for one, and its id depends on it",
		Next: "name it with --chain-id ID, or a node of it with --node HOST:PORT",
	}
}

// WithChain works with a node and explains errors.
func (o *AccountFlags) WithChain(cmd *cobra.Command, work func(context.Context, *Link) error) error {
	if err := o.Check(cmd); err != nil {
		return err
	}
	c := o.Chain // what connecting fills in for a devnet must not look as if it had been given
	return cli.SimplifyError(WithLink(cmd, &c, work))
}

// WithOrWithoutChain works with a node if there is one; the link is nil otherwise.
func (o *AccountFlags) WithOrWithoutChain(cmd *cobra.Command, work func(context.Context, *Link) error) error {
	if err := o.Check(cmd); err != nil {
		return err
	}
	ctx, stop := cli.WatchContext(cmd)
	defer stop()
	l, err := o.reachChain(ctx)
	if err != nil {
		return err
	}
	if l != nil {
		defer l.Close()
	}
	return cli.SimplifyError(cli.Explain(work(ctx, l)))
}

// NameOf calls accounts by what people know them as.
func (o *AccountFlags) NameOf(address string) string { return o.findDevnet().Name(address) }

// Describe is an account in text: its address, and its name when it has one.
func (o *AccountFlags) Describe(address string) string {
	if name := o.NameOf(address); name != address {
		return fmt.Sprintf("%s (%s)", address, name)
	}
	return address
}

// ParseAccount reads an address, the name of a key in the keyring, or of an account of the devnet.
func (o *AccountFlags) ParseAccount(cmd *cobra.Command, flag, text string) (string, error) {
	if raw, err := credence.Addresses().StringToBytes(text); err == nil {
		return credence.Addresses().BytesToString(raw)
	}
	key, err := o.LoadNamedKey(cmd, text)
	if err != nil {
		return "", fmt.Errorf("%s %q: neither an address (%s1...) nor a name: %w", flag, text, credence.Bech32Prefix, err)
	}
	return key.Address(), nil
}
