// Package programs runs programs of others, unchanged, and compares their results with the right ones. scripts/programs.sh fetches and
// compiles them.
package programs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/executor/local"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/registry"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
	"github.com/credence-chain/credence/testutil/tool"
)

// cache is the folder of compiled modules. The tests share it, and so do the workers of the devnet, as those of one operator may: a large
// module takes half a minute to compile, and is compiled once.
var cache string

func TestMain(m *testing.M) {
	registry.RunChild()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "credence-programs-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	cache = folder
	return m.Run()
}

// unbuilt is the exit status of scripts/programs.sh when it could not install its compiler or fetch the sources of a program.
const unbuilt = 75

// modules returns the folder with the compiled programs. A program that could not be built is missing there: a failing network or a missing
// compiler says nothing about a program.
func modules(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("compiles programs")
	}
	tool.Find(t, "apt-get") // the sources come from Debian
	out, err := exec.CommandContext(t.Context(), "../../scripts/programs.sh").CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == unbuilt {
		t.Logf("some programs could not be built:\n%s", out)
	} else {
		require.NoError(t, err, string(out))
	}
	return "../../build/programs"
}

// skipMissing skips the test of a program that could not be built. Where everything has to be tested, as in .ci/run, the test fails.
func skipMissing(t *testing.T, folder, name string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(folder, name+".wasm")); err == nil || !errors.Is(err, os.ErrNotExist) {
		return
	}
	if os.Getenv(tool.Required) != "" {
		t.Fatalf("%s could not be built, as the log says, and %s is set", name, tool.Required)
	}
	t.Skipf("NOT TESTED: %s could not be built here, as the log says", name)
}

// job returns a program's run as a requester would ask for it.
func (p program) job(t *testing.T, folder string) client.Job {
	t.Helper()
	job := client.Job{
		App: filepath.Join(folder, p.name+".wasm"), Args: p.args, Execution: p.execution, Trust: 100, Bag: 1,
		Fuel: client.DefaultFuel, Out: filepath.Join(t.TempDir(), "out"),
	}
	if p.inputs != nil {
		job.Inputs = p.inputs(t)
	}
	if p.stdin != "" {
		in := file(t, "stdin.txt", p.stdin)
		job.Execution.Stdin = in.Path
	}
	require.NoError(t, job.Prepare())
	return job
}

// TestHere runs every program twice in the sandbox of a worker. Both runs have the same digest and fuel.
func TestHere(t *testing.T) {
	folder := modules(t)
	working, err := registry.Open(t.Context(), runtime.Config{CacheDir: cache, SandboxOptional: true})
	require.NoError(t, err)
	for i, p := range programs {
		t.Run(fmt.Sprintf("%d-%s", i, p.name), func(t *testing.T) {
			skipMissing(t, folder, p.name)
			job := p.job(t, folder)
			report := runHere(t, working[contract.RuntimeWasm], job)
			require.Equal(t, result.KindResult, report.Kind, "%s, exit status %d\n%s\n%s", report.Reason, report.ExitCode, report.Stderr, report.Log)
			p.check(t, job.Out, report.ExitCode)
			job.Out = ""
			again := runHere(t, working[contract.RuntimeWasm], job)
			require.Equal(t, report.Digest, again.Digest)
			require.Equal(t, report.Fuel, again.Fuel)
		})
	}
}

func runHere(t *testing.T, r runtime.Runtime, job client.Job) *local.Report {
	t.Helper()
	found, err := client.CheckProgram(context.Background(), job.App, "", "")
	require.NoError(t, err)
	j := local.Job{Name: found.Name, Program: found.Runnable(), Args: job.Args, Execution: job.Execution, Fuel: job.Fuel, Bag: 1}
	for _, in := range job.Inputs {
		content, err := in.Content()
		require.NoError(t, err)
		j.Inputs = append(j.Inputs, local.Input{Name: in.Name, Content: content, Tree: in.Folder})
	}
	report, err := local.Run(context.Background(), r, j, job.Out)
	require.NoError(t, err)
	return report
}
