package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/devnet"
)

// This file is the command "devnet": a whole network on this machine, made of the same programs that a real network runs (package
// internal/devnet starts and stops them). The command prints where everything is, warns about settings under which a newcomer's first tasks
// would fail, and waits for Ctrl-C. Other commands find the devnet by the file that devnet.Start writes, so that they need no flags.

func devnetCmd() *cobra.Command {
	var (
		o      devnet.Options
		output string
		ready  time.Duration
	)
	cmd := &cobra.Command{
		Use:   "devnet",
		Short: "A whole network on this machine: chain, workers, court, store, funded accounts",
		Long: `Start a whole Credence network on this machine, of real processes: validators with a court executor each, worker
organisations with a worker each, an artifact store, and funded accounts. Blocks take half a second.

It runs until Ctrl-C, which stops everything. Its state lives in one folder; starting it again continues the chain,
--reset begins anew. "credence run" and "credence task" find it by themselves.`,
		Example: `  credenced devnet
  credenced devnet --saboteurs 1            # one worker lies
  credenced devnet --oci-engine runc        # three workers run containers, too
  credenced devnet --validators 4 --reset`,
		Args:              cobra.NoArgs,
		PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := cli.OneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			o.Restart = true
			o.Log = cmd.ErrOrStderr()
			return runDevnet(cmd, o, ready, output == "json")
		},
	}
	cmd.AddCommand(devnetDemoCmd())
	f := cmd.Flags()
	f.IntVar(&o.Validators, "validators", 1, "number of validators")
	f.IntVar(&o.Workers, "workers", 7, "number of organisations with a worker")
	f.IntVar(&o.Saboteurs, "saboteurs", 0, "how many workers lie, all with one wrong answer")
	f.StringVar(&o.OCI.Engine, "oci-engine", "", "what runs containers: docker, runc, crun or runsc; empty for no containers")
	f.StringVar(&o.OCI.Path, "oci-path", "", "the engine's socket or program, where it is not the usual one")
	f.StringSliceVar(&o.OCI.Args, "oci-args", nil, "arguments for the engine's program before its command")
	f.StringSliceVar(&o.OCI.GPUs, "oci-gpus", nil, "devices for containers that ask for GPUs, such as nvidia.com/gpu=0 (docs/worker.md)")
	f.IntVar(&o.ContainerWorkers, "oci-workers", 0, "how many of the organisations run containers as well; 0 for 3 when there is an engine")
	f.BoolVar(&o.Enclaves, "enclaves", false, "run the workers on the software platform, which is no enclave, for the policy attested")
	f.StringVar(&o.State, "state", devnet.DefaultState(), "folder that everything lives in")
	f.BoolVar(&o.Reset, "reset", false, "wipe the folder and begin a new chain")
	f.IntVar(&o.BasePort, "base-port", 0, "first port to use; 0 for free ones")
	f.Int64Var(&o.Forgiveness, "forgiveness-blocks", 0, "blocks in which a second conviction jails a worker; 0 for 1200")
	f.Int64Var(&o.Cooling, "cooling-blocks", 0, "blocks that a convicted worker sits out; 0 for 20")
	f.DurationVar(&ready, "ready-timeout", time.Minute, "how long to wait for everything to be ready")
	f.StringVar(&output, "output", "text", "text, or json for one line with everything once it is ready")
	return cmd
}

func runDevnet(cmd *cobra.Command, o devnet.Options, timeout time.Duration, asJSON bool) error {
	out, notes := cmd.OutOrStdout(), cmd.ErrOrStderr()
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if warning := workersWarning(o.Workers); warning != "" {
		fmt.Fprintln(notes, warning)
	}
	begin := time.Now()
	o.Progress = func(text string) { fmt.Fprintf(notes, "%6.1fs %s\n", time.Since(begin).Seconds(), text) }
	n, err := devnet.Start(o)
	if err != nil {
		return err
	}
	defer func() {
		fmt.Fprintln(notes, "stopping ...")
		n.Stop()
		fmt.Fprintf(notes, "stopped; the state is kept in %s\n", n.Info.State)
	}()
	readyCtx, cancel := context.WithTimeout(ctx, timeout)
	err = n.Ready(readyCtx)
	cancel()
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	if asJSON {
		line, err := json.Marshal(n.Description())
		if err != nil {
			return err
		}
		fmt.Fprintln(out, string(line))
	} else {
		printDevnet(out, n.Description(), time.Since(begin))
	}
	if warning := saboteurWarning(len(n.Info.Saboteurs), len(n.Info.Workers)); warning != "" {
		fmt.Fprintln(notes, warning)
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-n.Failed():
		return &cli.Problem{What: err.Error(), Next: "start it again: the chain goes on from where it was; --reset begins a new one", Err: err}
	}
}

