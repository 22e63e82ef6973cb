// Package task has the commands that follow tasks, show them, and fetch their results.
package task

import (
	"context"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/types/query"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/cmd/internal/progress"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// NewCommand is the command "task" with all that is below it.
func NewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "task", Short: "Follow, show, fetch, prove and challenge tasks", PersistentPreRunE: cli.NoPrepare,
	}
	cmd.AddCommand(taskWatchCmd(), taskShowCmd(), taskListCmd(), taskFetchCmd(), taskLogsCmd(), taskReceiptCmd(), taskChallengeCmd())
	return cmd
}

// resolve finds out what an id, or the beginning of one, names: a task, a deal or a request. A request that ended without a
// deal is a *Problem.
func resolve(ctx context.Context, conn *credence.Conn, id string) (credence.Ref, error) {
	ref, err := credence.Resolve(ctx, conn, id, credence.KindTask, credence.KindRequest, credence.KindDeal)
	if err != nil || ref.Kind != credence.KindRequest {
		return ref, err
	}
	res, err := conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: ref.ID})
	if err != nil || res.Request.Deal != "" || res.Request.Waits() {
		return ref, err
	}
	what := strings.ToLower(strings.TrimPrefix(res.Request.Status.String(), "REQUEST_STATUS_"))
	return ref, &cli.Problem{What: fmt.Sprintf("the request was %s and refunded. %s", what, res.Request.Reason), Exit: cli.ExitNoVerdict}
}

func taskWatchCmd() *cobra.Command {
	var (
		c             connect.Flags
		style, output string
		stall         time.Duration
	)
	cmd := &cobra.Command{
		Use: "watch ID", Short: "Follow a task, or all tasks of a deal or request, to the end",
		Args: cli.Exactly("ID"), PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cli.OneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			return connect.WithLink(cmd, &c, func(ctx context.Context, l *connect.Link) error {
				ref, err := resolve(ctx, l.Conn, args[0])
				if err != nil {
					return err
				}
				err = watch(ctx, cmd, l, ref, stall, style, output)
				return cli.Stopped(ctx, err, "credenced task watch "+credence.ShortDigest(ref.ID))
			})
		},
	}
	cmd.Flags().StringVar(&style, "progress", "auto", "auto, tty, plain or quiet")
	cmd.Flags().StringVar(&output, "output", "text", "text, or json for one line an event")
	connect.AddStall(cmd.Flags(), &stall)
	c.Add(cmd.Flags(), false)
	return cmd
}

// watch follows what the reference names to its end. The error says how it ended, as that of a run does.
func watch(ctx context.Context, cmd *cobra.Command, l *connect.Link, ref credence.Ref, stall time.Duration, style, output string) (err error) {
	v := progress.NewView(cmd.OutOrStdout(), style, output)
	defer v.Close()
	var ended []*credence.TaskReport
	tell := func(e credence.Event) {
		if e.Kind == credence.EventEnded && e.Result != nil {
			ended = append(ended, e.Result)
		}
		v.Observe(e)
	}
	opts := []credence.WatchOption{credence.WithSources(append(l.Stores, l.Holders...)...), credence.WithLastWords(l.LastWords()), credence.WithStall(stall)}
	switch ref.Kind {
	case credence.KindTask:
		err = credence.WatchTask(ctx, l.Conn, ref.ID, tell, opts...)
	case credence.KindDeal:
		err = credence.WatchDeal(ctx, l.Conn, ref.ID, tell, opts...)
	default:
		err = credence.WatchRequest(ctx, l.Conn, ref.ID, tell, opts...)
	}
	if err != nil {
		return err
	}
	err = credence.EndError(ctx, l.Conn, ref, ended)
	if err == nil && output == "text" {
		fmt.Fprintf(cmd.OutOrStdout(), "\nFetch the result with:\n  credenced task fetch %s --out DIR\n", credence.ShortDigest(ref.ID))
	}
	return err
}

func taskShowCmd() *cobra.Command {
	var (
		c      connect.Flags
		output string
	)
	cmd := &cobra.Command{
		Use: "show ID", Short: "Show a task, or the tasks of a deal or request", Args: cli.Exactly("ID"), PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cli.OneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			return connect.WithLink(cmd, &c, func(ctx context.Context, l *connect.Link) error {
				t, err := resolve(ctx, l.Conn, args[0])
				if err != nil {
					return err
				}
				tasks, err := tasksOf(ctx, l.Conn, t)
				if err != nil {
					return err
				}
				v := progress.View(newPlainShow(cmd.OutOrStdout()))
				if output == "json" {
					v = progress.NewJSONView(cmd.OutOrStdout())
				}
				for _, task := range tasks {
					for _, e := range credence.History(ctx, l.Conn, task, append(l.Stores, l.Holders...), l.LastWords()) {
						v.Observe(e)
					}
					if output == "text" {
						PrintMoney(cmd.OutOrStdout(), task, l.Info.Name)
					}
				}
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&output, "output", "text", "text, or json for one line an event")
	c.Add(cmd.Flags(), false)
	return cmd
}

// plainShow is a task's story without times: it is all over.
type plainShow struct{ out io.Writer }

func newPlainShow(out io.Writer) *plainShow { return &plainShow{out} }
func (v *plainShow) Observe(e credence.Event) {
	text := cli.EventText(e)
	if e.Result != nil {
		if said := cli.StderrText(e.Result); said != "" {
			text += "; " + said
		}
	}
	fmt.Fprintln(v.out, progress.OneLine(e, text))
}
func (v *plainShow) Close() {}

func tasksOf(ctx context.Context, conn *credence.Conn, ref credence.Ref) ([]taskstypes.Task, error) {
	if ref.Kind == credence.KindTask {
		res, err := conn.Tasks().Task(ctx, &taskstypes.QueryTaskRequest{Id: ref.ID})
		if err != nil {
			return nil, err
		}
		return []taskstypes.Task{res.Task}, nil
	}
	deals := []string{ref.ID}
	if ref.Kind == credence.KindRequest {
		res, err := conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: ref.ID})
		if err != nil {
			return nil, err
		}
		made, err := credence.DealsOf(ctx, conn, res.Request)
		if err != nil {
			return nil, err
		}
		deals = nil
		for _, d := range made {
			deals = append(deals, d.Id)
		}
	}
	var out []taskstypes.Task
	for _, deal := range deals {
		var key []byte
		for {
			res, err := conn.Tasks().TasksOfDeal(ctx, &taskstypes.QueryTasksOfDealRequest{Deal: deal, Pagination: &query.PageRequest{Key: key, Limit: 100}})
			if err != nil {
				return nil, err
			}
			out = append(out, res.Tasks...)
			if res.Pagination == nil || len(res.Pagination.NextKey) == 0 {
				break
			}
			key = res.Pagination.NextKey
		}
	}
	return out, nil
}

