package order

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	markettypes "github.com/credence-chain/credence/x/market/types"

	"github.com/credence-chain/credence/internal/cli"
)

// This file is "order list". A record on the chain does not say everything: an order can have expired, its owner can have cancelled it by a
// floor, or its asset can have changed, while the record still says "resting" (see standing). So the command computes each order's present
// status and filters by it. It lets the chain filter by status only where the records miss no order of that status.

// listFlags are the flags that select orders.
type listFlags struct {
	owner, app, dataset, pool, status string
	limit                             int
}

func orderListCmd() *cobra.Command {
	var (
		o orderFlags
		w listFlags
	)
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List app, dataset and pool orders that the chain knows: mine, or by what they are for",
		Long: `List app, dataset and pool orders that the chain knows, in the order in which they came: mine, or by what they are for.
The status is what an order comes to now: "stale" ones are not what their pool or asset is any more.
"credenced order inspect ID" says all of an order.`,
		Example: `  credenced order list --from operator
  credenced order list --pool public --status resting
  credenced order list --owner cred1... --output json`,
		Args: cli.Exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.WithChain(cmd, func(ctx context.Context, l *connect.Link) error {
				status, err := parseStatus(w.status)
				if err != nil {
					return err
				}
				if err := o.resolveListFlags(ctx, cmd, l, &w); err != nil {
					return err
				}
				height, _, err := l.Conn.Height(ctx)
				if err != nil {
					return err
				}
				if status > markettypes.ORDER_STATUS_FILLED {
					status = 0 // more orders have this status now than the records say
				}
				orders, more, err := printer.ReadPages(w.limit, func(p *query.PageRequest) ([]markettypes.OrderRecord, *query.PageResponse, error) {
					res, err := l.Conn.Market().Orders(ctx, &markettypes.QueryOrdersRequest{Owner: w.owner, App: w.app, Dataset: w.dataset, Pool: w.pool, Status: status, Pagination: p})
					return res.GetOrders(), res.GetPagination(), err
				})
				if err != nil {
					return err
				}
				now, err := findStanding(ctx, l, orders)
				if err != nil {
					return err
				}
				orders = slices.DeleteFunc(orders, func(r markettypes.OrderRecord) bool {
					return w.status != "" && now.formatStatus(r, height) != w.status
				})
				slices.SortStableFunc(orders, func(a, b markettypes.OrderRecord) int {
					return cmp.Or(cmp.Compare(a.Height, b.Height), cmp.Compare(a.Order.Nonce, b.Order.Nonce))
				})
				out := cmd.OutOrStdout()
				if o.WritesJSON() {
					return printer.PrintList(out, "orders", orders, more)
				}
				if len(orders) == 0 {
					fmt.Fprintln(out, w.describeNothing(o.NameOf))
					return nil
				}
				if err := printOrders(out, orders, height, now); err != nil {
					return err
				}
				printer.PrintMore(out, more, w.limit)
				return nil
			})
		},
	}
	f := cmd.Flags()
	o.AddChain(f)
	o.AddKeys(f, "list the orders of this key, or of a devnet's account (default: the devnet's operator)")
	f.StringVar(&w.owner, "owner", "", "list the orders of an account, by address or name")
	f.StringVar(&w.app, "app", "", "list the orders for an app, organisation/name:version")
	f.StringVar(&w.dataset, "dataset", "", "list the orders for a dataset, organisation/name:version")
	f.StringVar(&w.pool, "pool", "", "list the orders of a pool")
	f.StringVar(&w.status, "status", "", "resting, signed, filled, cancelled, expired or stale (default: all)")
	printer.AddLimit(f, &w.limit)
	return cmd
}

// resolveListFlags checks the flags, looks up the names in them, and determines the owner whose orders are meant.
func (o *orderFlags) resolveListFlags(ctx context.Context, cmd *cobra.Command, l *connect.Link, w *listFlags) (err error) {
	if err := printer.CheckLimit(w.limit); err != nil {
		return err
	}
	parties := 0
	for _, p := range []string{w.owner, w.app, w.dataset, w.pool} {
		if p != "" {
			parties++
		}
	}
	switch {
	case parties > 1:
		err = fmt.Errorf("--owner, --app, --dataset, --pool: got %d of them, expected one", parties)
	case w.owner != "":
		w.owner, err = o.ParseAccount(cmd, "--owner", w.owner)
	case w.app != "":
		_, err = connect.LookUpApp(ctx, l, "--app", w.app)
	case w.dataset != "":
		_, err = connect.LookUpDataset(ctx, l, "--dataset", w.dataset)
	case w.pool != "":
		_, err = connect.LookUpPool(ctx, l, "--pool", w.pool)
	default:
		w.owner, err = o.DefaultOwner(cmd, "operator")
	}
	return err
}

// describeNothing says that there are no orders of the selection.
func (w *listFlags) describeNothing(name func(string) string) string {
	what := "no orders"
	switch {
	case w.app != "":
		what += " for app " + w.app
	case w.dataset != "":
		what += " for dataset " + w.dataset
	case w.pool != "":
		what += " of pool " + w.pool
	default:
		what += " of " + name(w.owner)
	}
	if w.status != "" {
		what += ", " + w.status
	}
	return what
}

// parseStatus reads the status of an order; unspecified for an empty text.
func parseStatus(text string) (markettypes.OrderStatus, error) {
	if text == "" {
		return 0, nil
	}
	value, known := markettypes.OrderStatus_value["ORDER_STATUS_"+strings.ToUpper(text)]
	if !known || value == 0 || text != strings.ToLower(text) {
		return 0, fmt.Errorf("--status %q: expected resting, signed, filled, cancelled, expired or stale", text)
	}
	return markettypes.OrderStatus(value), nil
}

func printOrders(out io.Writer, orders []markettypes.OrderRecord, height int64, now standing) error {
	// orDash shows a dash where the order was cancelled before the chain saw it.
	orDash := func(format func(markettypes.OrderRecord) string) func(markettypes.OrderRecord) string {
		return func(r markettypes.OrderRecord) string {
			if r.Order.Asset() == "" {
				return "-"
			}
			return format(r)
		}
	}
	return printer.PrintTable(out, []orderColumn{
		printer.NewColumn("KIND", func(r markettypes.OrderRecord) string { return r.Kind.Word() }),
		printer.NewColumn("FOR", orDash(func(r markettypes.OrderRecord) string { return r.Order.Asset() })),
		printer.NewColumn("PRICE", orDash(func(r markettypes.OrderRecord) string { return priceCell(r.Order) })),
		printer.NewColumn("TASKS MET", func(r markettypes.OrderRecord) string { return fmt.Sprint(r.Filled) }),
		printer.NewColumn("TASKS LEFT", orDash(leftCell)),
		printer.NewColumn("STATUS", func(r markettypes.OrderRecord) string { return now.formatStatus(r, height) }),
		printer.NewColumn("EXPIRES", func(r markettypes.OrderRecord) string { return expiryCell(r.Order.Expiry, height) }),
		printer.NewColumn("NONCE", func(r markettypes.OrderRecord) string { return fmt.Sprint(r.Order.Nonce) }),
		printer.NewColumn("ID", func(r markettypes.OrderRecord) string { return r.Id }),
	}, orders)
}
