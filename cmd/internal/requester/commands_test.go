package requester

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/devinfo"
)

// runCommand runs a command line without a chain.
func runCommand(t *testing.T, args ...string) error {
	t.Helper()
	root := &cobra.Command{Use: "credenced"}
	root.AddCommand(Commands()...)
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&out)
	root.SilenceUsage, root.SilenceErrors = true, true
	root.SetArgs(args)
	return root.Execute()
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

	// A devnet that was stopped, and one that was killed.
	info := &devinfo.Info{Format: 1, State: dir, GRPC: []string{"127.0.0.1:1"}, ChainID: "x"}
	require.NoError(t, info.Save())
	require.ErrorIs(t, runCommand(t, "task", "list"), connect.ErrNotRunning)
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
