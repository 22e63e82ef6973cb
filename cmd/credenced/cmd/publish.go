package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/client"
	appstypes "github.com/credence-chain/credence/x/apps/types"
)

// publishFlags are what the versions of apps and datasets have in common.
type publishFlags struct {
	name, version, description, price string
	byOrder                           bool
	tags                              []string
	output                            string
	connect                           connectFlags
}

func (p *publishFlags) add(f *pflag.FlagSet) {
	f.StringVar(&p.name, "name", "", "name within the provider's organisation (default: the file's)")
	f.StringVar(&p.version, "version", "", "version; immutable once published (default: the beginning of the digest)")
	f.StringVar(&p.description, "description", "", "what it is, in a sentence")
	f.StringVar(&p.price, "price", "", "list price of each task that ends with a result, such as 2CRED or 500ucred (default: nothing)")
	f.BoolVar(&p.byOrder, "by-order", false, "no list price: used only under an order of its owner, which may say by whom")
	f.StringSliceVar(&p.tags, "tag", nil, "capability that it needs of a pool; repeatable")
	f.StringVar(&p.output, "output", "text", "text, or json for one line an event")
	p.connect.add(f, true)
}

func (p *publishFlags) amount() (uint64, error) {
	if p.price == "" {
		return 0, nil
	}
	amount, err := client.ParseCRED(p.price)
	if err != nil {
		return 0, fmt.Errorf("--%w", err)
	}
	return amount, nil
}

func publishCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "publish",
		Short: "Publish an app or a dataset: its bytes to the store, its digest and price to the chain",
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(publishAppCmd(), publishDatasetCmd())
	return cmd
}

func publishAppCmd() *cobra.Command {
	var p publishFlags
	var a client.AppFile
	var needs appstypes.Resources
	cmd := &cobra.Command{
		Use:   "app FILE.wasm",
		Short: "Publish a WebAssembly module as a version of an app",
		Example: `  credenced publish app paint.wasm --name paint --version 1.0 --price 0.05CRED
  credenced publish app paint.wasm --version 1.1 --output-path picture --memory-bytes 268435456
  credenced publish app secret.wasm --by-order`,
		Args:              cobra.ExactArgs(1),
		PersistentPreRunE: noPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			price, err := p.amount()
			if err != nil {
				return err
			}
			a.Path, a.Name, a.Version, a.Description = args[0], p.name, p.version, p.description
			a.Price, a.ByOrder, a.Tags, a.Requirements = price, p.byOrder, p.tags, needs
			return p.publish(cmd, func(ctx context.Context, r *client.Runner, tell client.Observer) (string, error) {
				return r.PublishApp(ctx, a, tell)
			})
		},
	}
	f := cmd.Flags()
	p.add(f)
	f.StringVar(&a.OutputPath, "output-path", "", "folder below /out whose files are the result (default: everything below /out)")
	f.Uint64Var(&needs.MemoryBytes, "memory-bytes", 0, "least memory that an execution needs")
	f.Uint64Var(&needs.DiskBytes, "disk-bytes", 0, "least room for its files")
	f.Uint64Var(&needs.CpuMillis, "cpu-millis", 0, "least share of processors, in thousandths of one")
	f.Uint32Var(&needs.Gpus, "gpus", 0, "least number of graphics processors")
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
		Args:              cobra.ExactArgs(1),
		PersistentPreRunE: noPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			price, err := p.amount()
			if err != nil {
				return err
			}
			d.Path, d.Name, d.Version, d.Description = args[0], p.name, p.version, p.description
			d.Price, d.ByOrder, d.Tags = price, p.byOrder, p.tags
			return p.publish(cmd, func(ctx context.Context, r *client.Runner, tell client.Observer) (string, error) {
				return r.PublishDataset(ctx, d, tell)
			})
		},
	}
	f := cmd.Flags()
	p.add(f)
	f.StringVar(&d.MediaType, "media-type", "", "type of the content, such as text/csv (default: by the file's name)")
	f.StringVar(&d.Schema, "schema", "", "digest of a description of the content")
	return cmd
}

// publish connects, publishes and prints what came of it.
func (p *publishFlags) publish(cmd *cobra.Command, do func(context.Context, *client.Runner, client.Observer) (string, error)) error {
	if err := oneOf("--output", p.output, "text", "json"); err != nil {
		return err
	}
	ctx := cmd.Context()
	l, err := p.connect.connect(ctx)
	if err != nil {
		return err
	}
	defer l.close()
	if err := p.connect.keys(cmd, l); err != nil {
		return err
	}
	view := newView(cmd.OutOrStdout(), "plain", p.output)
	r := &client.Runner{Conn: l.conn, Requester: l.requester, Provider: l.provider, Stores: l.stores, StoreToken: p.connect.storeToken}
	_, err = do(ctx, r, view.Observe)
	view.Close()
	return err
}
