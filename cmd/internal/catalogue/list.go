package catalogue

import (
	"context"
	"fmt"
	"strings"

	"github.com/cosmos/gogoproto/proto"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cosmos/cosmos-sdk/types/query"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// NewListCommand returns the command "list", which lists what a job or an order can name.
func NewListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List apps, datasets, pools, categories, vouchers, deals, callbacks or enclave sessions",
		Long: `List what a job or an order can name. What rests on the book: credenced order book. Your own requests: credenced task list.
Feeds: credenced feed list.`,
		Example: `  credenced list apps
  credenced list pools
  credenced list vouchers --holder cred1...
  credenced list deals --app studio/count --output json`,
		PersistentPreRunE: cli.NoPrepare,
	}
	cmd.AddCommand(listApps(), listDatasets(), listPools(), listCategories(), listVouchers(), listDeals(), listCallbacks(), listSessions())
	return cmd
}

// reader asks the chain for a page of a list.
type reader[V any] func(*query.PageRequest) ([]V, *query.PageResponse, error)

// newList returns a command that reads a list page by page. open returns what reads a page.
func newList[V any, M interface {
	*V
	proto.Message
}](name, short string, columns []printer.Column[V], o *connect.AccountFlags, open func(context.Context, *cobra.Command, *connect.Link) (reader[V], error)) *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use: name, Short: short, Args: cli.Exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := printer.CheckLimit(limit); err != nil {
				return err
			}
			return o.WithChain(cmd, func(ctx context.Context, l *connect.Link) error {
				read, err := open(ctx, cmd, l)
				if err != nil {
					return err
				}
				rows, more, err := printer.ReadPages(limit, read)
				if err != nil {
					return err
				}
				out := cmd.OutOrStdout()
				switch {
				case o.WritesJSON():
					return printer.PrintList[V, M](out, name, rows, more)
				case len(rows) == 0:
					fmt.Fprintf(out, "no %s\n", name)
					return nil
				}
				if err := printer.PrintTable(out, columns, rows); err != nil {
					return err
				}
				printer.PrintMore(out, more, limit)
				return nil
			})
		},
	}
	o.AddChain(cmd.Flags())
	printer.AddLimit(cmd.Flags(), &limit)
	return cmd
}

func listApps() *cobra.Command {
	var o connect.AccountFlags
	return newList("apps", "List the apps; show app lists the versions of one, and says all of a version", []printer.Column[appstypes.App]{
		printer.NewColumn("APP", func(a appstypes.App) string { return a.Id }),
		printer.NewColumn("STATE", func(a appstypes.App) string { return formatState(a.Deprecated, a.Suspended) }),
		printer.NewColumn("OWNER", func(a appstypes.App) string { return o.NameOf(a.Owner) }),
		printer.NewColumn("DESCRIPTION", func(a appstypes.App) string { return printer.OrDash(a.Description) }),
	}, &o, func(ctx context.Context, _ *cobra.Command, l *connect.Link) (reader[appstypes.App], error) {
		return func(p *query.PageRequest) ([]appstypes.App, *query.PageResponse, error) {
			res, err := l.Conn.Apps().Apps(ctx, &appstypes.QueryAppsRequest{Pagination: p})
			return res.GetApps(), res.GetPagination(), err
		}, nil
	})
}

func listDatasets() *cobra.Command {
	var o connect.AccountFlags
	return newList("datasets", "List the datasets; show dataset lists the versions of one, and says all of a version", []printer.Column[appstypes.Dataset]{
		printer.NewColumn("DATASET", func(d appstypes.Dataset) string { return d.Id }),
		printer.NewColumn("STATE", func(d appstypes.Dataset) string { return formatState(d.Deprecated, false) }),
		printer.NewColumn("OWNER", func(d appstypes.Dataset) string { return o.NameOf(d.Owner) }),
		printer.NewColumn("DESCRIPTION", func(d appstypes.Dataset) string { return printer.OrDash(d.Description) }),
	}, &o, func(ctx context.Context, _ *cobra.Command, l *connect.Link) (reader[appstypes.Dataset], error) {
		return func(p *query.PageRequest) ([]appstypes.Dataset, *query.PageResponse, error) {
			res, err := l.Conn.Apps().Datasets(ctx, &appstypes.QueryDatasetsRequest{Pagination: p})
			return res.GetDatasets(), res.GetPagination(), err
		}, nil
	})
}

// formatState says whether an app or a dataset is still offered.
func formatState(deprecated, suspended bool) string {
	switch {
	case suspended:
		return "suspended"
	case deprecated:
		return "deprecated"
	}
	return "offered"
}

