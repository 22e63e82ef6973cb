package cmd

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/types/query"

	credence "github.com/credence-chain/credence/client"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

func orderRequestsCmd() *cobra.Command {
	var (
		o     orderFlags
		t     topicFlags
		limit int
	)
	cmd := &cobra.Command{
		Use:   "requests",
		Short: "Show the requests that wait on the book, those that pay most first",
		Long: `Show the requests that wait on the book for an order to come, those that pay most first: for executions of a category,
of one pool, or for an order of an app or a dataset. (An account's own requests: credenced task list.)`,
		Example: `  credenced order requests
  credenced order requests --category all
  credenced order requests --app studio/app:1.0`,
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
					requests []markettypes.Request
					cut      bool
				)
				for _, c := range categories {
					page, more, err := pages(limit, func(p *query.PageRequest) ([]markettypes.Request, *query.PageResponse, error) {
						res, err := l.conn.Market().RestingRequests(ctx, &markettypes.QueryRestingRequestsRequest{Runtime: t.runtime, Category: c, Pool: t.pool, App: t.app, Dataset: t.dataset, Pagination: p})
						return res.GetRequests(), res.GetPagination(), err
					})
					if err != nil {
						return err
					}
					requests, cut = append(requests, page...), cut || more
				}
				out := cmd.OutOrStdout()
				if o.json() {
					return jsonList(out, "requests", requests, cut)
				}
				if len(requests) == 0 {
					fmt.Fprintln(out, t.nothing("requests for executions", "requests for an order"))
					return nil
				}
				w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
				fmt.Fprintf(w, "PAYS UP TO\tLEFT\tCATEGORY\tTRUST\tTAGS\tEXPIRY\tAGE\tAPP\tREQUESTER\tID\n")
				for _, r := range requests {
					fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", credence.FormatCRED(r.Limit), r.Left(), dash(r.Job.Category),
						trustText(r.Job.Trust), dash(strings.Join(r.Job.Tags, ",")), expiryCell(r.Expiry, height), ageCell(r.Height, height),
						r.Job.App, o.name(r.Requester), credence.ShortDigest(r.Id))
				}
				if err := w.Flush(); err != nil {
					return err
				}
				tellMore(out, cut, limit)
				return nil
			})
		},
	}
	o.chain(cmd.Flags())
	t.add(cmd.Flags(), "requests for executions")
	limitFlag(cmd.Flags(), &limit)
	return cmd
}
