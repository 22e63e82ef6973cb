// Package program has the commands about programs and datasets: check and publish.
package program

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/jobflags"
	"github.com/credence-chain/credence/cmd/internal/progress"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/commandline"
	appstypes "github.com/credence-chain/credence/x/apps/types"
)

// This file has "publish app" and "publish dataset". Both upload a file and register its digest, size and price as a version. They publish
// the same bytes only once: publishing them again changes nothing. So the command compares what is published with what the flags ask for,
// and fails if the two differ (printDifference).

// publishFlags are the flags that publishing an app and publishing a dataset have in common.
type publishFlags struct {
	name, version, description, price string
	byOrder                           bool
	tags                              []string
	output                            string
	connect                           connect.Flags
}

func (p *publishFlags) addFlags(f *pflag.FlagSet) {
	f.StringVar(&p.name, "name", "", "name within the provider's organisation (default: the file's)")
	f.StringVar(&p.version, "version", "", "version; immutable once published (default: the beginning of the digest)")
	f.StringVar(&p.description, "description", "", "what it is, in a sentence")
	p.addPrice(f, "list price of each task that ends with a result, such as 2CRED or 500ucred (default: nothing)")
	f.StringSliceVar(&p.tags, "tag", nil, "capability that it needs of a pool; repeatable")
	p.addProvider(f, "text, or json for one line an event")
	f.StringVar(&p.connect.StoreToken, "store-token", "", "token for uploads to the store")
}

// addPrice adds the flags that say how a version is sold.
func (p *publishFlags) addPrice(f *pflag.FlagSet, usage string) {
	f.StringVar(&p.price, "price", "", usage)
	f.BoolVar(&p.byOrder, "by-order", false, "no list price: used only under an order of its owner, which may say by whom")
}

// addProvider adds the flags that name the chain and the provider's key.
func (p *publishFlags) addProvider(f *pflag.FlagSet, output string) {
	f.StringVar(&p.output, "output", "text", output)
	p.connect.AddChain(f)
	f.StringVar(&p.connect.KeyFile, "key-file", "", "file with the provider's key, in hex or encrypted, instead of --from (default: the devnet's provider)")
	p.connect.AddPassphrase(f)
	f.StringVar(&p.connect.From, "from", "", "name of the provider's key in the keyring, or of a devnet's account (default: the devnet's provider)")
	p.connect.AddKeyring(f)
}

// readAmount reads the list price.
func (p *publishFlags) readAmount() (uint64, error) {
	if p.price == "" {
		return 0, nil
	}
	if p.byOrder {
		return 0, &cli.Problem{
			What: "--price and --by-order: a version that is sold by order alone has no list price",
			Next: "give one of them; orders say their prices: credenced order create --help",
		}
	}
	amount, err := cli.ParseCRED(p.price)
	if err != nil {
		return 0, fmt.Errorf("--%w", err)
	}
	return amount, nil
}

// NewPublishCommand returns the command "publish" with its subcommands for an app and a dataset.
func NewPublishCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "publish",
		Short: "Publish an app or a dataset: its bytes to the store, its digest and price to the chain",
		Long: `Publish an app or a dataset: its bytes go to an artifact store, its digest, size and price to the chain. A version never
changes once it is published; its list price does: credenced publish price.

On a devnet the store, the node and the provider's key need not be named.`,
		PersistentPreRunE: cli.NoPrepare,
	}
	cmd.SetFlagErrorFunc(commandline.FlagError)
	cmd.AddCommand(publishAppCmd(), publishDatasetCmd(), publishPriceCmd())
	return cmd
}

func publishAppCmd() *cobra.Command {
	var p publishFlags
	var a client.AppFile
	var needs jobflags.ResourceFlags
	var okExit []uint
	var fuel string
	cmd := &cobra.Command{
		Use:   "app FILE.wasm|IMAGE",
		Short: "Publish a WebAssembly module or a container's image as a version of an app",
		Long: `Publish a WebAssembly module, or the image of a container, as a version of an app. An image is an OCI image layout (a folder
or a tar archive), the archive that docker save writes, or the name of an image in a registry, which workers then fetch there.
A tag is resolved to a digest first: what is published never changes.`,
		Example: `  credenced publish app paint.wasm --name paint --version 1.0 --price 0.05CRED
  credenced publish app paint.wasm --version 1.1 --output-path picture --memory 256MiB --cpu 0.5
  credenced publish app picosat.wasm --version 965 --ok-exit 0,10,20 --fuel 20G
  credenced publish app secret.wasm --by-order
  credenced publish app tool.tar --name tool
  credenced publish app registry.example/acme/tool@sha256:DIGEST
  credenced publish app registry.example/acme/tool:1.0 --platform linux/amd64`,
		Args: cli.Exactly("FILE.wasm|IMAGE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			price, err := p.readAmount()
			if err != nil {
				return err
			}
			a.Path, a.Name, a.Version, a.Description = args[0], p.name, p.version, p.description
			a.Price, a.ByOrder, a.Tags = price, p.byOrder, p.tags
			if a.Requirements, err = needs.Read(); err != nil {
				return err
			}
			if a.OkExit, err = jobflags.ReadStatuses(okExit); err != nil {
				return err
			}
			if fuel != "" {
				if a.Fuel, err = cli.ParseFuel(fuel); err != nil {
					return fmt.Errorf("--%w", err)
				}
			}
			return p.publishProgram(cmd, price, func(ctx context.Context, r *client.Runner, tell client.Observer) (string, error) {
				return r.PublishApp(ctx, a, tell)
			}, publishedApp)
		},
	}
	f := cmd.Flags()
	p.addFlags(f)
	f.StringVar(&a.Platform, "platform", "", "which image of several, such as linux/arm64 (default: the only one, or the one for this machine)")
	f.StringVar(&a.OutputPath, "output-path", "", "folder below /out whose files are the result (default: everything below /out)")
	f.UintSliceVar(&okExit, "ok-exit", nil, "exit statuses that mean success for a job that names none, such as 0,10,20 (default: 0 alone)")
	f.StringVar(&fuel, "fuel", "", "fuel limit of one execution for a job that names none, such as 2G (default: no proposal)")
	needs.Add(f, "that one execution needs at least, such as", "no requirement")
	f.BoolVar(&a.Nondeterministic, "nondeterministic", false, "two honest runs may differ: no court can judge it, and the policies that need one refuse it")
	return cmd
}

