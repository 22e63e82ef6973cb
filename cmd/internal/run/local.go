package run

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/executor/local"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/registry"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
)

// This file is "run --local": it runs a program on the user's machine as a worker would, to try it before anybody is paid. It uses the
// runtimes of the executor, so a deterministic program gives the same result and the same fuel as on the chain. A container may give
// another result on each machine.

// runLocal runs a job on this machine and asks no chain. It uses a worker's sandbox or, for an image, a container engine.
func runLocal(cmd *cobra.Command, job client.Job, engine runtime.OCI, output string) error {
	ctx := cmd.Context()
	if err := job.Prepare(); err != nil {
		return err
	}
	if len(job.Datasets) > 0 {
		return &cli.Problem{What: "--local: datasets come from the chain", Next: "give the file with --input datasets-of-mine/NAME=FILE, and its path as an argument"}
	}
	program, err := client.CheckProgram(ctx, job.App, job.Platform, "")
	if err != nil {
		return err
	}
	working, err := openLocal(ctx, program.Runtime, engine)
	if err != nil {
		return err
	}
	j := local.Job{
		Name: program.Name, Program: program.Runnable(), Args: job.Args, Execution: job.Execution,
		Fuel: job.Fuel, Memory: job.Resources.MemoryBytes, Output: job.Resources.DiskBytes, GPUs: job.Resources.Gpus, Bag: job.Bag,
	}
	if j.Fuel == 0 {
		j.Fuel = client.DefaultFuel
	}
	for _, in := range job.Inputs {
		content, err := in.Content()
		if err != nil {
			return err
		}
		j.Inputs = append(j.Inputs, local.Input{Name: in.Name, Content: content, Tree: in.Folder})
	}
	report, err := local.Run(ctx, working, j, job.Out)
	if err != nil {
		return err
	}
	if output == "json" {
		if err := json.NewEncoder(printable.JSON(cmd.OutOrStdout())).Encode(report); err != nil {
			return err
		}
	} else {
		writeLocal(cmd.OutOrStdout(), report, job.Out)
	}
	if report.Kind != result.KindResult {
		return &cli.Problem{
			What: formatLocalFailure(report),
			Next: "docs/apps.md says what the reasons mean", Exit: cli.ExitAppFailed,
		}
	}
	return nil
}

// rulesOf returns the protocol's rules for the runtime of a local run. A runtime that ran has rules, so the error is ignored.
func rulesOf(r *local.Report) contract.Runtime {
	rules, _ := contract.FindRuntime(r.Runtime)
	return rules
}

// formatLocalFailure says in words how the program failed.
func formatLocalFailure(r *local.Report) string {
	how := fmt.Sprintf("failed (%s)", r.Reason)
	if r.Reason == string(runtime.Exit) {
		how = cli.ExitFailureText(r.ExitCode)
	}
	if !rulesOf(r).Deterministic {
		return "the program " + how + " here"
	}
	return "the program " + how + ", and would do so on every worker"
}

// openLocal opens a runtime. What the runtime compiles or unpacks is cached for the next run.
func openLocal(ctx context.Context, name string, engine runtime.OCI) (runtime.Runtime, error) {
	cache := ""
	if folder, err := os.UserCacheDir(); err == nil {
		cache = filepath.Join(folder, "credence")
	}
	c := runtime.Config{
		CacheDir: cache, SandboxOptional: true, // a weaker sandbox is accepted, since the program is the user's own
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	if rules, err := contract.FindRuntime(name); err != nil || !rules.Image {
		return registry.OpenOne(ctx, name, c)
	}
	if c.OCI = engine; engine.Engine == "" {
		c.OCI.Engine = findEngine(exec.LookPath, "/var/run/docker.sock")
	}
	if c.OCI.Engine == "" {
		return nil, &cli.Problem{What: "--local: nothing here runs containers", Next: "install runc (Debian: apt-get install runc) or start a Docker Engine, and run this as root; or say what there is with --oci-engine"}
	}
	if cache == "" {
		c.CacheDir = os.TempDir()
	}
	r, err := registry.OpenOne(ctx, name, c)
	if err != nil {
		return nil, &cli.Problem{What: fmt.Sprintf("--local: containers do not run here: %v", err), Next: "--oci-engine names another engine; without --local, workers run it", Err: err}
	}
	return r, nil
}

// findEngine chooses a container engine of this machine: a program, which needs no daemon, or else a Docker Engine.
func findEngine(look func(string) (string, error), socket string) string {
	for _, name := range runtime.Engines {
		if name == runtime.EngineDocker {
			continue
		}
		if _, err := look(name); err == nil {
			return name
		}
	}
	if info, err := os.Stat(socket); err == nil && info.Mode()&os.ModeSocket != 0 {
		return runtime.EngineDocker
	}
	return ""
}

// suggestedFlags returns the limits that a run on the chain should have, each with a space before it.
func suggestedFlags(r *local.Report) (flags string) {
	if r.SuggestedFuel > 0 {
		flags += " --fuel " + cli.FormatFuel(r.SuggestedFuel)
	}
	if r.SuggestedMemory > 0 {
		flags += fmt.Sprintf(" --memory %dMiB", r.SuggestedMemory>>20)
	}
	if r.SuggestedSeconds > 0 {
		flags += fmt.Sprintf(" --time %s", time.Duration(r.SuggestedSeconds)*time.Second)
	}
	return flags
}

// writeLocal prints the result of a local run in words.
func writeLocal(out io.Writer, r *local.Report, folder string) {
	fmt.Fprintf(out, "%s, exit status %d", r.Kind, r.ExitCode)
	if r.Reason != "" {
		fmt.Fprintf(out, ", reason %s", r.Reason)
	}
	fmt.Fprintln(out)
	if r.Kind == result.KindResult {
		files := strings.Join(printable.Names(r.Files), ", ")
		if files == "" {
			files = cli.NoFiles
		}
		fmt.Fprintf(out, "  %-10s %s, in %s\n", "files", files, printable.Name(folder))
	}
	fmt.Fprintf(out, "  %-10s %s\n", "digest", r.Digest)
	prepare := "compile"
	rules := rulesOf(r)
	if rules.Image {
		prepare = "unpack"
	}
	if rules.FuelSchedule != "" {
		fmt.Fprintf(out, "  %-10s %s (%d)\n", "fuel", cli.FormatFuel(r.Fuel), r.Fuel)
	}
	if r.MemoryBytes > 0 { // a Docker Engine does not report it
		fmt.Fprintf(out, "  %-10s %s at its peak\n", "memory", cli.FormatBytes(r.MemoryBytes))
	}
	fmt.Fprintf(out, "  %-10s %.2f s, and %.2f s to %s\n", "time", r.RunSeconds, r.CompileSeconds, prepare)
	if r.Stderr != "" {
		fmt.Fprintf(out, "The end of its stderr:\n%s", printable.Lines(r.Stderr, "  | "))
	}
	if r.Log != "" {
		fmt.Fprintf(out, "The runtime says:\n%s", printable.Lines(r.Log, "  | "))
	}
	if flags := suggestedFlags(r); r.Kind == result.KindResult && flags != "" {
		fmt.Fprintf(out, "For a run on the chain:%s, which leaves room for inputs that need more. Clock, seed and ids are other ones there.\n", flags)
		fmt.Fprintln(out, "What it costs there: the same command with --dry-run in place of --local.")
	}
	if r.Kind == result.KindResult && !rules.Deterministic {
		fmt.Fprintln(out, "Two runs of a container may differ. Run it again, and compare the digests: under --policy quorum they have to be equal.")
	}
}
