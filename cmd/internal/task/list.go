package task

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	cmtv1 "cosmossdk.io/api/cosmos/base/tendermint/v1beta1"
	"github.com/cosmos/cosmos-sdk/types/query"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// This file is "task list". A request on the chain says nothing of its tasks, so each row adds up the request's deals. The time of a row is
// that of its first deal, or else of its block, which a node may have pruned. All requests of the requester are read before they are
// filtered, because the chain cannot filter by these sums.

// requestRow is a request, with the sums over its deals.
type requestRow struct {
	ID        string     `json:"id"`
	Height    int64      `json:"height"`
	Time      *time.Time `json:"time,omitempty"` // time of the first deal, or else of the request's block; nil if the node no longer has it
	Status    string     `json:"status"`
	Tasks     uint64     `json:"tasks"`
	Ended     uint64     `json:"ended"`
	Accepted  uint64     `json:"accepted"`
	Paid      uint64     `json:"paid"`
	MaxPrice  uint64     `json:"max_price"`
	App       string     `json:"app"`
	Pools     []string   `json:"pools,omitempty"`
	Requester string     `json:"requester"`
	Reason    string     `json:"reason,omitempty"`
}

// isFailed reports whether a part of the request ended without an accepted answer.
func (r requestRow) isFailed() bool {
	return r.Accepted < r.Ended || slices.Contains([]string{"unmatched", "expired", "skipped"}, r.Status)
}

// statusWords are the possible statuses of a request. They are those of the chain, except that a matched request is "running" or "ended".
var statusWords = []string{"waiting", "queued", "resting", "running", "ended", "unmatched", "cancelled", "expired", "skipped", "signed"}

// listFilter holds the flags that select requests.
type listFilter struct {
	statuses []string
	app      string
	since    string
	failed   bool

	after time.Time
}

// check checks and reads the flags.
func (f *listFilter) check(now time.Time) error {
	for _, s := range f.statuses {
		if err := cli.OneOf("--status", s, statusWords...); err != nil {
			return err
		}
	}
	var err error
	f.after, err = parseSince(f.since, now)
	return err
}

// parseSince reads an age such as 90m, 24h or 7d, a date, or a time. For an empty text it returns the zero time.
func parseSince(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	ago := text
	if days, found := strings.CutSuffix(text, "d"); found {
		ago = days + "h"
	}
	if d, err := time.ParseDuration(ago); err == nil && d >= 0 {
		if ago != text {
			d *= 24
		}
		return now.Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, now.Location()); err == nil {
			return t, nil
		}
	}
	return time.Time{}, &cli.Problem{What: fmt.Sprintf("--since %q: expected a time ago such as 90m, 24h or 7d, or a date such as 2026-01-31", text), Exit: cli.ExitUsage}
}

// wants reports whether a request is selected. A request whose time the node no longer has counts as too old.
func (f *listFilter) wants(r requestRow) bool {
	switch {
	case len(f.statuses) > 0 && !slices.Contains(f.statuses, r.Status):
		return false
	case f.app != "" && r.App != f.app && !strings.HasPrefix(r.App, f.app+":"):
		return false
	case f.failed && !r.isFailed():
		return false
	}
	return f.after.IsZero() || r.Time != nil && !r.Time.Before(f.after)
}

