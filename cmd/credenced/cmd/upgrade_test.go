package cmd

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func runUpgrade(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	cmd := upgradeCmd()
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	err := cmd.Execute()
	return out.String(), err
}

// TestUpgradeFolders are those in which cosmovisor looks, and a program that lacks the upgrade does not get there.
func TestUpgradeFolders(t *testing.T) {
	home := t.TempDir()
	out, err := runUpgrade(t, "init", "--home", home)
	require.NoError(t, err)
	require.Contains(t, out, "DAEMON_HOME="+home)
	self, err := os.Executable()
	require.NoError(t, err)
	want, err := os.ReadFile(self)
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join(home, "cosmovisor", "current", "bin", "credenced"))
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got))
	_, err = runUpgrade(t, "init", "--home", home)
	require.NoError(t, err, "again changes nothing")

	program := func(lists string) string {
		path := filepath.Join(t.TempDir(), "next")
		require.NoError(t, os.WriteFile(path, fmt.Appendf(nil, "#!/bin/sh\n[ \"$*\" = 'upgrade list' ] && echo %s\n", lists), 0o700))
		return path
	}
	_, err = runUpgrade(t, "add", "v2", program("v1"), "--home", home)
	require.ErrorContains(t, err, `carries out the upgrades ["v1"], expected "v2"`)
	_, err = runUpgrade(t, "add", "v2", filepath.Join(home, "nothing"), "--home", home)
	require.ErrorContains(t, err, "upgrade list")
	require.NoDirExists(t, filepath.Join(home, "cosmovisor", "upgrades", "v2"))
	_, err = runUpgrade(t, "add", "v2", program("v1 v2"), "--home", home)
	require.NoError(t, err)
	info, err := os.Stat(filepath.Join(home, "cosmovisor", "upgrades", "v2", "bin", "credenced"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o755), info.Mode().Perm())
	link, err := os.Readlink(filepath.Join(home, "cosmovisor", "current"))
	require.NoError(t, err)
	require.Equal(t, "genesis", link)
	left, err := filepath.Glob(filepath.Join(home, "cosmovisor", "*", "*", "credenced-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}
