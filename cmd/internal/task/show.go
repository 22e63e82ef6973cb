package task

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/types/query"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/cmd/internal/progress"
	"github.com/credence-chain/credence/internal/cli"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

func taskShowCmd() *cobra.Command {
	var (
		c       connect.Flags
		output  string
		verbose bool
	)
	cmd := &cobra.Command{
		Use: "show ID", Short: "Show a task, or the tasks of a deal or request", Args: cli.Exactly("ID"), PersistentPreRunE: cli.NoPrepare,
		Example: `  credenced task show 3f2a5c0e9d8b
  credenced task show 3f2a5c0e9d8b --verbose
  credenced task show 3f2a5c0e9d8b --output table`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cli.OneOf("--output", output, "text", "table", "json", "yaml", "id"); err != nil {
				return err
			}
			return connect.WithLink(cmd, &c, func(ctx context.Context, l *connect.Link) error {
				t, err := resolveID(ctx, l.Conn, args[0])
				if err != nil {
					return err
				}
				tasks, err := tasksOf(ctx, l.Conn, t)
				if err != nil {
					return err
				}
				return showTasks(ctx, cmd.OutOrStdout(), l, tasks, output, verbose)
			})
		},
	}
	cmd.Flags().StringVar(&output, "output", "text", "text, table for a line a task, json for one line an event, yaml for a list of events, or id for the ids alone")
	cli.AddVerbose(cmd.Flags(), &verbose)
	c.Add(cmd.Flags(), false)
	return cmd
}

// showTasks prints what happened to tasks in one of the forms of "task show".
func showTasks(ctx context.Context, out io.Writer, l *connect.Link, tasks []taskstypes.Task, output string, verbose bool) error {
	switch output {
	case "table":
		return printTaskTable(out, tasks)
	case "id":
		return printer.PrintIDs(out, tasks, func(t taskstypes.Task) string { return t.Id })
	}
	v := progress.View(newPlainShow(out, len(tasks) == 1, verbose))
	if output == "json" {
		v = progress.NewJSONView(out)
	}
	events := []credence.Event{}
	deals := map[string]*dealstypes.Deal{}
	for _, task := range tasks {
		for _, e := range credence.History(ctx, l.Conn, task, append(l.Stores, l.Holders...), l.LastWords()) {
			if d := readDeal(ctx, l.Conn, task.Deal, deals); d != nil && e.Result != nil {
				e.Result.Under(*d)
			}
			if output == "yaml" {
				e.Text = cli.EventText(e)
				events = append(events, e)
				continue
			}
			v.Observe(e)
		}
		if output == "text" {
			PrintMoney(out, task, l.Info.Name)
			if err := printOnchain(ctx, out, l.Conn, task); err != nil {
				return err
			}
		}
	}
	if output == "yaml" {
		return printer.PrintAs(out, output, events)
	}
	return nil
}

// readDeal reads a deal once. It returns nil if the node does not have it: the story of its tasks is told without it.
func readDeal(ctx context.Context, conn *credence.Conn, id string, known map[string]*dealstypes.Deal) *dealstypes.Deal {
	d, asked := known[id]
	if !asked {
		if res, err := conn.Deals().Deal(ctx, &dealstypes.QueryDealRequest{Id: id}); err == nil {
			d = &res.Deal
		}
		known[id] = d
	}
	return d
}

// printOnchain prints the part of a task's answer that is stored on the chain, if there is one.
func printOnchain(ctx context.Context, out io.Writer, conn *credence.Conn, task taskstypes.Task) error {
	if !task.Ended() || task.Pruned != 0 {
		return nil
	}
	found, err := credence.ReadOnchain(ctx, conn, task.Id)
	if text := cli.OnchainText(found); text != "" {
		fmt.Fprintf(out, "    %s\n", text)
	}
	return err
}

// plainShow prints the events of a task without times: all of them lie in the past.
type plainShow struct {
	out   io.Writer
	words func(credence.Event) string
	alone bool // there is only one task, so that its number says nothing
}

func newPlainShow(out io.Writer, alone, verbose bool) *plainShow {
	return &plainShow{out, cli.Words(verbose), alone && !verbose}
}

func (v *plainShow) Observe(e credence.Event) {
	text := v.words(e)
	if e.Result != nil {
		if said := cli.StderrText(e.Result); said != "" {
			text += "; " + said
		}
	}
	if v.alone && e.Index == 0 {
		e.Task = ""
	}
	if text != "" {
		fmt.Fprintln(v.out, progress.OneLine(e, text))
	}
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
