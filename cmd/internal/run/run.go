// Package run has the command that runs a program on the chain or on this machine, and reports how the run ended.
package run

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/agent"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/jobflags"
	"github.com/credence-chain/credence/cmd/internal/progress"
	"github.com/credence-chain/credence/cmd/internal/tasktable"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/commandline"
	"github.com/credence-chain/credence/internal/printable"
)

// This file has the command and the functions that other commands share with it. Workflows parse the flags of their nodes with ParseJob, so
// that a node takes the same flags as "run". "task watch --out" shows a request with Follow, so that it ends with the same report and exit
// status as the run that it continues.

// jobFlags are the flags of "run".
type jobFlags struct {
	bagGiven bool
	out      string
	once     string
	table    *jobflags.Table // table of --map; nil without it
	marketFlags
}

// NewCommand returns the command "run".
func NewCommand() *cobra.Command { return runCmdWith(&jobFlags{}) }

// runCmdWith returns the command "run", which parses into the given flags.
func runCmdWith(j *jobFlags) *cobra.Command {
	var (
		c      connect.Flags
		style  progress.Style
		stall  time.Duration
		here   bool
		dry    bool
		resume string
		engine runtime.OCI

		identity agent.IdentityFlag
	)
	cmd := &cobra.Command{
		Use:   "run APP [flags] [-- ARGS...]",
		Short: "Run a program at a demanded trust, and fetch its verified result",
		Long: `Run a program at a demanded trust: publish it if needed, say what it will cost, submit it, show how workers of
different organisations are drawn, commit blind and reveal, and fetch the result, checked byte by byte against the
digest that the chain accepted.

APP is a WebAssembly module (WASI preview 1); the image of a container; or an app on the chain: organisation/name:version, or
sha256:DIGEST. An image is a folder or an archive with an OCI image layout, the archive of docker save, or its name in a
registry: registry.example/acme/tool:1.0, or @sha256:DIGEST. Containers need a --policy without a court.
The program finds its inputs in /in, the datasets that it reads in /in/datasets/ORGANISATION/NAME, and writes to /out.
Everything is paid automatically; what is not spent comes back.

A bag is a request of many tasks. --map gives each task arguments, variables and inputs of its own, from the rows of a CSV file,
from files, or from numbers. The results of a bag lie in a folder for each task, and tasks.csv beside them says which row became
what. --dry-run says what all of it would cost.

What is stopped goes on with --resume ID, or with "credenced task watch ID --out DIR", in any shell: results that are here
already are kept. --once NAME makes a command that can be repeated: what was submitted under the name is gone on with, and not
paid again.

A bag may be spread over several pools. What no offer meets at once is refunded, or, with --rest, waits on the book;
with --partial the rest of the bag may start meanwhile.

Arguments of the program are best put behind --, as they are; or each into an --arg. --args takes several at once, separated
by commas.

Exit status:
` + cli.ExitText(),
		Example: `  credenced run app.wasm --input data.csv --trust 99.99% --out result
  credenced run studio/raytrace:1.0 --input a.scene --bag 16 --trust 99.9% --out tiles -- -width 640
  credenced run render.wasm --map frames.csv --input {scene} --out frames -- -width {width} /in/{scene}
  credenced run count.wasm --map 'texts/*.txt' --out counts -- /in/{file}
  credenced run sieve.wasm --map 1..50 --dry-run -- {n}
  credenced run --resume 3f2a5c0e9d8b --out frames
  credenced run stats.wasm --dataset acme/cities:2024 --dataset roads.csv --out result
  credenced run stats.wasm --dataset a.csv --dataset b.csv --dataset c.csv --datasets-per-task 1 --out results
  credenced run app.wasm --bag 1000 --partial --rest 1h --max-price 2CRED --pool north --pool south --out results
  credenced run app.wasm --category s --tag tee --voucher ID --beneficiary cred1... --out result
  credenced run solver.wasm --input problem.cnf --ok-exit 10,20 --out result -- /in/problem.cnf
  credenced run engine.wasm --stdin moves.txt --stdout game.txt --env LEVEL=9 --out result
  credenced run tool.tar --policy quorum --input data.csv --out result -- --fast /in/data.csv
  credenced run registry.example/acme/tool:1.0 --policy single --pool containers --out result
  credenced run app.wasm --input data.csv --local --out trial
  credenced run app.wasm --trust 1000 --output json --out result
  credenced run app.wasm --out result --output id`,
		Args: func(cmd *cobra.Command, args []string) error {
			if resume != "" {
				return cli.Exactly()(cmd, args)
			}
			return cli.Between(1, -1, "APP")(cmd, args)
		},
		PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := style.Check(); err != nil {
				return err
			}
			if style.Output == "id" && (here || dry) {
				return &cli.Problem{What: "--output id: --local and --dry-run make no request, so that there is no id", Exit: cli.ExitUsage}
			}
			if resume != "" {
				mine, err := identity.Read(c.PassphraseFile)
				if err != nil {
					return err
				}
				return resumeRun(cmd, &c, resume, j.out, style, stall, mine, identity.Suffix())
			}
			j.bagGiven = cmd.Flags().Changed("bag")
			job, err := j.readJob(args)
			if err != nil {
				return commandline.UsageError(err)
			}
			mine, err := identity.ReadFor(job.Execution.Recipient, c.PassphraseFile)
			if err != nil {
				return err
			}
			switch {
			case here:
				return runLocal(cmd, job, engine, style.Output)
			case dry:
				return estimateJob(cmd, &c, job, style)
			}
			return runJob(cmd, &c, job, j.newTable(job.Out), style, stall, mine, identity.Suffix())
		},
	}
	f := cmd.Flags()
	f.BoolVar(&here, "local", false, "run it here, in the sandbox of a worker, and ask no chain: shows output, digest, fuel, memory and time")
	f.BoolVar(&dry, "dry-run", false, "check everything, and say what it would cost and how it would be checked; nothing is published, sent or paid")
	f.StringVar(&resume, "resume", "", "id of a request to go on with, in place of APP: watch it to its end, and bring the results that are not in --out yet")
	f.StringVar(&j.once, "once", "", "name under which this is submitted at most once: a command that is repeated goes on with what it began")
	f.StringVar(&engine.Engine, "oci-engine", "", "with --local, what runs a container: docker, runc, crun or runsc (default: one that is here)")
	f.StringVar(&engine.Path, "oci-path", "", "with --local, the engine's socket or program, where it is not the usual one")
	f.StringSliceVar(&engine.GPUs, "oci-gpus", nil, "with --local, devices for a container that asks for --gpus, such as nvidia.com/gpu=0")
	j.marketFlags.addFlags(f)
	f.StringVar(&j.out, "out", "", "folder for the results, new or empty (default: ./NAME-result)")
	identity.Add(f)
	style.AddFlags(f, "text, json for one line an event and the report last, or id for the id of the request alone", "text", "json", "id")
	connect.AddStall(f, &stall)
	c.Add(f, true)
	jobflags.Group(cmd)
	return cmd
}

