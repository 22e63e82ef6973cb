package requester

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/devinfo"
)

// connectFlags say which chain, which keys and which store; a devnet fills in what is left out.
type connectFlags struct {
	nodes       []string
	chainID     string
	keyFile     string
	providerKey string
	from        string
	backend     string
	home        string
	stores      []string
	holders     []string
	storeToken  string
}

// chain adds the flags that say which chain and which store.
func (c *connectFlags) chain(f *pflag.FlagSet) {
	f.StringSliceVar(&c.nodes, "node", nil, "gRPC endpoint of a node, HOST:PORT; repeatable (default: the devnet's)")
	f.StringVar(&c.chainID, "chain-id", "", "refuse nodes of any other chain")
	f.StringSliceVar(&c.stores, "store", nil, "base URL of an artifact store; repeatable (default: the devnet's)")
}

func (c *connectFlags) add(f *pflag.FlagSet, keys bool) {
	c.chain(f)
	f.StringSliceVar(&c.holders, "holder", nil, "base URL of another holder of results, such as a court executor; repeatable (default: the devnet's courts)")
	if !keys {
		return
	}
	f.StringVar(&c.storeToken, "store-token", "", "token for uploads to the store")
	f.StringVar(&c.keyFile, "key-file", "", "file with the requester's key in hex (default: the devnet's requester)")
	f.StringVar(&c.providerKey, "provider-key-file", "", "file with the key that publishes apps (default: the devnet's provider, or the requester)")
	f.StringVar(&c.from, "from", "", "name of the requester's key in the keyring, or of a devnet's account, instead of --key-file")
	c.keyringFlags(f)
}

// link is what a command works with.
type link struct {
	conn      *client.Conn
	stores    []string
	holders   []string
	requester client.Key
	provider  client.Key
	// info is the devnet's; nil without one.
	info *devinfo.Info
}

func (l *link) close() { l.conn.Close() }

// lastWords reads what a program wrote to stderr from the logs of a devnet's workers and courts, which are on this machine;
// nil elsewhere.
func (l *link) lastWords() client.LastWords {
	if l.info == nil {
		return nil
	}
	return l.info.LastWords
}

// connect dials the nodes named, or the devnet's.
func (c *connectFlags) connect(ctx context.Context) (*link, error) {
	l := &link{stores: c.stores, holders: c.holders}
	if len(c.nodes) == 0 {
		info, err := devinfo.LoadInfo(devinfo.FindInfo())
		switch {
		case errors.Is(err, devinfo.ErrNoDevnet):
			return nil, &cli.Problem{
				What: "no devnet is known here, and no --node was given: " + devinfo.FindInfo() + " does not exist",
				Next: "start one in another terminal with `credenced devnet`, or name a chain with --node HOST:PORT --key-file FILE --store URL",
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
		l.info = info
		c.nodes = info.GRPC
		if c.chainID == "" {
			c.chainID = info.ChainID
		}
		if len(l.stores) == 0 {
			l.stores = []string{info.Store}
		}
		for _, v := range info.Validators {
			l.holders = append(l.holders, v.Court)
		}
	}
	conn, err := client.Dial(ctx, c.nodes, c.chainID)
	if err != nil {
		if l.info != nil && errors.Is(err, client.ErrNoEndpoint) {
			return nil, &cli.Problem{
				What: "the devnet in " + l.info.State + " does not answer; it seems to have been killed",
				Next: "start it again in another terminal with `credenced devnet" + stateFlag(l.info) + "`", Exit: cli.ExitNetwork, Err: err,
			}
		}
		return nil, cli.Explain(err)
	}
	l.conn = conn
	return l, nil
}

func stateFlag(info *devinfo.Info) string {
	if info.State == devinfo.DefaultState() {
		return ""
	}
	return " --state " + cli.ShellQuote(info.State)
}

// named loads the key of --from: that of an account of the devnet, or of the keyring.
func (c *connectFlags) named(cmd *cobra.Command, info *devinfo.Info) (client.Key, error) {
	if a := ofDevnet(cmd, info, c.from); a != nil {
		return client.LoadKey(a.KeyFile)
	}
	c.settle(cmd)
	ring, err := c.openRing(cmd)
	if err != nil {
		return nil, err
	}
	key, err := client.KeyFromKeyring(ring, c.from)
	if errors.Is(err, sdkerrors.ErrKeyNotFound) {
		return nil, &cli.Problem{What: "--from: " + noKey(c.from, c.backend, info).Error(), Next: "list the keys: credenced keys list --keyring-backend " + c.backend}
	}
	return key, err
}

// keys loads the requester's and the provider's key.
func (c *connectFlags) keys(cmd *cobra.Command, l *link) (err error) {
	switch {
	case c.keyFile != "" && c.from != "":
		return fmt.Errorf("--key-file and --from name one key each: give one of them")
	case c.keyFile != "":
		l.requester, err = client.LoadKey(c.keyFile)
	case c.from != "":
		l.requester, err = c.named(cmd, l.info)
	case l.info != nil:
		l.requester, err = client.LoadKey(l.info.Account("requester").KeyFile)
	default:
		return &cli.Problem{What: "no key was given to pay with", Next: "name one with --key-file FILE or --from NAME"}
	}
	if err != nil {
		return err
	}
	switch {
	case c.providerKey != "":
		l.provider, err = client.LoadKey(c.providerKey)
	case l.info != nil && c.keyFile == "" && c.from == "":
		l.provider, err = client.LoadKey(l.info.Account("provider").KeyFile)
	}
	return err
}