// workersWarning returns a warning if there are too few organisations for a task with the default trust.
func workersWarning(workers int) string {
	need := devnet.CountNeededWorkers(defaultTrust)
	if need == 0 || workers == 0 || workers >= need {
		return ""
	}
	return fmt.Sprintf("WARNING: --workers %d: no task of the default trust of %d can run on it but with --policy court: %d colluding organisations are assumed even of few, so that %d are needed at least.\n  Next: leave --workers out, or give %d or more",
		workers, defaultTrust, devnet.Faction(workers), need, need)
}

// defaultTrust is the trust that run demands when no flag says otherwise: 99.9%.
const defaultTrust = 1000

// saboteurWarning returns a warning if more organisations lie together than the protocol's bound q covers.
func saboteurWarning(saboteurs, workers int) string {
	covered := devnet.Faction(workers)
	if saboteurs <= covered {
		return ""
	}
	return fmt.Sprintf("WARNING: %d of %d organisations lie together, and q covers %d: the promise about wrong results does not hold here",
		saboteurs, workers, covered)
}

func printDevnet(out io.Writer, i *devnet.Info, took time.Duration) {
	fmt.Fprintf(out, "Credence devnet %q is ready after %.1f s. Everything lives in %s\n\n", i.ChainID, took.Seconds(), i.State)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "WHO\tRUNS\tWHERE\tPID\n")
	for _, v := range i.Validators {
		fmt.Fprintf(t, "%s\tvalidator\tgRPC 127.0.0.1:%d  RPC http://127.0.0.1:%d  REST http://127.0.0.1:%d\t%d\n", v.Name, v.GRPC, v.RPC, v.REST, v.PID)
		fmt.Fprintf(t, "\tcourt executor\t%s\t%d\n", v.Court, v.CourtPID)
	}
	for _, w := range i.Workers {
		what := "worker"
		if w.Saboteur {
			what = "worker that LIES"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\n", w.Organisation, what, w.Endpoint, w.PID)
	}
	if i.Containers != nil {
		for _, w := range i.Containers.Workers {
			what := "worker for containers, by " + i.Containers.Engine
			if w.Saboteur {
				what += ", that LIES"
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%d\n", w.Organisation, what, w.Endpoint, w.PID)
		}
	}
	fmt.Fprintf(t, "(all)\tartifact store\t%s\t%d\n", i.Store, i.PID)
	t.Flush()
	fmt.Fprintf(out, "\nSee it in a browser: %s\n", i.Web)
	fmt.Fprintf(out, "\nFunded accounts, %s each, keys in %s/keys:\n", cli.FormatCRED(devnet.Funds), i.State)
	t = tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, a := range i.Accounts {
		if a.Organisation == a.Name || !strings.HasSuffix(a.Name, "-owner") {
			fmt.Fprintf(t, "  %s\tof %s\t%s\n", a.Name, a.Organisation, a.Address)
		}
	}
	t.Flush()
	owners := len(i.Workers)
	fmt.Fprintf(out, "  and the owners of the workers (%d). Pool %q offers %s a replica.\n", owners, i.Pool, cli.FormatCRED(devnet.Price))
	fmt.Fprintf(out, "\nOne validator sees its own randomness first: a devnet's draws are no secret to it.\n")
	env := ""
	if i.State != devnet.DefaultState() {
		env = devnet.EnvInfo + "=" + cli.ShellQuote(filepath.Join(i.State, devnet.InfoFile)) + " "
	}
	run := env + programBeside(os.Args[0], "credence") + " run"
	fmt.Fprintf(out, "\nNext, in another terminal:\n  %s APP.wasm --input FILE --trust 99.99%% --out result\n", run)
	if i.Containers != nil {
		fmt.Fprintf(out, "  %s IMAGE.tar --policy quorum --input FILE --out result\n", run)
	}
	fmt.Fprintf(out, "\nCtrl-C stops everything.\n")
}

// programBeside returns how to call another program of the same folder, given how this one was called: build/credence for build/credenced.
// A program that the shell found in its path is called by its name alone.
func programBeside(called, name string) string {
	if dir, _ := filepath.Split(called); dir != "" {
		return cli.ShellQuote(dir + name)
	}
	return name
}
