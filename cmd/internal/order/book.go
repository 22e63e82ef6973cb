package order

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

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
				if err := t.check(ctx, cmd, l); err != nil {
					return err
				}
				height, _, err := l.Conn.Height(ctx)
				if err != nil {
					return err
				}
				orders, more, err := ofTopic(ctx, &t, l.Conn, func(category string, p *query.PageRequest) ([]markettypes.OrderRecord, *query.PageResponse, error) {
					res, err := l.Conn.Market().Book(ctx, &markettypes.QueryBookRequest{Runtime: t.runtime, Category: category, Pool: t.pool, App: t.app, Dataset: t.dataset, Pagination: p})
					return res.GetOrders(), res.GetPagination(), err
				})
				if err != nil {
					return err
				}
				now, err := standingOf(ctx, l, orders)
				if err != nil {
					return err
				}
				orders = slices.DeleteFunc(orders, func(r markettypes.OrderRecord) bool { return now.status(r, height) != "resting" })
				out := cmd.OutOrStdout()
				if o.WritesJSON() {
					return printer.PrintList(out, "orders", orders, more)
				}
				if len(orders) == 0 {
					fmt.Fprintln(out, t.nothing("offers of executions", "orders"))
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
	t.add(cmd.Flags(), "offers of executions")
	return cmd
}

func (o *orderFlags) printBook(out io.Writer, orders []markettypes.OrderRecord, height int64) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if orders[0].Kind == markettypes.ORDER_KIND_POOL {
		fmt.Fprintf(t, "PRICE A REPLICA\tTASKS LEFT\tCATEGORY\tTRUST\tMAX FUEL\tSTAKE\tTAGS\tSERVES\tEXPIRES\tAGE\tPOOL\tID\n")
	} else {
		fmt.Fprintf(t, "PRICE A TASK\tTASKS LEFT\tMORE TAGS\tSERVES\tEXPIRES\tAGE\tOWNER\tID\n")
	}
	for _, r := range orders {
		price, age := cli.FormatCRED(r.Order.Price()), ageCell(r.Height, height)
		expiry := expiryCell(r.Order.Expiry, height)
		tags, whom := saleCells(r.Order)
		if p := r.Order.Pool; p != nil {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", price, leftCell(r), printer.OrDash(p.Category), upTo(trustText(p.Trust)),
				cli.FormatFuel(p.MaxFuel), cli.FormatCRED(p.Stake), printer.OrDash(strings.Join(p.Tags, ",")), whom, expiry, age, p.Pool, r.Id)
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", price, leftCell(r), printer.OrDash(strings.Join(tags, ",")), whom, expiry, age, o.NameOf(r.Order.Owner), r.Id)
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
