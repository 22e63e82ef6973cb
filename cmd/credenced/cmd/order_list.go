package cmd

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/types/query"

	credence "github.com/credence-chain/credence/client"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

func orderListCmd() *cobra.Command {
	var (
		o                              orderFlags
		owner, app, dataset, pool, stt string
		limit                          int
	)
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List app, dataset and pool orders that the chain knows: mine, or by what they are for",
		Example: `  credenced order list --from operator
  credenced order list --pool public --status resting
  credenced order list --owner cred1... --output json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.connected(cmd, func(ctx context.Context, l *link) (err error) {
				status, err := parseStatus(stt)
				if err != nil {
					return err
				}
				if limit < 1 {
					return fmt.Errorf("--limit %d: expected at least 1", limit)
				}
				parties := 0
				for _, p := range []string{owner, app, dataset, pool} {
					if p != "" {
						parties++
					}
				}
				switch {
				case parties > 1:
					return fmt.Errorf("--owner, --app, --dataset, --pool: got %d of them, expected one", parties)
				case owner != "":
					owner, err = o.parseAccount(cmd, "--owner", owner)
				case parties == 0:
					owner, err = o.defaultOwner(cmd, "operator")
				}
				if err != nil {
					return err
				}
				height, _, err := l.conn.Height(ctx)
				if err != nil {
					return err
				}
				orders, more, err := pages(limit, func(p *query.PageRequest) ([]markettypes.OrderRecord, *query.PageResponse, error) {
					res, err := l.conn.Market().Orders(ctx, &markettypes.QueryOrdersRequest{Owner: owner, App: app, Dataset: dataset, Pool: pool, Status: status, Pagination: p})
					return res.GetOrders(), res.GetPagination(), err
				})
				if err != nil {
					return err
				}
				if o.json() {
					return jsonList(cmd.OutOrStdout(), "orders", orders, more)
				}
				out := cmd.OutOrStdout()
				if len(orders) == 0 {
					fmt.Fprintln(out, "no orders")
					return nil
				}
				below, err := floorsOf(ctx, l.conn, orders)
				if err != nil {
					return err
				}
				if err := o.printOrders(out, orders, height, below); err != nil {
					return err
				}
				tellMore(out, more, limit)
				return nil
			})
		},
	}
	f := cmd.Flags()
	o.chain(f)
	o.keys(f, "list the orders of this key, or of a devnet's account (default: the devnet's operator)")
	f.StringVar(&owner, "owner", "", "list the orders of an account, by address or name")
	f.StringVar(&app, "app", "", "list the orders for an app, organisation/name:version")
	f.StringVar(&dataset, "dataset", "", "list the orders for a dataset, organisation/name:version")
	f.StringVar(&pool, "pool", "", "list the orders of a pool")
	f.StringVar(&stt, "status", "", "resting, signed, filled, cancelled, expired or stale (default: all)")
	limitFlag(f, &limit)
	return cmd
}

// parseStatus reads an order's status; unspecified for none.
func parseStatus(text string) (markettypes.OrderStatus, error) {
	if text == "" {
		return 0, nil
	}
	value, known := markettypes.OrderStatus_value["ORDER_STATUS_"+strings.ToUpper(text)]
	if !known || value == 0 {
		return 0, fmt.Errorf("--status %q: expected resting, signed, filled, cancelled, expired or stale", text)
	}
	return markettypes.OrderStatus(value), nil
}

func (o *orderFlags) printOrders(out io.Writer, orders []markettypes.OrderRecord, height int64, below floors) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "ID\tKIND\tFOR\tPRICE\tFILLED\tLEFT\tSTATUS\tEXPIRY\tNONCE\n")
	for _, r := range orders {
		asset := r.Order.Asset()
		price := credence.FormatCRED(r.Order.Price())
		if asset == "" { // cancelled before the chain saw it
			asset, price = "-", "-"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\t%d\n", credence.ShortDigest(r.Id), r.Kind.Word(), asset, price,
			r.Filled, leftCell(r), below.status(r, height), expiryCell(r.Order.Expiry, height), r.Order.Nonce)
	}
	return t.Flush()
}