// readJob returns the job that the flags and arguments describe.
func (j *jobFlags) readJob(args []string) (client.Job, error) {
	job, table, err := j.ReadJob(args[0], args[1:], j.bagGiven)
	if err != nil {
		return job, err
	}
	if err := j.marketFlags.fillJob(&job); err != nil {
		return job, err
	}
	j.table, job.Out = table, j.out
	if job.Out == "" {
		job.Out = defaultOut(job.App)
	}
	if j.once != "" {
		job.Nonce = nonceOf(j.once)
	}
	return job, nil
}

// NewFlags returns the flags of a job under the names that "run" gives them.
func NewFlags() *pflag.FlagSet {
	f := pflag.NewFlagSet("job", pflag.ContinueOnError)
	(&jobFlags{}).marketFlags.addFlags(f)
	return f
}

// ParseJob reads a job as "run" would, from an app, flags by name, and arguments. table is the table of --map; nil without it. The caller
// decides where the results go.
func ParseJob(app string, flags map[string][]string, args []string) (client.Job, *jobflags.Table, error) {
	var j jobFlags
	f := pflag.NewFlagSet("job", pflag.ContinueOnError)
	j.marketFlags.addFlags(f)
	for _, name := range slices.Sorted(maps.Keys(flags)) {
		for _, value := range flags[name] {
			if f.Lookup(name) == nil {
				return client.Job{}, nil, &cli.Problem{What: fmt.Sprintf("%s: a job has no such flag", name), Next: "credenced run --help lists them", Exit: cli.ExitUsage}
			}
			if err := f.Set(name, value); err != nil {
				return client.Job{}, nil, &cli.Problem{What: fmt.Sprintf("--%s %s: %v", name, value, err), Exit: cli.ExitUsage, Err: err}
			}
		}
	}
	j.bagGiven, j.out = f.Changed("bag"), "out"
	job, err := j.readJob(append([]string{app}, args...))
	job.Out = ""
	return job, j.table, err
}

// nonceOf derives a request's nonce from the name in --once. The same name gives the request the same id, so a repeated command continues
// what it began.
func nonceOf(name string) uint64 {
	sum := sha256.Sum256([]byte("credence run --once " + name))
	return binary.BigEndian.Uint64(sum[:])
}

// newTable returns the table of the bag, with the rows of --map.
func (j *jobFlags) newTable(out string) *tasktable.Table {
	if j.table == nil {
		return tasktable.New(out, nil, nil)
	}
	return tasktable.New(out, j.table.Columns, j.table.Rows)
}

