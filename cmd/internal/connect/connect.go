// Package connect has the flags that name a chain, a key and a store, and makes the connection that commands use. If a devnet is known on
// this machine, it supplies what the flags leave out.
package connect

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/devinfo"
	"github.com/credence-chain/credence/internal/keyfile"
)

// Flags are flags that say which chain, keys and store to use. A devnet supplies what they leave out.
type Flags struct {
	nodes   []string
	ChainID string
	KeyFile string
	// PassphraseFile names the file with the passphrase of an encrypted KeyFile.
	PassphraseFile string
	passphrase     keyfile.Source
	providerKey    string
	From           string
	Backend        string
	home           string
	Stores         []string
	holders        []string
	StoreToken     string
}

// AddChain adds the flags that name the chain and the store.
func (c *Flags) AddChain(f *pflag.FlagSet) {
	f.StringSliceVar(&c.nodes, "node", nil, "gRPC endpoint of a node, HOST:PORT; repeatable (default: the devnet's)")
	f.StringVar(&c.ChainID, "chain-id", "", "refuse nodes of any other chain")
	f.StringSliceVar(&c.Stores, "store", nil, "base URL of an artifact store; repeatable (default: the devnet's)")
}

// Add adds the flags of AddChain and the flag for other holders of results. If keys is set, it also adds the flags that name the keys of
// the account that pays and of the one that publishes.
func (c *Flags) Add(f *pflag.FlagSet, keys bool) {
	c.AddChain(f)
	f.StringSliceVar(&c.holders, "holder", nil, "base URL of another holder of results, such as a court executor; repeatable (default: the devnet's courts)")
	if !keys {
		return
	}
	f.StringVar(&c.StoreToken, "store-token", "", "token for uploads to the store")
	f.StringVar(&c.KeyFile, "key-file", "", "file with the requester's key, in hex or encrypted (default: the devnet's requester)")
	c.AddPassphrase(f)
	f.StringVar(&c.providerKey, "provider-key-file", "", "file with the key that publishes apps (default: the devnet's provider, or the requester)")
	f.StringVar(&c.From, "from", "", "name of the requester's key in the keyring, or of a devnet's account, instead of --key-file")
	c.AddKeyring(f)
}

// AddPassphrase adds the flag with the passphrase file of encrypted key files.
func (c *Flags) AddPassphrase(f *pflag.FlagSet) {
	f.StringVar(&c.PassphraseFile, keyfile.Flag, "", keyfile.Usage)
}

// openKey reads a key file, with the passphrase if the file is encrypted. All files of a command have the same passphrase, which is read
// once, because a pipe delivers it only once.
func (c *Flags) openKey(path string) (client.Key, error) {
	if c.passphrase == nil {
		c.passphrase = keyfile.NewSource(c.PassphraseFile)
	}
	return client.UnlockKey(path, c.passphrase)
}

// Link is a connection and what belongs to it: keys and stores.
type Link struct {
	Conn      *client.Conn
	Stores    []string
	Holders   []string
	Requester client.Key
	Provider  client.Key
	// Info describes the devnet; nil for any other chain.
	Info *devinfo.Info
}

// Close closes the connection.
func (l *Link) Close() { l.Conn.Close() }

// LastWords returns a reader of what programs wrote to stderr, from the logs of a devnet's workers and courts on this machine; nil for any
// other chain.
func (l *Link) LastWords() client.LastWords {
	if l.Info == nil {
		return nil
	}
	return l.Info.LastWords
}

