package cmd

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/types/query"

	credence "github.com/credence-chain/credence/client"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

func orderBookCmd() *cobra.Command {
	var (
		o     orderFlags
		t     topicFlags
		limit int
	)
	cmd := &cobra.Command{
		Use:   "book",
		Short: "Show what rests on the book, cheapest first",
		Long: `Show what rests on the book, cheapest first, in the order in which the chain meets it: offers of executions of one
category, or those of one pool; or the orders of an app or a dataset.`,
		Example: `  credenced order book
  credenced order book --category all
  credenced order book --category xs --pool public
  credenced order book --app studio/app:1.0`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.connected(cmd, func(ctx context.Context, l *link) error {
				if limit < 1 {
					return fmt.Errorf("--limit %d: expected at least 1", limit)
				}
				height, _, err := l.conn.Height(ctx)
				if err != nil {
					return err
				}
				categories, err := t.categories(ctx, l.conn)
				if err != nil {
					return err
				}
				var (
					orders []markettypes.OrderRecord
					cut    bool
				)
				for _, c := range categories {
					page, more, err := pages(limit, func(p *query.PageRequest) ([]markettypes.OrderRecord, *query.PageResponse, error) {
						res, err := l.conn.Market().Book(ctx, &markettypes.QueryBookRequest{Runtime: t.runtime, Category: c, Pool: t.pool, App: t.app, Dataset: t.dataset, Pagination: p})
						return res.GetOrders(), res.GetPagination(), err
					})
					if err != nil {
						return err
					}
					orders, cut = append(orders, page...), cut || more
				}
				out := cmd.OutOrStdout()
				if o.json() {
					return jsonList(out, "orders", orders, cut)
				}
				below, err := floorsOf(ctx, l.conn, orders)
				if err != nil {
					return err
				}
				orders = slices.DeleteFunc(orders, below.cancelled)
				if len(orders) == 0 {
					fmt.Fprintln(out, t.nothing("offers of executions", "orders"))
					return nil
				}
				if err := o.printBook(out, orders, height); err != nil {
					return err
				}
				tellMore(out, cut, limit)
				return nil
			})
		},
	}
	o.chain(cmd.Flags())
	t.add(cmd.Flags(), "offers of executions")
	limitFlag(cmd.Flags(), &limit)
	return cmd
}

func (o *orderFlags) printBook(out io.Writer, orders []markettypes.OrderRecord, height int64) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	pool := orders[0].Kind == markettypes.ORDER_KIND_POOL
	if pool {
		fmt.Fprintf(t, "PRICE\tLEFT\tCATEGORY\tTRUST\tFUEL\tSTAKE\tTAGS\tFOR\tEXPIRY\tAGE\tPOOL\tID\n")
	} else {
		fmt.Fprintf(t, "PRICE\tLEFT\tMORE TAGS\tFOR\tEXPIRY\tAGE\tOWNER\tID\n")
	}
	for _, r := range orders {
		price, age := credence.FormatCRED(r.Order.Price()), ageCell(r.Height, height)
		expiry, id := expiryCell(r.Order.Expiry, height), credence.ShortDigest(r.Id)
		tags, whom := saleCells(r.Order)
		if p := r.Order.Pool; p != nil {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", price, leftCell(r), dash(p.Category), upTo(trustText(p.Trust)),
				credence.FormatFuel(p.MaxFuel), credence.FormatCRED(p.Stake), dash(strings.Join(p.Tags, ",")), whom, expiry, age, p.Pool, id)
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", price, leftCell(r), dash(strings.Join(tags, ",")), whom, expiry, age, o.name(r.Order.Owner), id)
	}
	return t.Flush()
}

// saleCells are the tags of an order, and whether it is for anyone.
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
