package requester

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/devinfo"
)

func TestJobFlags(t *testing.T) {
	good := func() *jobFlags {
		j := &jobFlags{out: "o"}
		j.trust, j.fuel, j.bag = "99.99%", "10G", 1
		return j
	}
	for _, tc := range []struct {
		name     string
		malleate func(*jobFlags)
		expErr   string
	}{
		{"good", func(*jobFlags) {}, ""},
		{"a price", func(j *jobFlags) { j.maxPrice = "5CRED" }, ""},
		{"certainty", func(j *jobFlags) { j.trust = "100%" }, "certainty"},
		{"no trust", func(j *jobFlags) { j.trust = "lots" }, "--trust"},
		{"a coin of another country", func(j *jobFlags) { j.maxPrice = "5EUR" }, "--max-price"},
		{"free work", func(j *jobFlags) { j.maxPrice = "0CRED" }, "--max-price 0"},
		{"fuel in words", func(j *jobFlags) { j.fuel = "much" }, "--fuel"},
		{"an empty bag", func(j *jobFlags) { j.bag = 0 }, "--bag 0"},
		{"no value", func(j *jobFlags) { j.value = "x" }, "--value"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			j := good()
			tc.malleate(j)
			job, err := j.job([]string{"app.wasm", "-width", "640"})
			if tc.expErr != "" {
				require.ErrorContains(t, err, tc.expErr)
				return
			}
			require.NoError(t, err)
			require.EqualValues(t, 10_000, job.Trust)
			require.EqualValues(t, 10_000_000_000, job.Fuel)
			require.Equal(t, []string{"-width", "640"}, job.Args)
		})
	}
}

func TestDefaultOut(t *testing.T) {
	t.Chdir(t.TempDir())
	require.Equal(t, "raytrace-result", defaultOut("x/raytrace.wasm"))
	require.Equal(t, "raytrace-result", defaultOut("studio/raytrace:1.0"))
	require.NoError(t, os.Mkdir("raytrace-result", 0o755))
	require.Equal(t, "raytrace-result-2", defaultOut("raytrace.wasm"))
}

// runCommand runs a command line without a chain.
func runCommand(t *testing.T, args ...string) error {
	t.Helper()
	cmd := runCmd()
	if args[0] == "task" {
		cmd, args = taskCmd(), args[1:]
	} else {
		args = args[1:]
	}
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	cmd.SetArgs(args)
	return cmd.Execute()
}

func TestWithoutADevnet(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(devinfo.EnvInfo, filepath.Join(dir, devinfo.InfoFile))
	for _, args := range [][]string{
		{"run", "app.wasm"}, {"task", "list"}, {"task", "watch", "ab"}, {"task", "show", "ab"}, {"task", "fetch", "ab", "--out", dir},
	} {
		err := runCommand(t, args...)
		var problem *cli.Problem
		require.ErrorAs(t, err, &problem, "%v", args)
		require.Contains(t, problem.Next, "credenced devnet")
		require.Equal(t, cli.ExitNetwork, problem.ExitCode())
	}

	// One that was stopped, and one that was killed.
	info := &devinfo.Info{Format: 1, State: dir, GRPC: []string{"127.0.0.1:1"}, ChainID: "x"}
	require.NoError(t, info.Save())
	require.ErrorIs(t, runCommand(t, "task", "list"), ErrNotRunning)
	info.Running = true
	require.NoError(t, info.Save())
	err := runCommand(t, "task", "list")
	require.ErrorIs(t, err, client.ErrNoEndpoint)
	require.ErrorContains(t, err, "--state "+dir)
}

func TestExitStatus(t *testing.T) {
	var classed interface{ ExitCode() int }
	require.True(t, errors.As(error(&cli.Problem{Exit: cli.ExitUnfunded}), &classed))
	require.Equal(t, 13, classed.ExitCode())
}
