// Package run has the command that runs a program on the chain or here, and says how that ended.
package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/progress"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/commandline"
)

// jobFlags are a job as the command line says it.
type jobFlags struct {
	bagGiven bool
	out      string
	marketFlags
}

// NewCommand is the command "run".
func NewCommand() *cobra.Command { return runCmdWith(&jobFlags{}) }

// runCmdWith parses into the flags given.
func runCmdWith(j *jobFlags) *cobra.Command {
	var (
		c      connect.Flags
		style  string
		output string
		stall  time.Duration
		here   bool
	)
	cmd := &cobra.Command{
		Use:   "run APP [flags] [-- ARGS...]",
		Short: "Run a program at a demanded trust, and fetch its verified result",
		Long: `Run a program at a demanded trust: publish it if needed, say what it will cost, submit it, show how workers of
different organisations are drawn, commit blind and reveal, and fetch the result, checked byte by byte against the
digest that the chain accepted.

APP is a WebAssembly module (WASI preview 1), or an app on the chain: organisation/name:version, or sha256:DIGEST.
The program finds its inputs in /in, the datasets that it reads in /in/datasets/ORGANISATION/NAME, and writes to /out.
Everything is paid automatically; what is not spent comes back.

A bag may be spread over several pools. What no offer meets at once is refunded, or, with --rest, waits on the book;
with --partial the rest of the bag may start meanwhile.

Arguments of the program are best put behind --, as they are; or each into an --arg. --args takes several at once, separated
by commas.

Exit status:
` + cli.ExitText(),
		Example: `  credenced run app.wasm --input data.csv --trust 99.99% --out result
  credenced run studio/raytrace:1.0 --input a.scene --bag 16 --trust 99.9% --out tiles -- -width 640
  credenced run stats.wasm --dataset acme/cities:2024 --dataset roads.csv --out result
  credenced run stats.wasm --dataset a.csv --dataset b.csv --dataset c.csv --datasets-per-task 1 --out results
  credenced run app.wasm --bag 1000 --partial --rest 1h --max-price 2CRED --pool north --pool south --out results
  credenced run app.wasm --category s --tag tee --voucher ID --beneficiary cred1... --out result
  credenced run solver.wasm --input problem.cnf --ok-exit 10,20 --out result -- /in/problem.cnf
  credenced run engine.wasm --stdin moves.txt --stdout game.txt --env LEVEL=9 --out result
  credenced run app.wasm --input data.csv --local --out trial
  credenced run app.wasm --trust 1000 --output json --out result`,
		Args:              cli.Between(1, -1, "APP"),
		PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cli.OneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			if err := cli.OneOf("--progress", style, "auto", "tty", "plain", "quiet"); err != nil {
				return err
			}
			j.bagGiven = cmd.Flags().Changed("bag")
			job, err := j.job(args)
			if err != nil {
				return commandline.UsageError(err)
			}
			if here {
				return runLocal(cmd, job, output)
			}
			return runJob(cmd, &c, job, style, output, stall)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&here, "local", false, "run it here, in the sandbox of a worker, and ask no chain: shows output, digest, fuel, memory and time")
	j.marketFlags.add(f)
	f.StringVar(&j.out, "out", "", "folder for the results, new or empty (default: ./NAME-result)")
	f.StringVar(&style, "progress", "auto", "auto, tty, plain or quiet")
	f.StringVar(&output, "output", "text", "text, or json for one line an event and the report last")
	connect.AddStall(f, &stall)
	c.Add(f, true)
	return cmd
}

// job reads the flags.
func (j *jobFlags) job(args []string) (client.Job, error) {
	job := client.Job{
		App: args[0], Args: append(append([]string{}, j.Args...), args[1:]...),
		MinReplicas: j.MinReplicas, Bag: j.Bag, Policy: j.Policy, Out: j.out,
	}
	var err error
	if j.DatasetsPerTask > 0 && !j.bagGiven {
		job.Bag = 0 // as many as the datasets make
	} else if j.Bag == 0 {
		return job, &cli.Problem{What: "--bag 0: expected at least one task"}
	}
	if job.Execution, err = j.Execution(); err != nil {
		return job, err
	}
	if err := j.marketFlags.fill(&job); err != nil {
		return job, err
	}
	if job.Trust, err = j.ReadTrust(); err != nil {
		return job, err
	}
	if job.Fuel, err = j.ReadFuel(); err != nil {
		return job, err
	}
	for _, text := range j.Inputs {
		job.Inputs = append(job.Inputs, client.ParseInput(text))
	}
	if job.Out == "" {
		job.Out = defaultOut(job.App)
	}
	return job, nil
}

// defaultOut is a folder that does not exist yet.
func defaultOut(name string) string {
	base := filepath.Base(strings.TrimSuffix(name, ".wasm"))
	base, _, _ = strings.Cut(base, ":")
	out := base + "-result"
	for i := 2; ; i++ {
		if _, err := os.Stat(out); os.IsNotExist(err) {
			return out
		}
		out = fmt.Sprintf("%s-result-%d", base, i)
	}
}

func runJob(cmd *cobra.Command, c *connect.Flags, job client.Job, style, output string, stall time.Duration) error {
	ctx, stop := cli.WatchContext(cmd)
	defer stop()
	l, err := c.Connect(ctx)
	if err != nil {
		return cli.Stopped(ctx, err, "")
	}
	defer l.Close()
	if err := c.LoadKeys(cmd, l); err != nil {
		return err
	}
	view := progress.NewView(cmd.OutOrStdout(), style, output)
	r := &client.Runner{
		Conn: l.Conn, Requester: l.Requester, Provider: l.Provider, Stores: l.Stores, StoreToken: c.StoreToken, Holders: l.Holders,
		Words: l.LastWords(), Stall: stall,
	}
	report, err := r.Run(ctx, job, view.Observe)
	view.Close()
	var left *client.Interrupted
	if report != nil && report.Complete && output == "text" && !errors.As(err, &left) {
		PrintReport(cmd.OutOrStdout(), report)
	}
	return cli.Stopped(ctx, err, "nothing was submitted yet: the same command begins anew")
}
