package workflow

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/workflow"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/cmd/internal/tasktable"
	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// This file has "workflow run" and "workflow resume". Package client/workflow decides which node runs when and keeps the journal; this
// file gives it the function that runs one node (work), and turns errors into words that name the node and the command that continues. A
// node that was submitted is never submitted twice: the journal has its nonce before the submission and its request after it.

// runFlags are the flags of "workflow run" and "workflow resume".
type runFlags struct {
	chain   connect.Flags
	out     string
	journal string
	output  string
	verbose bool
	most    int
	stall   time.Duration
	detach  bool
	resume  bool // go on with what was begun
	given   bool // the journal was given by the flag
}

func runCmd(resume bool) *cobra.Command {
	f := runFlags{resume: resume}
	cmd := &cobra.Command{
		Use: "run FILE", Short: "Run a workflow", Args: cli.Exactly("FILE"), PersistentPreRunE: cli.NoPrepare,
		Long: `Run a workflow: each node when those are done whose results it reads, several at once. Results lie in a folder for each node. The
journal, FILE.journal.json, says what was begun.

With --detach the chain runs it: all nodes are checked and priced, then submitted, and their money is locked. The chain releases each of them
when those are done for which it waits, and refunds it if one of them fails; no client has to stay online. The same command goes on if it was
interrupted, and pays nothing twice.`,
		Example: `  credenced workflow run words.yaml --out words
  credenced workflow run counts.yaml --detach`,
	}
	if resume {
		cmd.Use, cmd.Short = "resume FILE", "Go on with a workflow that was stopped, killed, or failed"
		cmd.Long = `Go on with a workflow where its journal ends: what is done is kept, what was submitted is followed to its end and not paid again, and
nodes that failed are run again.

With --detach the chain runs what is left: nodes that failed, and those that waited for them, are submitted again, with those that were never
submitted. It leaves the results where they are: the same command without --detach fetches them.`
		cmd.Example = `  credenced workflow resume words.yaml
  credenced workflow resume words.yaml --detach`
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := cli.OneOf("--output", f.output, "text", "json"); err != nil {
			return err
		}
		if f.most < 1 {
			return &cli.Problem{What: fmt.Sprintf("--concurrency %d: expected at least 1", f.most), Exit: cli.ExitUsage}
		}
		if err := f.fixPaths(); err != nil {
			return err
		}
		return withDefinition(args[0], func(d *definition) error { return f.run(cmd, d, args[0]) })
	}
	flags := cmd.Flags()
	if !resume {
		flags.StringVar(&f.out, "out", "", "folder for the results, new or empty (default: NAME-results beside the file)")
	}
	flags.BoolVar(&f.detach, "detach", false, "submit all nodes and leave: the chain releases them")
	flags.IntVar(&f.most, "concurrency", 8, "how many nodes run at once")
	f.addJournalFlags(flags, "text, or json for one line an event")
	cli.AddVerbose(flags, &f.verbose)
	connect.AddStall(flags, &f.stall)
	f.chain.Add(flags, true)
	return cmd
}

// addJournalFlags adds the flags of all commands that read the journal.
func (f *runFlags) addJournalFlags(flags *pflag.FlagSet, outputs string) {
	flags.StringVar(&f.journal, "journal", "", "file that keeps what was begun (default: FILE.journal.json)")
	flags.StringVar(&f.output, "output", "text", outputs)
}

// fixPaths makes the paths of the flags absolute: they are relative to the user's folder, not to the file's.
func (f *runFlags) fixPaths() (err error) {
	for _, path := range []*string{&f.out, &f.journal} {
		if *path != "" && err == nil {
			*path, err = filepath.Abs(*path)
		}
	}
	return err
}