func listPools() *cobra.Command {
	var o connect.AccountFlags
	return newList("pools", "List the pools of workers", []printer.Column[workerstypes.Pool]{
		printer.NewColumn("POOL", func(p workerstypes.Pool) string { return p.Id }),
		printer.NewColumn("RUNTIME", func(p workerstypes.Pool) string { return p.Runtime }),
		printer.NewColumn("STAKE", func(p workerstypes.Pool) string { return cli.FormatCRED(p.Stake) }),
		printer.NewColumn("LEAST PRICE", func(p workerstypes.Pool) string { return cli.FormatCRED(p.MinPrice) }),
		printer.NewColumn("TAGS", func(p workerstypes.Pool) string { return printer.OrDash(strings.Join(p.Capabilities, ",")) }),
		printer.NewColumn("STATE", formatPool),
		printer.NewColumn("DESCRIPTION", func(p workerstypes.Pool) string { return printer.OrDash(p.Description) }),
	}, &o, func(ctx context.Context, _ *cobra.Command, l *connect.Link) (reader[workerstypes.Pool], error) {
		return func(p *query.PageRequest) ([]workerstypes.Pool, *query.PageResponse, error) {
			res, err := l.Conn.Workers().Pools(ctx, &workerstypes.QueryPoolsRequest{Pagination: p})
			return res.GetPools(), res.GetPagination(), err
		}, nil
	})
}

// formatPool says who may join a pool.
func formatPool(p workerstypes.Pool) string {
	switch {
	case p.Retired:
		return "retired"
	case p.Invited:
		return "by invitation"
	}
	return "open"
}

func listCategories() *cobra.Command {
	var o connect.AccountFlags
	return newList("categories", "List the categories of jobs", []printer.Column[markettypes.Category]{
		printer.NewColumn("CATEGORY", func(c markettypes.Category) string { return c.Id }),
		printer.NewColumn("SECONDS", func(c markettypes.Category) string { return fmt.Sprint(c.Seconds) }),
		printer.NewColumn("MAX FUEL", func(c markettypes.Category) string { return cli.FormatFuel(c.FuelLimit) }),
		printer.NewColumn("DESCRIPTION", func(c markettypes.Category) string { return printer.OrDash(c.Description) }),
	}, &o, func(ctx context.Context, _ *cobra.Command, l *connect.Link) (reader[markettypes.Category], error) {
		return func(p *query.PageRequest) ([]markettypes.Category, *query.PageResponse, error) {
			res, err := l.Conn.Market().Categories(ctx, &markettypes.QueryCategoriesRequest{Pagination: p})
			return res.GetCategories(), res.GetPagination(), err
		}, nil
	})
}

func listVouchers() *cobra.Command {
	var o connect.AccountFlags
	var holder, issuer string
	cmd := newList("vouchers", "List the vouchers that an account holds or has issued", []printer.Column[voucherstypes.Voucher]{
		printer.NewColumn("ID", func(v voucherstypes.Voucher) string { return v.Id }),
		printer.NewColumn("BALANCE", func(v voucherstypes.Voucher) string { return cli.FormatCRED(v.Balance) }),
		printer.NewColumn("OF", func(v voucherstypes.Voucher) string { return cli.FormatCRED(v.Issued) }),
		printer.NewColumn("EXPIRY", func(v voucherstypes.Voucher) string { return fmt.Sprint(v.Expiry) }),
		printer.NewColumn("ISSUER", func(v voucherstypes.Voucher) string { return o.NameOf(v.Issuer) }),
		printer.NewColumn("HOLDER", func(v voucherstypes.Voucher) string { return o.NameOf(v.Holder) }),
		printer.NewColumn("DESCRIPTION", func(v voucherstypes.Voucher) string { return printer.OrDash(v.Description) }),
	}, &o, func(ctx context.Context, cmd *cobra.Command, l *connect.Link) (reader[voucherstypes.Voucher], error) {
		asked := voucherstypes.QueryVouchersRequest{}
		var err error
		switch {
		case issuer != "":
			asked.Issuer, err = o.ParseAccount(cmd, "--issuer", issuer)
		case holder != "":
			asked.Holder, err = o.ParseAccount(cmd, "--holder", holder)
		default:
			asked.Holder, err = o.DefaultOwner(cmd, "requester")
		}
		return func(p *query.PageRequest) ([]voucherstypes.Voucher, *query.PageResponse, error) {
			asked.Pagination = p
			res, err := l.Conn.Vouchers().Vouchers(ctx, &asked)
			return res.GetVouchers(), res.GetPagination(), err
		}, err
	})
	o.AddKeys(cmd.Flags(), "name of the holder's key in the keyring, or of a devnet's account")
	cmd.Flags().StringVar(&holder, "holder", "", "account that holds them (default: that of the key, or the devnet's requester)")
	cmd.Flags().StringVar(&issuer, "issuer", "", "account that issued them, instead")
	cmd.MarkFlagsMutuallyExclusive("holder", "issuer")
	return cmd
}

