package cmd

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/types/query"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/printable"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

func taskCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "task", Short: "Follow, show and fetch tasks", RunE: client.ValidateCmd, PersistentPreRunE: noPrepare,
	}
	cmd.AddCommand(taskWatchCmd(), taskShowCmd(), taskListCmd(), taskFetchCmd())
	return cmd
}

// target is what an id given on the command line names: exactly one of its fields is set.
type target struct{ task, deal, request string }

// resolve finds out what an id is. A request that ended without a deal is a *Problem.
func resolve(ctx context.Context, conn *credence.Conn, id string) (target, error) {
	id = strings.ToLower(strings.TrimSpace(id))
	if raw, err := hex.DecodeString(id); err != nil || len(raw) != 32 {
		return target{}, &credence.Problem{What: fmt.Sprintf("%q is no id: expected the 64 hex digits of a task, deal or request", id), Next: "list yours with: credenced task list"}
	}
	if _, err := conn.Tasks().Task(ctx, &taskstypes.QueryTaskRequest{Id: id}); err == nil {
		return target{task: id}, nil
	} else if !unknown(err) {
		return target{}, err
	}
	if _, err := conn.Market().Deal(ctx, &markettypes.QueryDealRequest{Id: id}); err == nil {
		return target{deal: id}, nil
	} else if !unknown(err) {
		return target{}, err
	}
	res, err := conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: id})
	if err != nil {
		if unknown(err) {
			return target{}, &credence.Problem{What: "the chain knows no task, deal or request " + id, Next: "list yours with: credenced task list", Err: err}
		}
		return target{}, err
	}
	if res.Request.Deal != "" || res.Request.Waits() {
		return target{request: id}, nil
	}
	what := strings.ToLower(strings.TrimPrefix(res.Request.Status.String(), "REQUEST_STATUS_"))
	return target{}, &credence.Problem{What: fmt.Sprintf("the request was %s and refunded. %s", what, res.Request.Reason), Exit: credence.ExitNoVerdict}
}

func unknown(err error) bool {
	refused := credence.Refused(err)
	return status.Code(err) == codes.NotFound || refused != nil && strings.Contains(refused.Log, "not found")
}

func taskWatchCmd() *cobra.Command {
	var (
		c                connectFlags
		progress, output string
		stall            time.Duration
	)
	cmd := &cobra.Command{
		Use: "watch ID", Short: "Follow a task, or all tasks of a deal or request, to the end",
		Args: cobra.ExactArgs(1), PersistentPreRunE: noPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			return withLink(cmd, &c, func(ctx context.Context, l *link) error {
				t, err := resolve(ctx, l.conn, args[0])
				if err != nil {
					return err
				}
				v := newView(cmd.OutOrStdout(), progress, output)
				defer v.Close()
				switch {
				case t.task != "":
					err = credence.WatchTask(ctx, l.conn, t.task, v.Observe, credence.WithStall(stall))
				case t.deal != "":
					err = credence.WatchDeal(ctx, l.conn, t.deal, v.Observe, credence.WithStall(stall))
				default:
					err = credence.WatchRequest(ctx, l.conn, t.request, v.Observe, credence.WithStall(stall))
				}
				if errors.Is(err, context.Canceled) {
					return nil
				}
				if err == nil && output == "text" {
					fmt.Fprintf(cmd.OutOrStdout(), "\nFetch the result with:\n  credenced task fetch %s --out DIR\n", args[0])
				}
				return err
			})
		},
	}
	cmd.Flags().StringVar(&progress, "progress", "auto", "auto, tty, plain or quiet")
	cmd.Flags().StringVar(&output, "output", "text", "text, or json for one line an event")
	stallFlag(cmd.Flags(), &stall)
	c.add(cmd.Flags(), false)
	return cmd
}