// defaultOut returns the name of a result folder that does not exist yet.
func defaultOut(name string) string {
	base := filepath.Base(strings.TrimSuffix(strings.TrimSuffix(name, ".wasm"), ".tar"))
	base, _, _ = strings.Cut(base, ":")
	base, _, _ = strings.Cut(base, "@")
	out := base + "-result"
	for i := 2; ; i++ {
		if _, err := os.Stat(out); os.IsNotExist(err) {
			return out
		}
		out = fmt.Sprintf("%s-result-%d", base, i)
	}
}

func runJob(cmd *cobra.Command, c *connect.Flags, job client.Job, table *tasktable.Table, style progress.Style, stall time.Duration, mine []age.Identity, opens string) error {
	return withRunner(cmd, c, stall, true, mine, func(ctx context.Context, r *client.Runner) error {
		return Follow(ctx, cmd.OutOrStdout(), table, job.Out, opens, style, "nothing was submitted yet: the same command begins anew", func(tell client.Observer) (*client.Report, error) {
			return r.Run(ctx, job, tell)
		})
	})
}

// resumeRun continues a request that was submitted earlier.
func resumeRun(cmd *cobra.Command, c *connect.Flags, text, out string, style progress.Style, stall time.Duration, mine []age.Identity, opens string) error {
	return withRunner(cmd, c, stall, false, mine, func(ctx context.Context, r *client.Runner) error {
		ref, err := client.Resolve(ctx, r.Conn, text, client.KindRequest)
		if err != nil {
			return err
		}
		if out == "" {
			out = defaultOut(client.ShortDigest(ref.ID))
		}
		return Follow(ctx, cmd.OutOrStdout(), tasktable.Load(out), out, opens, style, "", func(tell client.Observer) (*client.Report, error) {
			return r.Resume(ctx, ref.ID, out, tell)
		})
	})
}

// withRunner connects, loads the keys if they are needed, and calls work.
func withRunner(cmd *cobra.Command, c *connect.Flags, stall time.Duration, keys bool, mine []age.Identity, work func(context.Context, *client.Runner) error) error {
	ctx, stop := cli.WatchContext(cmd)
	defer stop()
	l, err := c.Connect(ctx)
	if err != nil {
		return cli.Stopped(ctx, err, "")
	}
	defer l.Close()
	if keys {
		if err := c.LoadKeys(cmd, l); err != nil {
			return err
		}
	}
	return work(ctx, &client.Runner{
		Conn: l.Conn, Requester: l.Requester, Provider: l.Provider, Stores: l.Stores, StoreToken: c.StoreToken, Holders: l.Holders,
		Words: l.LastWords(), Identities: mine, Stall: stall,
	})
}

// Follow shows a run while it goes on, keeps its table, and prints how it ended. If the run is stopped, the error names the command that
// continues it, with the folder of the results and with opens, the flag of the identity that opens them. next says what to do if nothing had
// been submitted yet.
func Follow(ctx context.Context, out io.Writer, table *tasktable.Table, folder, opens string, style progress.Style, next string, work func(client.Observer) (*client.Report, error)) error {
	tracing, err := openTracing()
	if err != nil {
		return err
	}
	view := progress.NewView(out, style)
	report, err := work(func(e client.Event) {
		table.Observe(e)
		view.Observe(e)
		tracing.Observe(e)
	})
	view.Close()
	tracing.Close()
	wrong := table.Close()
	var left *client.Interrupted
	if report != nil && report.Complete && style.Output == "text" && !errors.As(err, &left) {
		PrintReport(out, report, style.Verbose)
		if path := table.Path(); path != "" {
			fmt.Fprintf(out, "Table     %s: each row with its task, how it ended, and where its result lies\n", printable.Name(path))
		}
	}
	if err == nil {
		return wrong
	}
	return CompleteAdvice(cli.Stopped(ctx, err, next), folder, opens)
}

// CompleteAdvice completes the command in an error that goes on with a task, so that it brings the results into the same folder and opens
// them with the same identity: opens is its flag, or empty.
func CompleteAdvice(err error, folder, opens string) error {
	err = cli.Explain(err)
	var p *cli.Problem
	if errors.As(err, &p) && folder != "" {
		more := " --out " + cli.ShellQuote(folder) + opens
		p.Next = goesOn.ReplaceAllString(p.Next, "$1"+strings.ReplaceAll(more, "$", "$$"))
	}
	return err
}

// goesOn matches a command that goes on with a task, and brings its results or could.
var goesOn = regexp.MustCompile(`(task (?:watch|fetch) [0-9a-f]+)(?: --out DIR)?`)