func publishDatasetCmd() *cobra.Command {
	var p publishFlags
	var d client.DatasetFile
	cmd := &cobra.Command{
		Use:   "dataset FILE",
		Short: "Publish a file as a version of a dataset, which programs find below /in/datasets",
		Example: `  credenced publish dataset cities.csv --version 2024 --price 0.01CRED
  credenced publish dataset patients.csv --by-order --tag tee`,
		Args: cli.Exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			price, err := p.readAmount()
			if err != nil {
				return err
			}
			d.Path, d.Name, d.Version, d.Description = args[0], p.name, p.version, p.description
			d.Price, d.ByOrder, d.Tags = price, p.byOrder, p.tags
			return p.publishProgram(cmd, price, func(ctx context.Context, r *client.Runner, tell client.Observer) (string, error) {
				return r.PublishDataset(ctx, d, tell)
			}, publishedDataset)
		},
	}
	f := cmd.Flags()
	p.addFlags(f)
	f.StringVar(&d.MediaType, "media-type", "", "type of the content, such as text/csv (default: by the file's name)")
	f.StringVar(&d.Schema, "schema", "", "digest of a description of the content")
	return cmd
}

// publishProgram connects, publishes, and prints the result.
func (p *publishFlags) publishProgram(cmd *cobra.Command, price uint64, do func(context.Context, *client.Runner, client.Observer) (string, error), find finder) error {
	if err := cli.OneOf("--output", p.output, "text", "json"); err != nil {
		return err
	}
	ctx, stop := cli.WatchContext(cmd)
	defer stop()
	l, err := p.connect.Connect(ctx)
	if err != nil {
		return err
	}
	defer l.Close()
	if err := p.loadProvider(cmd, l); err != nil {
		return err
	}
	view := progress.NewView(cmd.OutOrStdout(), progress.Style{Progress: "plain", Output: p.output, Verbose: true})
	r := &client.Runner{Conn: l.Conn, Requester: l.Requester, Stores: l.Stores, StoreToken: p.connect.StoreToken}
	known := false
	reference, err := do(ctx, r, func(e client.Event) {
		known = known || e.Kind == client.EventKnown
		view.Observe(e)
	})
	view.Close()
	if err == nil && known {
		var is published
		if is, err = find(ctx, l.Conn, reference); err == nil {
			err = p.printDifference(reference, is, l.Requester.Address(), price)
		}
	}
	return cli.SimplifyError(cli.Explain(err))
}

// loadProvider loads the key of the flags. Without one, it is that of the devnet's provider.
func (p *publishFlags) loadProvider(cmd *cobra.Command, l *connect.Link) error {
	if p.connect.KeyFile == "" && p.connect.From == "" && l.Info != nil {
		p.connect.KeyFile = l.Info.Account("provider").KeyFile
	}
	return p.connect.LoadKeys(cmd, l)
}

// sold returns the flags that say how the version is to be sold.
func (p *publishFlags) sold() string {
	if p.byOrder {
		return "--by-order"
	}
	return "--price " + p.price
}

// published is what the chain knows of a version that is already published.
type published struct {
	owner   string
	price   uint64
	byOrder bool
}

// finder looks up what is published under a reference.
type finder func(ctx context.Context, conn *client.Conn, reference string) (published, error)

func publishedApp(ctx context.Context, conn *client.Conn, reference string) (published, error) {
	res, err := conn.Apps().Version(ctx, &appstypes.QueryVersionRequest{Reference: reference})
	if err != nil {
		return published{}, err
	}
	return published{res.App.Owner, res.Version.Price, res.Version.ByOrder}, nil
}

func publishedDataset(ctx context.Context, conn *client.Conn, reference string) (published, error) {
	res, err := conn.Apps().DatasetVersion(ctx, &appstypes.QueryDatasetVersionRequest{Reference: reference})
	if err != nil {
		return published{}, err
	}
	return published{res.Dataset.Owner, res.Version.Price, res.Version.ByOrder}, nil
}

// printDifference returns an error if these bytes were published earlier under other terms than the flags ask for: then nothing was
// changed. It returns nil if they agree.
func (p *publishFlags) printDifference(reference string, is published, by string, price uint64) error {
	id, version, _ := strings.Cut(reference, ":")
	_, name, _ := strings.Cut(id, "/")
	problem := &cli.Problem{
		What: "these bytes are published already, as " + reference,
		Next: "refer to them so: publish gives the same bytes one name",
	}
	sold := "sold by order alone"
	if !is.byOrder {
		sold = "at " + cli.FormatCRED(is.price)
	}
	switch {
	case p.name != "" && p.name != name || p.version != "" && p.version != version:
	case is.owner != by:
		problem.What += " of another provider"
	case p.price != "" && (is.byOrder || is.price != price) || p.byOrder && !is.byOrder:
		problem.What += ", " + sold
		problem.Next = fmt.Sprintf("change that: credenced publish price %s %s", reference, p.sold())
	default:
		return nil
	}
	problem.What += ": nothing was changed"
	return problem
}