func taskShowCmd() *cobra.Command {
	var (
		c      connectFlags
		output string
	)
	cmd := &cobra.Command{
		Use: "show ID", Short: "Show a task, or the tasks of a deal or request", Args: cobra.ExactArgs(1), PersistentPreRunE: noPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			return withLink(cmd, &c, func(ctx context.Context, l *link) error {
				t, err := resolve(ctx, l.conn, args[0])
				if err != nil {
					return err
				}
				tasks, err := tasksOf(ctx, l.conn, t)
				if err != nil {
					return err
				}
				v := view(newPlainShow(cmd.OutOrStdout()))
				if output == "json" {
					v = newJSONView(cmd.OutOrStdout())
				}
				for _, task := range tasks {
					for _, e := range credence.Changes(nil, task, task.Done) {
						v.Observe(e)
					}
					if output == "text" {
						printMoney(cmd.OutOrStdout(), task, l.info.Name)
					}
				}
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&output, "output", "text", "text, or json for one line an event")
	c.add(cmd.Flags(), false)
	return cmd
}

// plainShow is a task's story without times: it is all over.
type plainShow struct{ out io.Writer }

func newPlainShow(out io.Writer) *plainShow   { return &plainShow{out} }
func (v *plainShow) Observe(e credence.Event) { fmt.Fprintln(v.out, eventLine(e)) }
func (v *plainShow) Close()                   {}

func tasksOf(ctx context.Context, conn *credence.Conn, t target) ([]taskstypes.Task, error) {
	if t.task != "" {
		res, err := conn.Tasks().Task(ctx, &taskstypes.QueryTaskRequest{Id: t.task})
		if err != nil {
			return nil, err
		}
		return []taskstypes.Task{res.Task}, nil
	}
	deals := []string{t.deal}
	if t.request != "" {
		res, err := conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: t.request})
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

// printMoney writes a settlement, every movement of it. Name calls accounts by what people know them as.
func printMoney(out io.Writer, task taskstypes.Task, name func(string) string) {
	s := task.Settlement
	if s == nil {
		return
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(source string, amount uint64, to, what string) {
		fmt.Fprintf(t, "    %s\t%s\t-> %s\t%s\n", source, credence.FormatCRED(amount), to, what)
	}
	for _, p := range s.Payments {
		line(p.Source, p.Amount, name(p.To), partyText(p.Party, p.Source))
	}
	if s.Refund > 0 {
		line("escrow", s.Refund, "requester", "refund")
	}
	if s.Burnt > 0 {
		line("stake", s.Burnt, "nobody", "burnt")
	}
	t.Flush()
}

func partyText(party, source string) string {
	switch {
	case party == "APP":
		return "the app's price"
	case party == "DATASET":
		return "a dataset's price"
	case party == "POOL":
		return "the pool's commission"
	case party == "WORKER" && source == "stake":
		return "share of the liar's stake"
	case party == "WORKER":
		return "a right replica"
	case party == "COURT":
		return "the court's fee"
	case party == "REQUESTER":
		return "restitution"
	}
	return strings.ToLower(party)
}

func taskListCmd() *cobra.Command {
	var c connectFlags
	var who string
	cmd := &cobra.Command{
		Use: "list", Short: "List a requester's requests", Args: cobra.NoArgs, PersistentPreRunE: noPrepare,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withLink(cmd, &c, func(ctx context.Context, l *link) error {
				if who == "" {
					if err := c.keys(cmd, l); err != nil {
						return err
					}
					who = l.requester.Address()
				}
				return listRequests(ctx, cmd.OutOrStdout(), l.conn, who)
			})
		},
	}
	cmd.Flags().StringVar(&who, "requester", "", "address of the requester (default: the key's)")
	c.add(cmd.Flags(), true)
	return cmd
}

func listRequests(ctx context.Context, out io.Writer, conn *credence.Conn, who string) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "ID\tHEIGHT\tSTATUS\tTASKS\tENDED\tACCEPTED\tPAID\tAPP\n")
	var key []byte
	for {
		res, err := conn.Market().Requests(ctx, &markettypes.QueryRequestsRequest{Requester: who, Pagination: &query.PageRequest{Key: key, Limit: 100}})
		if err != nil {
			return err
		}
		for _, r := range res.Requests {
			id, ended, accepted, paid := r.Id, uint64(0), uint64(0), uint64(0)
			deals, err := credence.DealsOf(ctx, conn, r)
			if err != nil {
				return err
			}
			for _, d := range deals {
				ended, accepted, paid = ended+d.Ended, accepted+d.Accepted, paid+d.Paid
			}
			if len(deals) == 1 {
				id = r.Deal
			}
			name := strings.ToLower(strings.TrimPrefix(r.Status.String(), "REQUEST_STATUS_"))
			fmt.Fprintf(t, "%s\t%d\t%s\t%d\t%d\t%d\t%s\t%s\n", id, r.Height, name, r.Job.Size_, ended, accepted, credence.FormatCRED(paid), r.Job.App)
		}
		if res.Pagination == nil || len(res.Pagination.NextKey) == 0 {
			return t.Flush()
		}
		key = res.Pagination.NextKey
	}
}

func taskFetchCmd() *cobra.Command {
	var c connectFlags
	var out string
	cmd := &cobra.Command{
		Use: "fetch ID", Short: "Download the result of a task, or of a deal's or request's tasks, and verify it", Args: cobra.ExactArgs(1),
		PersistentPreRunE: noPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" {
				return &credence.Problem{What: "--out is missing", Next: "name the folder for the result with --out DIR"}
			}
			return withLink(cmd, &c, func(ctx context.Context, l *link) error {
				t, err := resolve(ctx, l.conn, args[0])
				if err != nil {
					return err
				}
				reports, err := credence.FetchAll(ctx, l.conn, t.task, t.deal, t.request, append(l.stores, l.holders...), out)
				for _, r := range reports {
					fmt.Fprintf(cmd.OutOrStdout(), "task %d: %s\n", r.Index, r.Text())
					for _, f := range r.Files {
						fmt.Fprintf(cmd.OutOrStdout(), "  %s\n", printable.Name(filepath.Join(r.Dir, f)))
					}
					if r.Accepted() && r.Verdict.Kind == "RESULT" && r.Dir != "" && len(r.Files) == 0 {
						fmt.Fprintf(cmd.OutOrStdout(), "  %s\n", credence.NoFiles)
					}
				}
				return err
			})
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "folder for the result")
	c.add(cmd.Flags(), false)
	return cmd
}

// withLink connects, works, and explains errors.
func withLink(cmd *cobra.Command, c *connectFlags, work func(context.Context, *link) error) error {
	ctx, stop := watchContext(cmd)
	defer stop()
	l, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer l.close()
	return credence.Explain(work(ctx, l))
}
