// Package task has the commands that follow tasks, show them, and fetch their results.
package task

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/types/query"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/agent"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/cmd/internal/progress"
	"github.com/credence-chain/credence/cmd/internal/run"
	"github.com/credence-chain/credence/cmd/internal/tasktable"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// This file has watch, show and fetch. All of them take an id, or the beginning of one, of a task, a deal or a request (resolveID), and
// work on every task below it. "watch" follows events to the end, "show" replays them from the state, and both print through package
// progress. The exit status says how the tasks ended, as that of "run" does; so a script can wait with "watch" for what "run" began.

// NewCommand returns the command "task" with its subcommands.
func NewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "task", Short: "List, follow, show, fetch, repeat, cancel, prove and challenge tasks", PersistentPreRunE: cli.NoPrepare,
	}
	cmd.AddCommand(taskWatchCmd(), taskShowCmd(), taskListCmd(), taskRetryCmd(), taskCancelCmd(), taskFetchCmd(), taskLogsCmd(), taskReceiptCmd(), taskChallengeCmd())
	return cmd
}

// resolveID returns what an id, or the beginning of one, names: a task, a deal or a request. For a request that ended without a deal it
// returns a *cli.Problem.
func resolveID(ctx context.Context, conn *credence.Conn, id string) (credence.Ref, error) {
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

// resolveTask returns the id of the one task that an id names: the task's own id, or that of its request or deal if those have no other
// task. why says in the error for several tasks why the command takes one.
func resolveTask(ctx context.Context, conn *credence.Conn, text, why string) (string, error) {
	ref, err := resolveID(ctx, conn, text)
	if err != nil || ref.Kind == credence.KindTask {
		return ref.ID, err
	}
	tasks, err := tasksOf(ctx, conn, ref)
	if err != nil {
		return "", err
	}
	short := credence.ShortDigest(ref.ID)
	switch len(tasks) {
	case 1:
		return tasks[0].Id, nil
	case 0:
		return "", &cli.Problem{What: fmt.Sprintf("the %s %s has no task yet", ref.Kind, short), Next: "wait for it: credenced task watch " + short}
	}
	return "", &cli.Problem{
		What: fmt.Sprintf("the %s %s has %d tasks, and %s", ref.Kind, short, len(tasks), why),
		Next: "credenced task show " + short + " --output table lists them with their ids",
	}
}

func taskWatchCmd() *cobra.Command {
	var (
		c     connect.Flags
		style progress.Style
		out   string
		stall time.Duration

		identity agent.IdentityFlag
	)
	cmd := &cobra.Command{
		Use: "watch ID", Short: "Follow a task, or all tasks of a deal or request, to the end",
		Long: `Follow a task, or all tasks of a deal or request, to the end. With --out the results are brought as the tasks end, checked byte by
byte against the accepted digests; those that are in the folder already are kept, so that what was stopped is finished.`,
		Example: `  credenced task watch 3f2a5c0e9d8b --out frames`,
		Args:    cli.Exactly("ID"), PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := style.Check(); err != nil {
				return err
			}
			mine, err := identity.Read(c.PassphraseFile)
			if err != nil {
				return err
			}
			return connect.WithLink(cmd, &c, func(ctx context.Context, l *connect.Link) error {
				ref, err := resolveID(ctx, l.Conn, args[0])
				if err != nil {
					return err
				}
				if out != "" && ref.Kind == credence.KindRequest {
					r := &credence.Runner{Conn: l.Conn, Stores: l.Stores, Holders: l.Holders, Words: l.LastWords(), Identities: mine, Stall: stall}
					return run.Follow(ctx, cmd.OutOrStdout(), tasktable.Load(out), out, style, "", func(tell credence.Observer) (*credence.Report, error) {
						return r.Resume(ctx, ref.ID, out, tell)
					})
				}
				if err = watchRef(ctx, cmd, l, ref, stall, style, out == ""); err == nil && out != "" {
					err = fetchInto(ctx, cmd, l, ref, out, style.Output, style.Verbose, mine)
				}
				next := "credenced task watch " + credence.ShortDigest(ref.ID)
				if out != "" {
					next += " --out " + cli.ShellQuote(out) + identity.Suffix()
				}
				return cli.Stopped(ctx, err, next)
			})
		},
	}
	style.AddFlags(cmd.Flags(), "text, or json for one line an event", "text", "json")
	identity.Add(cmd.Flags())
	cmd.Flags().StringVar(&out, "out", "", "folder for the results, which are brought as tasks end (default: they are not brought)")
	connect.AddStall(cmd.Flags(), &stall)
	c.Add(cmd.Flags(), false)
	return cmd
}

