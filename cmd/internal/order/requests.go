package order

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

func orderRequestsCmd() *cobra.Command {
	var (
		o orderFlags
		t topicFlags
	)
	cmd := &cobra.Command{
		Use:   "requests",
		Short: "Show the requests that wait on the book, those that pay most first",
		Long: `Show the requests that wait on the book for an order to come, those that pay most first: for executions of a category,
of one pool, or for an order of an app or a dataset. What names a pool waits there alone: --pool shows it. An account's
own requests: credenced task list. "credenced order inspect ID" says all of a request.`,
		Example: `  credenced order requests
  credenced order requests --category all
  credenced order requests --pool public
  credenced order requests --app studio/app:1.0`,
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
				requests, more, err := readTopic(ctx, &t, l.Conn, func(category string, p *query.PageRequest) ([]markettypes.Request, *query.PageResponse, error) {
					res, err := l.Conn.Market().RestingRequests(ctx, &markettypes.QueryRestingRequestsRequest{Runtime: t.runtime, Category: category, Pool: t.pool, App: t.app, Dataset: t.dataset, Pagination: p})
					return res.GetRequests(), res.GetPagination(), err
				})
				if err != nil {
					return err
				}
				out := cmd.OutOrStdout()
				if o.WritesJSON() {
					return printer.PrintList(out, "requests", requests, more)
				}
				if len(requests) == 0 {
					nothing := t.describeNothing("requests for executions", "requests for an order")
					if t.pool == "" && t.app == "" && t.dataset == "" {
						nothing += "; what names a pool waits there: --pool POOL"
					}
					fmt.Fprintln(out, nothing)
					return nil
				}
				if err := o.printRequests(out, requests, height, t.app != "" || t.dataset != ""); err != nil {
					return err
				}
				printer.PrintMore(out, more, t.limit)
				return nil
			})
		},
	}
	o.AddChain(cmd.Flags())
	t.addFlags(cmd.Flags(), "requests for executions")
	return cmd
}

// printRequests prints requests with the most that they pay for a replica or, if asset is set, for a task's use of an app or a dataset.
func (o *orderFlags) printRequests(out io.Writer, requests []markettypes.Request, height int64, asset bool) error {
	of := "REPLICA"
	if asset {
		of = "TASK"
	}
	return printer.PrintTable(out, []printer.Column[markettypes.Request]{
		printer.NewColumn("A "+of+" UP TO", func(r markettypes.Request) string { return cli.FormatCRED(r.Limit) }),
		printer.NewColumn("TASKS LEFT", func(r markettypes.Request) string { return fmt.Sprint(r.Left()) }),
		printer.NewColumn("CATEGORY", func(r markettypes.Request) string { return printer.OrDash(r.Job.Category) }),
		printer.NewColumn("TRUST", func(r markettypes.Request) string { return formatTrust(r.Job.Trust) }),
		printer.NewColumn("TAGS", func(r markettypes.Request) string { return printer.OrDash(strings.Join(r.Job.Tags, ",")) }),
		printer.NewColumn("EXPIRES", func(r markettypes.Request) string { return expiryCell(r.Expiry, height) }),
		printer.NewColumn("AGE", func(r markettypes.Request) string { return ageCell(r.Height, height) }),
		printer.NewColumn("APP", func(r markettypes.Request) string { return r.Job.App }),
		printer.NewColumn("REQUESTER", func(r markettypes.Request) string { return o.NameOf(r.Requester) }),
		printer.NewColumn("ID", func(r markettypes.Request) string { return r.Id }),
	}, requests)
}