// Connect dials the named nodes, or the devnet's.
func (c *Flags) Connect(ctx context.Context) (*Link, error) {
	l := &Link{Stores: c.Stores, Holders: c.holders}
	if len(c.nodes) == 0 {
		info, err := devinfo.LoadInfo(devinfo.FindInfo())
		switch {
		case errors.Is(err, devinfo.ErrNoDevnet):
			return nil, &cli.Problem{
				What: "no devnet is known here, and no --node was given: " + devinfo.FindInfo() + " does not exist",
				Next: "start one in another terminal with `credenced devnet`, or name a chain with --node HOST:PORT --key-file FILE --store URL, or once for all with `credenced context add`",
				Exit: cli.ExitNetwork,
			}
		case err != nil:
			return nil, err
		case !info.Running:
			return nil, &cli.Problem{
				What: "the devnet in " + info.State + " is not running", Next: "continue it in another terminal with `credenced devnet" + stateFlag(info) + "`",
				Exit: cli.ExitNetwork, Err: ErrNotRunning,
			}
		}
		l.Info = info
		c.nodes = info.GRPC
		if c.ChainID == "" {
			c.ChainID = info.ChainID
		}
		if len(l.Stores) == 0 {
			l.Stores = []string{info.Store}
		}
		for _, v := range info.Validators {
			l.Holders = append(l.Holders, v.Court)
		}
	}
	conn, err := client.Dial(ctx, c.nodes, c.ChainID)
	if err != nil {
		if l.Info != nil && errors.Is(err, client.ErrNoEndpoint) {
			return nil, &cli.Problem{
				What: "the devnet in " + l.Info.State + " does not answer: it is still starting, or it was killed",
				Next: "wait until it says that it is ready, or start it again in another terminal with `credenced devnet" + stateFlag(l.Info) + "`", Exit: cli.ExitNetwork, Err: err,
			}
		}
		if errors.Is(err, client.ErrWrongChain) {
			return nil, &cli.Problem{What: "--chain-id: " + err.Error(), Next: "name a node of that chain with --node HOST:PORT, or leave --chain-id out", Err: err}
		}
		return nil, cli.Explain(err)
	}
	l.Conn = conn
	return l, nil
}

func stateFlag(info *devinfo.Info) string {
	if info.State == devinfo.DefaultState() {
		return ""
	}
	return " --state " + cli.ShellQuote(info.State)
}

// loadKey loads the key that --from names: of an account of the devnet, or in the keyring.
func (c *Flags) loadKey(cmd *cobra.Command, info *devinfo.Info) (client.Key, error) {
	if a := ofDevnet(cmd, info, c.From); a != nil {
		return client.LoadKey(a.KeyFile)
	}
	c.ChooseKeyring(cmd)
	ring, err := c.OpenKeyring(cmd)
	if err != nil {
		return nil, err
	}
	key, err := client.KeyFromKeyring(ring, c.From)
	if errors.Is(err, sdkerrors.ErrKeyNotFound) {
		return nil, &cli.Problem{What: "--from: " + noKey(c.From, c.Backend, info).Error(), Next: "list the keys: credenced keys list --keyring-backend " + c.Backend}
	}
	return key, err
}

// LoadKeys loads the requester's key and the provider's key.
func (c *Flags) LoadKeys(cmd *cobra.Command, l *Link) (err error) {
	switch {
	case c.KeyFile != "" && c.From != "":
		return fmt.Errorf("--key-file and --from name one key each: give one of them")
	case c.KeyFile != "":
		l.Requester, err = c.openKey(c.KeyFile)
	case c.From != "":
		l.Requester, err = c.loadKey(cmd, l.Info)
	case l.Info != nil:
		l.Requester, err = client.LoadKey(l.Info.Account("requester").KeyFile)
	default:
		return &cli.Problem{What: "no key was given to pay with", Next: "name one with --key-file FILE or --from NAME"}
	}
	if err != nil {
		return err
	}
	switch {
	case c.providerKey != "":
		l.Provider, err = c.openKey(c.providerKey)
	case l.Info != nil && c.KeyFile == "" && c.From == "":
		l.Provider, err = client.LoadKey(l.Info.Account("provider").KeyFile)
	}
	return err
}

// ErrNotRunning says that the devnet of this machine is not running.
var ErrNotRunning = errors.New("the devnet is not running")

// WithLink connects, calls work, and explains errors.
func WithLink(cmd *cobra.Command, c *Flags, work func(context.Context, *Link) error) error {
	ctx, stop := cli.WatchContext(cmd)
	defer stop()
	l, err := c.Connect(ctx)
	if err != nil {
		return err
	}
	defer l.Close()
	return cli.Stopped(ctx, l.explain(ctx, work(ctx, l)), "")
}

// AddStall adds the flag that says how long a command waits for a chain that makes no blocks.
func AddStall(f *pflag.FlagSet, stall *time.Duration) {
	f.DurationVar(stall, "stall", client.DefaultStall, "how long to wait while the chain makes no blocks or no node answers; the tasks run on")
}