// watchRef follows the tasks of a reference to their end. Like that of a run, the error says how they ended.
func watchRef(ctx context.Context, cmd *cobra.Command, l *connect.Link, ref credence.Ref, stall time.Duration, style progress.Style, advise bool) (err error) {
	v := progress.NewView(cmd.OutOrStdout(), style)
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
	v.Close()
	err = credence.EndError(ctx, l.Conn, ref, ended)
	if err == nil && style.Output == "text" && advise {
		fmt.Fprintf(cmd.OutOrStdout(), "\nFetch the result with:\n  credenced task fetch %s --out DIR\n", credence.ShortDigest(ref.ID))
	}
	return err
}

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

func taskFetchCmd() *cobra.Command {
	var (
		c           connect.Flags
		out, output string
		verbose     bool
		identity    agent.IdentityFlag
	)
	cmd := &cobra.Command{
		Use: "fetch ID", Short: "Download the result of a task, or of a deal's or request's tasks, and verify it", Args: cli.Exactly("ID"),
		PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cli.OneOf("--output", output, "text", "table", "json", "yaml"); err != nil {
				return err
			}
			if out == "" {
				return &cli.Problem{What: "--out is missing", Next: "name the folder for the result with --out DIR", Exit: cli.ExitUsage}
			}
			mine, err := identity.Read(c.PassphraseFile)
			if err != nil {
				return err
			}
			return connect.WithLink(cmd, &c, func(ctx context.Context, l *connect.Link) error {
				ref, err := resolveID(ctx, l.Conn, args[0])
				if err != nil {
					return err
				}
				err = fetchInto(ctx, cmd, l, ref, out, output, verbose, mine)
				return cli.Stopped(ctx, err, fmt.Sprintf("credenced task fetch %s --out %s%s", credence.ShortDigest(ref.ID), cli.ShellQuote(out), identity.Suffix()))
			})
		},
	}
	identity.Add(cmd.Flags())
	cmd.Flags().StringVar(&out, "out", "", "folder for the result")
	cmd.Flags().StringVar(&output, "output", "text", "text, table for a line a task, or json or yaml for a list of what became of each task")
	cli.AddVerbose(cmd.Flags(), &verbose)
	c.Add(cmd.Flags(), false)
	return cmd
}

// fetchInto downloads the results of a reference, and prints what became of each task.
func fetchInto(ctx context.Context, cmd *cobra.Command, l *connect.Link, ref credence.Ref, out, output string, verbose bool, mine []age.Identity) error {
	reports, err := fetchResults(ctx, l, ref, out, mine)
	if printErr := printReports(cmd.OutOrStdout(), reports, output, verbose); printErr != nil {
		return printErr
	}
	if err == nil {
		err = credence.TasksError(reports)
	}
	return err
}

// printReports prints what became of each task in one of the forms of "task fetch".
func printReports(out io.Writer, reports []*credence.TaskReport, output string, verbose bool) error {
	switch output {
	case "json", "yaml":
		if reports == nil {
			reports = []*credence.TaskReport{} // an empty list is printed as [], not as null
		}
		return printer.PrintAs(out, output, reports)
	case "table":
		return printReportTable(out, reports)
	}
	printFetched(out, reports, verbose)
	return nil
}

// fetchResults downloads the results of a reference.
func fetchResults(ctx context.Context, l *connect.Link, ref credence.Ref, out string, mine []age.Identity) ([]*credence.TaskReport, error) {
	var task, deal, request string
	switch ref.Kind {
	case credence.KindTask:
		task = ref.ID
	case credence.KindDeal:
		deal = ref.ID
	default:
		request = ref.ID
	}
	reports, err := credence.FetchAll(ctx, l.Conn, task, deal, request, append(l.Stores, l.Holders...), out, mine...)
	for _, r := range reports {
		r.AddLastWords(l.LastWords())
	}
	return reports, err
}

func printFetched(out io.Writer, reports []*credence.TaskReport, verbose bool) {
	text := cli.PlainTaskText
	if verbose {
		text = cli.TaskText
	}
	for _, r := range reports {
		fmt.Fprintf(out, "task %d: %s\n", r.Index, printable.Line(text(r)))
		for _, f := range r.Files {
			fmt.Fprintf(out, "  %s\n", printable.Name(filepath.Join(r.Dir, f)))
		}
		if text := cli.OnchainText(r.Onchain); text != "" {
			fmt.Fprintf(out, "  %s\n", text)
		}
		if r.Accepted() && !r.Failed() && r.DownloadError == "" && len(r.Files) == 0 {
			fmt.Fprintf(out, "  %s\n", cli.NoFiles)
		}
	}
}