// withJournal reads the file and the journal of a workflow that was begun, and calls work with a connection to its chain.
func (f *runFlags) withJournal(cmd *cobra.Command, file string, work func(context.Context, *connect.Link, *definition, *workflow.Journal) error) error {
	if err := errors.Join(cli.OneOf("--output", f.output, "text", "json"), f.fixPaths()); err != nil {
		return err
	}
	return withDefinition(file, func(d *definition) error {
		f.placeJournal(d)
		return connect.WithLink(cmd, &f.chain, func(ctx context.Context, l *connect.Link) error {
			j, err := f.open(d, file, l.Conn.ChainID(), true)
			if err != nil {
				return err
			}
			return work(ctx, l, d, j)
		})
	})
}

// placeJournal sets the path of the journal, unless a flag gives it.
func (f *runFlags) placeJournal(d *definition) {
	if f.given = f.journal != ""; !f.given {
		f.journal = d.path + ".journal.json"
	}
}

func (f *runFlags) run(cmd *cobra.Command, d *definition, file string) error {
	f.placeJournal(d)
	if err := d.check(); err != nil {
		return err
	}
	if f.detach {
		return f.runDetached(cmd, d, file)
	}
	return connect.WithLink(cmd, &f.chain, func(ctx context.Context, l *connect.Link) error {
		if err := f.chain.LoadKeys(cmd, l); err != nil {
			return err
		}
		j, err := f.open(d, file, l.Conn.ChainID(), f.resume)
		if err != nil {
			return err
		}
		if err := forgetUnsubmitted(ctx, l.Conn, j); err != nil {
			return err
		}
		r := &client.Runner{
			Conn: l.Conn, Requester: l.Requester, Provider: l.Provider, Stores: l.Stores, StoreToken: f.chain.StoreToken, Holders: l.Holders,
			Words: l.LastWords(), Stall: f.stall,
		}
		v := newView(cmd.OutOrStdout(), d, f.output, f.verbose)
		err = workflow.Run(ctx, d.graph(), j, workflow.Options{Most: f.most, Tell: v.observe}, func(ctx context.Context, name string, nonce uint64, request string, tell client.Observer) (*client.Report, error) {
			return d.work(ctx, r, name, j.Out, nonce, request, tell)
		})
		if f.output == "text" {
			v.printEnd(j)
		}
		return f.explain(ctx, err, file)
	})
}

// forgetUnsubmitted takes requests out of the journal that the chain does not have: "run --detach" notes them before it submits them, and may have
// been stopped in between. Their nodes are run as those that were never begun, under the same nonces.
func forgetUnsubmitted(ctx context.Context, conn *client.Conn, j *workflow.Journal) error {
	for _, name := range slices.Sorted(maps.Keys(j.Nodes)) {
		s := j.Node(name)
		if s.Status != workflow.Begun || s.Request == "" {
			continue
		}
		_, err := conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: s.Request})
		if err == nil {
			continue
		}
		if !connect.IsUnknown(err) {
			return err
		}
		s.Request = ""
		if err := j.Set(name, s); err != nil {
			return err
		}
	}
	return nil
}

// checkFresh sets the folder of the results, and checks that it is empty.
func (f *runFlags) checkFresh(d *definition, file string) error {
	if f.out == "" {
		f.out = filepath.Join(filepath.Dir(d.path), d.name+"-results")
	}
	if entries, err := os.ReadDir(f.out); err == nil && len(entries) > 0 {
		return &cli.Problem{What: fmt.Sprintf("--out %s: the folder is not empty, and results never overwrite anything", f.out), Next: "name another with --out, or go on with what was begun: " + f.command("resume", file)}
	}
	return nil
}

