package order

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

func orderBookCmd() *cobra.Command {
	var (
		o orderFlags
		t topicFlags
	)
	cmd := &cobra.Command{
		Use:   "book",
		Short: "Show what rests on the book, cheapest first",
		Long: `Show what rests on the book, cheapest first, in the order in which the chain meets it: offers of executions of one
category, or those of one pool; or the orders of an app or a dataset. What was cancelled, or is not what its asset is
any more, is left out. "credenced order inspect ID" says all of an order.`,
		Example: `  credenced order book
  credenced order book --category all
  credenced order book --pool public
  credenced order book --app studio/app:1.0`,
		Args: cli.Exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.WithChain(cmd, func(ctx context.Context, l *connect.Link) error {
				if err := t.checkTopic(ctx, cmd, l); err != nil {
					return err
				}
				height, _, err := l.Conn.Height(ctx)
				if err != nil {
					return err
				}
				orders, more, err := readTopic(ctx, &t, l.Conn, func(category string, p *query.PageRequest) ([]markettypes.OrderRecord, *query.PageResponse, error) {
					res, err := l.Conn.Market().Book(ctx, &markettypes.QueryBookRequest{Runtime: t.runtime, Category: category, Pool: t.pool, App: t.app, Dataset: t.dataset, Pagination: p})
					return res.GetOrders(), res.GetPagination(), err
				})
				if err != nil {
					return err
				}
				now, err := findStanding(ctx, l, orders)
				if err != nil {
					return err
				}
				orders = slices.DeleteFunc(orders, func(r markettypes.OrderRecord) bool { return now.formatStatus(r, height) != "resting" })
				out := cmd.OutOrStdout()
				if o.WritesJSON() {
					return printer.PrintList(out, "orders", orders, more)
				}
				if len(orders) == 0 {
					fmt.Fprintln(out, t.describeNothing("offers of executions", "orders"))
					return nil
				}
				if err := o.printBook(out, orders, height); err != nil {
					return err
				}
				printer.PrintMore(out, more, t.limit)
				return nil
			})
		},
	}
	o.AddChain(cmd.Flags())
	t.addFlags(cmd.Flags(), "offers of executions")
	return cmd
}

// printBook prints offers of executions, or orders of an app or a dataset. All orders of a list are of one kind.
func (o *orderFlags) printBook(out io.Writer, orders []markettypes.OrderRecord, height int64) error {
	if orders[0].Kind == markettypes.ORDER_KIND_POOL {
		return printer.PrintTable(out, offerColumns(height), orders)
	}
	return printer.PrintTable(out, o.saleColumns(height), orders)
}

// orderColumn is a column of a list of orders.
type orderColumn = printer.Column[markettypes.OrderRecord]

func offerColumns(height int64) []orderColumn {
	return []orderColumn{
		printer.NewColumn("PRICE A REPLICA", formatPrice),
		printer.NewColumn("TASKS LEFT", leftCell),
		printer.NewColumn("CATEGORY", func(r markettypes.OrderRecord) string { return printer.OrDash(r.Order.Pool.Category) }),
		printer.NewColumn("TRUST", func(r markettypes.OrderRecord) string { return upTo(formatTrust(r.Order.Pool.Trust)) }),
		printer.NewColumn("MAX FUEL", func(r markettypes.OrderRecord) string { return cli.FormatFuel(r.Order.Pool.MaxFuel) }),
		printer.NewColumn("STAKE", func(r markettypes.OrderRecord) string { return cli.FormatCRED(r.Order.Pool.Stake) }),
		printer.NewColumn("TAGS", formatTags),
		printer.NewColumn("SERVES", formatServed),
		printer.NewColumn("EXPIRES", func(r markettypes.OrderRecord) string { return expiryCell(r.Order.Expiry, height) }),
		printer.NewColumn("AGE", func(r markettypes.OrderRecord) string { return ageCell(r.Height, height) }),
		printer.NewColumn("POOL", func(r markettypes.OrderRecord) string { return r.Order.Pool.Pool }),
		printer.NewColumn("ID", func(r markettypes.OrderRecord) string { return r.Id }),
	}
}

func (o *orderFlags) saleColumns(height int64) []orderColumn {
	return []orderColumn{
		printer.NewColumn("PRICE A TASK", formatPrice),
		printer.NewColumn("TASKS LEFT", leftCell),
		printer.NewColumn("MORE TAGS", formatTags),
		printer.NewColumn("SERVES", formatServed),
		printer.NewColumn("EXPIRES", func(r markettypes.OrderRecord) string { return expiryCell(r.Order.Expiry, height) }),
		printer.NewColumn("AGE", func(r markettypes.OrderRecord) string { return ageCell(r.Height, height) }),
		printer.NewColumn("OWNER", func(r markettypes.OrderRecord) string { return o.NameOf(r.Order.Owner) }),
		printer.NewColumn("ID", func(r markettypes.OrderRecord) string { return r.Id }),
	}
}

// formatPrice returns the price by which orders are compared, and notes when less may be paid.
func formatPrice(r markettypes.OrderRecord) string {
	price := cli.FormatCRED(r.Order.Price())
	if r.Order.IsPricedByUse() {
		return "up to " + price
	}
	return price
}

func formatTags(r markettypes.OrderRecord) string {
	tags, _ := saleCells(r.Order)
	return printer.OrDash(strings.Join(tags, ","))
}

func formatServed(r markettypes.OrderRecord) string {
	_, whom := saleCells(r.Order)
	return whom
}

// saleCells returns the tags of an order, and a word that says whether anyone may use it.
func saleCells(o markettypes.Order) (tags []string, whom string) {
	var (
		lists []markettypes.Restriction
		who   orgstypes.Audience
	)
	switch {
	case o.App != nil:
		tags, lists, who = o.App.Tags, []markettypes.Restriction{o.App.Datasets, o.App.Pools}, o.App.Requesters
	case o.Dataset != nil:
		tags, lists, who = o.Dataset.Tags, []markettypes.Restriction{o.Dataset.Apps, o.Dataset.Pools}, o.Dataset.Requesters
	case o.Pool != nil:
		tags, lists, who = o.Pool.Tags, []markettypes.Restriction{o.Pool.Apps, o.Pool.Datasets}, o.Pool.Requesters
	}
	n := markettypes.Restriction{Audience: who}.Entries()
	for _, r := range lists {
		n += r.Entries()
	}
	if n == 0 {
		return tags, "anyone"
	}
	return tags, "some"
}