// listDeals lists the deals of one party, as the chain keeps them.
func listDeals() *cobra.Command {
	var o connect.AccountFlags
	var asked dealstypes.QueryDealsRequest
	parties := []string{"order", "app", "dataset", "pool"}
	cmd := newList("deals", "List the deals of an order, an app, a dataset or a pool", []printer.Column[dealstypes.Deal]{
		printer.NewColumn("DEAL", func(d dealstypes.Deal) string { return d.Id }),
		printer.NewColumn("HEIGHT", func(d dealstypes.Deal) string { return fmt.Sprint(d.Height) }),
		printer.NewColumn("TASKS", func(d dealstypes.Deal) string { return fmt.Sprint(d.Size_) }),
		printer.NewColumn("APP", func(d dealstypes.Deal) string { return d.App + ":" + d.AppVersion }),
		printer.NewColumn("POOL", func(d dealstypes.Deal) string { return d.Pool }),
		printer.NewColumn("REQUESTER", func(d dealstypes.Deal) string { return o.NameOf(d.Requester) }),
	}, &o, func(ctx context.Context, _ *cobra.Command, l *connect.Link) (reader[dealstypes.Deal], error) {
		if asked.Order != "" {
			ref, err := credence.Resolve(ctx, l.Conn, asked.Order, credence.KindOrder, credence.KindRequest)
			if err != nil {
				return nil, err
			}
			asked.Order = ref.ID
		}
		return func(p *query.PageRequest) ([]dealstypes.Deal, *query.PageResponse, error) {
			asked.Pagination = p
			res, err := l.Conn.Deals().Deals(ctx, &asked)
			return res.GetDeals(), res.GetPagination(), err
		}, nil
	})
	addParties(cmd.Flags(), &asked)
	cmd.MarkFlagsMutuallyExclusive(parties...)
	cmd.MarkFlagsOneRequired(parties...)
	return cmd
}

func addParties(f *pflag.FlagSet, asked *dealstypes.QueryDealsRequest) {
	f.StringVar(&asked.Order, "order", "", "order that they met, by its id")
	f.StringVar(&asked.App, "app", "", "app that they run, organisation/name")
	f.StringVar(&asked.Dataset, "dataset", "", "dataset that they read, organisation/name")
	f.StringVar(&asked.Pool, "pool", "", "pool in which they run")
}

// listCallbacks lists the hooks that a job can name. The chain gives them at once.
func listCallbacks() *cobra.Command {
	var o connect.AccountFlags
	cmd := &cobra.Command{
		Use: "callbacks", Short: "List the hooks of the chain that a job can name with --callback", Args: cli.Exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.WithChain(cmd, func(ctx context.Context, l *connect.Link) error {
				res, err := l.Conn.Deals().Callbacks(ctx, &dealstypes.QueryCallbacksRequest{})
				if err != nil {
					return err
				}
				if o.WritesJSON() {
					return printer.PrintJSON(cmd.OutOrStdout(), res)
				}
				return printer.PrintIDs(cmd.OutOrStdout(), res.Names, func(name string) string { return name })
			})
		},
	}
	o.AddChain(cmd.Flags())
	return cmd
}

// listSessions lists a worker's sessions of enclaves. The chain gives them at once, and says of each why it does not count.
func listSessions() *cobra.Command {
	var o connect.AccountFlags
	cmd := &cobra.Command{
		Use: "sessions WORKER", Short: "Print a worker's sessions of enclaves as JSON, with their measurements", Args: cli.Exactly("WORKER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.WithChain(cmd, func(ctx context.Context, l *connect.Link) error {
				worker, err := o.ParseAccount(cmd, "WORKER", args[0])
				if err != nil {
					return err
				}
				res, err := enclavestypes.NewQueryClient(l.Conn).Sessions(ctx, &enclavestypes.QuerySessionsRequest{Worker: worker})
				if err != nil {
					return err
				}
				return printer.PrintJSON(cmd.OutOrStdout(), res)
			})
		},
	}
	o.AddChain(cmd.Flags())
	o.HideOutput(cmd.Flags())
	return cmd
}