func taskListCmd() *cobra.Command {
	var (
		c           connect.Flags
		who, output string
		filter      listFilter
	)
	cmd := &cobra.Command{
		Use: "list", Short: "List a requester's requests", Args: cli.Exactly(), PersistentPreRunE: cli.NoPrepare,
		Long: `List a requester's requests, the newest last. Status is queued, resting, running, ended, unmatched, cancelled, expired or signed.
Paid is what was paid until now; what was locked and not paid comes back.`,
		Example: `  credenced task list --since 24h
  credenced task list --status running,queued
  credenced task list --failed --app studio/count --output json
  credenced task list --status running --output id`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output == "text" {
				output = "table"
			}
			if err := cli.OneOf("--output", output, "table", "wide", "json", "yaml", "id"); err != nil {
				return err
			}
			if err := filter.check(time.Now()); err != nil {
				return err
			}
			return connect.WithLink(cmd, &c, func(ctx context.Context, l *connect.Link) error {
				if who == "" {
					if err := c.LoadKeys(cmd, l); err != nil {
						return err
					}
					who = l.Requester.Address()
				}
				rows, err := readRequests(ctx, l.Conn, who)
				if err != nil {
					return err
				}
				rows = slices.DeleteFunc(rows, func(r requestRow) bool { return !filter.wants(r) })
				return printRequests(cmd.OutOrStdout(), rows, output)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&who, "requester", "", "address of the requester (default: the key's)")
	f.StringSliceVar(&filter.statuses, "status", nil, "only those with the status "+strings.Join(statusWords, ", ")+"; repeatable")
	f.StringVar(&filter.app, "app", "", "only those of an app, organisation/name or organisation/name:version")
	f.StringVar(&filter.since, "since", "", "only those since a time ago such as 90m, 24h or 7d, or a date such as 2026-01-31")
	f.BoolVar(&filter.failed, "failed", false, "only those that met no offer, or have tasks that ended without an answer")
	f.StringVar(&output, "output", "table", "table, wide, json, yaml, or id for the ids alone, one a line")
	c.Add(f, true)
	return cmd
}

func readRequests(ctx context.Context, conn *credence.Conn, who string) (out []requestRow, err error) {
	requests, _, err := printer.ReadPages(math.MaxInt, func(p *query.PageRequest) ([]markettypes.Request, *query.PageResponse, error) {
		res, err := conn.Market().Requests(ctx, &markettypes.QueryRequestsRequest{Requester: who, Pagination: p})
		return res.GetRequests(), res.GetPagination(), err
	})
	if err != nil {
		return nil, err
	}
	for _, r := range requests {
		deals, err := credence.DealsOf(ctx, conn, r)
		if err != nil {
			return nil, err
		}
		row := rowOf(r, deals)
		if row.Time == nil {
			row.Time = timeOfBlock(ctx, conn, r.Height)
		}
		out = append(out, row)
	}
	slices.SortStableFunc(out, func(a, b requestRow) int { return cmp.Compare(a.Height, b.Height) })
	return out, nil
}

// rowOf returns the row of a request.
func rowOf(r markettypes.Request, deals []dealstypes.Deal) requestRow {
	row := requestRow{
		ID: r.Id, Height: r.Height, Tasks: r.Job.Size_, MaxPrice: r.Job.MaxPrice, App: r.Job.App, Requester: r.Requester, Reason: r.Reason,
		Status: r.Status.Word(),
	}
	size := uint64(0)
	for _, d := range deals {
		row.Ended, row.Accepted, row.Paid, size = row.Ended+d.Ended, row.Accepted+d.Accepted, row.Paid+d.Paid, size+d.Size_
		if t := time.Unix(d.Time, 0); row.Time == nil || t.Before(*row.Time) {
			row.Time = &t
		}
		if !slices.Contains(row.Pools, d.Pool) {
			row.Pools = append(row.Pools, d.Pool)
		}
	}
	if r.Status == markettypes.REQUEST_STATUS_MATCHED {
		row.Status = "running"
		if row.Ended >= size {
			row.Status = "ended"
		}
	}
	return row
}

// timeOfBlock returns the time of a block; nil if the node no longer has the block.
func timeOfBlock(ctx context.Context, conn *credence.Conn, height int64) *time.Time {
	res, err := conn.Comet().GetBlockByHeight(ctx, &cmtv1.GetBlockByHeightRequest{Height: height})
	if err != nil || res.GetSdkBlock().GetHeader().GetTime() == nil {
		return nil
	}
	t := res.SdkBlock.Header.Time.AsTime().Local()
	return &t
}

func printRequests(out io.Writer, rows []requestRow, output string) error {
	if rows == nil {
		rows = []requestRow{} // an empty list is printed as [], not as null
	}
	switch output {
	case "json", "yaml":
		return printer.PrintAs(out, output, rows)
	case "id":
		return printer.PrintIDs(out, rows, func(r requestRow) string { return r.ID })
	}
	if len(rows) == 0 {
		_, err := fmt.Fprintln(out, "There are none.")
		return err
	}
	columns := []printer.Column[requestRow]{
		printer.NewColumn("ID", func(r requestRow) string { return credence.ShortDigest(r.ID) }),
		printer.NewColumn("WHEN", func(r requestRow) string { return whenText(r.Time) }),
		printer.NewColumn("STATUS", func(r requestRow) string { return r.Status }),
		printer.NewColumn("TASKS", func(r requestRow) string { return fmt.Sprint(r.Tasks) }),
		printer.NewColumn("ENDED", func(r requestRow) string { return fmt.Sprint(r.Ended) }),
		printer.NewColumn("ACCEPTED", func(r requestRow) string { return fmt.Sprint(r.Accepted) }),
		printer.NewColumn("PAID", func(r requestRow) string { return cli.FormatCRED(r.Paid) }),
		printer.NewColumn("APP", func(r requestRow) string { return r.App }),
	}
	if output == "wide" {
		columns[0] = printer.NewColumn("ID", func(r requestRow) string { return r.ID })
		columns = append(columns,
			printer.NewColumn("HEIGHT", func(r requestRow) string { return fmt.Sprint(r.Height) }),
			printer.NewColumn("MAX PRICE", func(r requestRow) string { return cli.FormatCRED(r.MaxPrice) }),
			printer.NewColumn("POOLS", func(r requestRow) string { return strings.Join(r.Pools, ",") }),
			printer.NewColumn("REASON", func(r requestRow) string { return r.Reason }),
		)
	}
	return printer.PrintTable(out, columns, rows)
}

func whenText(t *time.Time) string {
	if t == nil {
		return "?"
	}
	return t.Local().Format("2006-01-02 15:04")
}