func taskListCmd() *cobra.Command {
	var c connect.Flags
	var who string
	cmd := &cobra.Command{
		Use: "list", Short: "List a requester's requests", Args: cli.Exactly(), PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, _ []string) error {
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
				return printRequests(cmd.OutOrStdout(), rows)
			})
		},
	}
	cmd.Flags().StringVar(&who, "requester", "", "address of the requester (default: the key's)")
	c.Add(cmd.Flags(), true)
	return cmd
}

// requestRow is a request with what its deals came to.
type requestRow struct {
	request               markettypes.Request
	ended, accepted, paid uint64
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
		row := requestRow{request: r}
		deals, err := credence.DealsOf(ctx, conn, r)
		if err != nil {
			return nil, err
		}
		for _, d := range deals {
			row.ended, row.accepted, row.paid = row.ended+d.Ended, row.accepted+d.Accepted, row.paid+d.Paid
		}
		out = append(out, row)
	}
	return out, nil
}

func printRequests(out io.Writer, rows []requestRow) error {
	return printer.PrintTable(out, []printer.Column[requestRow]{
		printer.NewColumn("ID", func(r requestRow) string { return credence.ShortDigest(r.request.Id) }),
		printer.NewColumn("HEIGHT", func(r requestRow) string { return fmt.Sprint(r.request.Height) }),
		printer.NewColumn("STATUS", func(r requestRow) string {
			return strings.ToLower(strings.TrimPrefix(r.request.Status.String(), "REQUEST_STATUS_"))
		}),
		printer.NewColumn("TASKS", func(r requestRow) string { return fmt.Sprint(r.request.Job.Size_) }),
		printer.NewColumn("ENDED", func(r requestRow) string { return fmt.Sprint(r.ended) }),
		printer.NewColumn("ACCEPTED", func(r requestRow) string { return fmt.Sprint(r.accepted) }),
		printer.NewColumn("PAID", func(r requestRow) string { return cli.FormatCRED(r.paid) }),
		printer.NewColumn("APP", func(r requestRow) string { return r.request.Job.App }),
	}, rows)
}

func taskFetchCmd() *cobra.Command {
	var c connect.Flags
	var out, output string
	cmd := &cobra.Command{
		Use: "fetch ID", Short: "Download the result of a task, or of a deal's or request's tasks, and verify it", Args: cli.Exactly("ID"),
		PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cli.OneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			if out == "" {
				return &cli.Problem{What: "--out is missing", Next: "name the folder for the result with --out DIR", Exit: cli.ExitUsage}
			}
			return connect.WithLink(cmd, &c, func(ctx context.Context, l *connect.Link) error {
				ref, err := resolve(ctx, l.Conn, args[0])
				if err != nil {
					return err
				}
				reports, err := fetch(ctx, l, ref, out)
				if output == "json" {
					if reports == nil {
						reports = []*credence.TaskReport{}
					}
					if jsonErr := printer.PrintJSON(cmd.OutOrStdout(), reports); jsonErr != nil {
						return jsonErr
					}
				} else {
					printFetched(cmd.OutOrStdout(), reports)
				}
				if err == nil {
					err = credence.TasksError(reports)
				}
				return cli.Stopped(ctx, err, fmt.Sprintf("credenced task fetch %s --out DIR, with another folder", credence.ShortDigest(ref.ID)))
			})
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "folder for the result")
	cmd.Flags().StringVar(&output, "output", "text", "text, or json for a list of what became of each task")
	c.Add(cmd.Flags(), false)
	return cmd
}

// fetch downloads the results of what the reference names.
func fetch(ctx context.Context, l *connect.Link, ref credence.Ref, out string) ([]*credence.TaskReport, error) {
	var task, deal, request string
	switch ref.Kind {
	case credence.KindTask:
		task = ref.ID
	case credence.KindDeal:
		deal = ref.ID
	default:
		request = ref.ID
	}
	reports, err := credence.FetchAll(ctx, l.Conn, task, deal, request, append(l.Stores, l.Holders...), out)
	for _, r := range reports {
		r.AddLastWords(l.LastWords())
	}
	return reports, err
}

func printFetched(out io.Writer, reports []*credence.TaskReport) {
	for _, r := range reports {
		fmt.Fprintf(out, "task %d: %s\n", r.Index, cli.TaskText(r))
		for _, f := range r.Files {
			fmt.Fprintf(out, "  %s\n", printable.Name(filepath.Join(r.Dir, f)))
		}
		if r.Accepted() && !r.Failed() && r.DownloadError == "" && len(r.Files) == 0 {
			fmt.Fprintf(out, "  %s\n", cli.NoFiles)
		}
	}
}