// open creates a journal or, to resume, reads the existing one.
func (f *runFlags) open(d *definition, file, chain string, resume bool) (*workflow.Journal, error) {
	goOn := f.command("resume", file)
	if !resume {
		if err := f.checkFresh(d, file); err != nil {
			return nil, err
		}
		j, err := workflow.NewJournal(f.journal, d.digest, chain, f.out)
		if errors.Is(err, os.ErrExist) {
			return nil, &cli.Problem{What: fmt.Sprintf("the workflow was begun already: its journal is %s", f.journal), Next: "go on with it: " + goOn + "; or begin anew with another --journal and --out", Err: err}
		}
		return j, err
	}
	j, err := workflow.LoadJournal(f.journal)
	switch {
	case errors.Is(err, workflow.ErrNoJournal):
		return nil, &cli.Problem{What: fmt.Sprintf("nothing of the workflow was begun: %v", err), Next: f.command("run", file), Err: err}
	case err != nil:
		return nil, err
	case j.Chain != chain:
		return nil, &cli.Problem{What: fmt.Sprintf("the workflow was begun on the chain %s, and this is %s", j.Chain, chain), Next: "name a node of it with --node"}
	case j.Definition != d.digest:
		return nil, &cli.Problem{What: fmt.Sprintf("%s has changed since the workflow was begun", file), Next: "undo the change, or begin anew with another --journal and --out"}
	}
	return j, nil
}

// command returns the command line that starts or continues the workflow.
func (f *runFlags) command(verb, file string) string {
	line := fmt.Sprintf("credenced workflow %s %s", verb, cli.ShellQuote(file))
	if f.given {
		line += " --journal " + cli.ShellQuote(f.journal)
	}
	return line
}

// explain says how the whole workflow ended.
func (f *runFlags) explain(ctx context.Context, err error, file string) error {
	var failed *workflow.NodesFailed
	var left *client.Interrupted
	switch goOn := f.command("resume", file); {
	case err == nil:
		return nil
	case errors.As(err, &failed):
		first := cli.Explain(failed.Errs[0])
		p := &cli.Problem{What: fmt.Sprintf("node %s: %v", failed.Names[0], first), Exit: cli.ExitStatus(first), Err: err}
		var known *cli.Problem
		if errors.As(first, &known) {
			p.What = fmt.Sprintf("node %s: %s", failed.Names[0], known.What)
		}
		if n := len(failed.Names); n > 1 {
			p.What += fmt.Sprintf("; and %s", printer.CountOf(uint64(n-1), "more node"))
		}
		p.Next = goOn
		return p
	case errors.As(err, &left) || ctx.Err() != nil:
		return &cli.Problem{What: "stopped; what was submitted runs on", Next: goOn, Exit: cli.ExitStatus(context.Cause(ctx)), Err: err}
	}
	return err
}

// work runs one node to its end, or resumes it.
func (d *definition) work(ctx context.Context, r *client.Runner, name, out string, nonce uint64, request string, tell client.Observer) (*client.Report, error) {
	n := d.find(name)
	folder := filepath.Join(out, name)
	job, rows, err := n.job(out)
	if err != nil {
		return nil, &client.Error{Code: client.CodeInvalid, What: err.Error(), Err: err}
	}
	table := tasktable.New(folder, nil, nil)
	if rows != nil {
		table = tasktable.New(folder, rows.Columns, rows.Rows)
	}
	table.KeepIn(folder + ".csv") // beside the folder, because other nodes read everything in the folder
	watched := func(e client.Event) {
		table.Observe(e)
		tell(e)
	}
	var report *client.Report
	if request != "" {
		report, err = r.Resume(ctx, request, folder, watched)
	} else {
		if err := moveAside(folder); err != nil {
			return nil, err
		}
		job.Out, job.Nonce = folder, nonce
		report, err = r.Run(ctx, job, watched)
	}
	return report, errors.Join(err, table.Close())
}

// moveAside renames a folder that a failed run of the node left, so that its content is kept.
func moveAside(folder string) error {
	if entries, err := os.ReadDir(folder); err != nil || len(entries) == 0 {
		return nil
	}
	for i := 1; ; i++ {
		old := fmt.Sprintf("%s.failed-%d", folder, i)
		if _, err := os.Stat(old); os.IsNotExist(err) {
			return os.Rename(folder, old)
		}
	}
}

// longest returns the length of the longest name of a node.
func (d *definition) longest() int {
	return len(slices.MaxFunc(d.nodes, func(a, b node) int { return len(a.name) - len(b.name) }).name)
}
