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

// AccountFlags are flags that say which chain a command asks, for which account it acts, and in which format it prints.
type AccountFlags struct {
	Chain   Flags
	output  string
	Offline bool
}

// AddChain adds the flags that name the chain.
func (o *AccountFlags) AddChain(f *pflag.FlagSet) {
	f.StringSliceVar(&o.Chain.nodes, "node", nil, "gRPC endpoint of a node, HOST:PORT; repeatable (default: the devnet's)")
	f.StringVar(&o.Chain.ChainID, "chain-id", "", "id of the chain (default: the node's, or the devnet's)")
	f.StringVarP(&o.output, "output", "o", "text", "text, or json for scripts")
}

// HideOutput hides --output from the help of a command that always prints JSON. The flag is still accepted and changes nothing.
func (o *AccountFlags) HideOutput(f *pflag.FlagSet) { _ = f.MarkHidden("output") }

// AddKeys adds the flags that name the key to use.
func (o *AccountFlags) AddKeys(f *pflag.FlagSet, what string) {
	f.StringVar(&o.Chain.From, "from", "", what)
	f.StringVar(&o.Chain.KeyFile, "key-file", "", "file with the key, in hex or encrypted, instead of --from")
	o.Chain.AddPassphrase(f)
	o.Chain.AddKeyring(f)
}

// Check checks the flags and completes them. Every command calls it first.
func (o *AccountFlags) Check(cmd *cobra.Command) error {
	if err := cli.OneOf("--output", o.output, "text", "json"); err != nil {
		return err
	}
	o.Chain.ChooseKeyring(cmd)
	return nil
}

// WritesJSON reports whether the output is JSON, for programs.
func (o *AccountFlags) WritesJSON() bool { return o.output == "json" }

// findDevnet returns the devnet of this machine, unless the flags name another chain; nil if there is none.
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

// reachChain connects to the named nodes, which have to answer, or else to the devnet if it is running. It returns nil without an error if
// there is neither.
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
	c := o.Chain // a copy, for the same reason as in WithChain
	l, err := c.Connect(ctx)
	if err != nil && errors.Is(err, credence.ErrNoEndpoint) {
		return nil, nil
	}
	return l, err
}

// ChainID returns the id of the chain for which something is signed: that of the connected node, of --chain-id, or of the devnet.
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

// WithChain connects, calls work, and explains errors.
func (o *AccountFlags) WithChain(cmd *cobra.Command, work func(context.Context, *Link) error) error {
	if err := o.Check(cmd); err != nil {
		return err
	}
	c := o.Chain // a copy, so that values which Connect fills in for a devnet do not count as given by the user
	return cli.SimplifyError(WithLink(cmd, &c, work))
}

// WithOrWithoutChain calls work with a connection if there is a node, and with nil otherwise.
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
	err = work(ctx, l)
	if l == nil {
		return cli.SimplifyError(cli.Explain(err))
	}
	return cli.SimplifyError(l.explain(ctx, err))
}

// NameOf returns the name by which people know an account: its name in the devnet, or the address itself.
func (o *AccountFlags) NameOf(address string) string { return o.findDevnet().Name(address) }

// Describe returns an account's address, followed by its name if it has one.
func (o *AccountFlags) Describe(address string) string {
	if name := o.NameOf(address); name != address {
		return fmt.Sprintf("%s (%s)", address, name)
	}
	return address
}

// ParseAccount returns the address that a text stands for: an address, the name of a key in the keyring, or the name of an account of the
// devnet.
func (o *AccountFlags) ParseAccount(cmd *cobra.Command, flag, text string) (string, error) {
	if raw, err := credence.Addresses().StringToBytes(text); err == nil {
		return credence.Addresses().BytesToString(raw)
	}
	key, err := o.LoadNamedKey(cmd, text)
	if err != nil {
		return "", &cli.Problem{
			What: fmt.Sprintf("%s %q: neither an address (%s1...) nor a name: %s", flag, text, credence.Bech32Prefix, err),
			Next: "list the keys: credenced keys list --keyring-backend " + o.Chain.Backend, Err: err,
		}
	}
	return key.Address(), nil
}
