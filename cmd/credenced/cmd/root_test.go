package cmd

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	servercmd "github.com/cosmos/cosmos-sdk/server/cmd"
)

// The environment sets the home of the node's files, the client's configuration and the keyring. A flag takes precedence.
func TestHomeFromTheEnvironment(t *testing.T) {
	home := func(args ...string) string {
		var out bytes.Buffer
		root := NewRoot()
		root.SetOut(&out)
		root.SetErr(&out)
		root.SetArgs(append([]string{"config", "home"}, args...))
		require.NoError(t, servercmd.Execute(root, EnvPrefix, t.TempDir()))
		return filepath.Clean(string(bytes.TrimSpace(out.Bytes())))
	}
	env, flag := t.TempDir(), t.TempDir()
	t.Setenv("CREDENCED_HOME", env)
	require.Equal(t, env, home())
	require.FileExists(t, filepath.Join(env, "config", "client.toml"))
	require.Equal(t, flag, home("--home", flag))
}

// A file may be written into a folder that does not exist yet. The new folder belongs to its owner alone.
func TestFoldersOfFilesAreMade(t *testing.T) {
	private := func(folder string) {
		t.Helper()
		info, err := os.Stat(folder)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o700), info.Mode().Perm(), folder)
	}
	home, work := filepath.Join(t.TempDir(), "no", "home", "yet"), t.TempDir()
	run := func(args ...string) error {
		root := NewRoot()
		root.SetOut(io.Discard)
		root.SetErr(io.Discard)
		root.SetArgs(append(args, "--home", home))
		return servercmd.Execute(root, EnvPrefix, home)
	}
	require.NoError(t, run("config", "set", "client", "chain-id", "somewhere"))
	require.FileExists(t, filepath.Join(home, "config", "client.toml"))
	require.NoError(t, run("keys", "add", "alice", "--keyring-backend", "test", "--keyring-dir", filepath.Join(work, "ring", "a")))
	require.DirExists(t, filepath.Join(work, "ring", "a"))

	// The transaction to sign is missing, so that the command fails. The folder of its output is made all the same.
	require.Error(t, run("tx", "sign", filepath.Join(work, "none.json"), "--from", "alice", "--keyring-backend", "test", "--output-document", filepath.Join(work, "signed", "a", "tx.json")))
	private(filepath.Join(work, "signed", "a"))
}

// Shell completion writes nothing into the node's home.
func TestCompletionWritesNothing(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	t.Setenv("CREDENCED_HOME", home)
	for _, args := range [][]string{{"__complete", "run", "--policy", ""}, {"__completeNoDesc", "run", "--policy", ""}, {"completion", "bash"}} {
		root := NewRoot()
		var out bytes.Buffer
		root.SetOut(&out)
		root.SetErr(io.Discard)
		root.SetArgs(args)
		require.NoError(t, root.Execute())
		require.Contains(t, out.String(), map[bool]string{true: "quorum", false: "__start_credenced"}[len(args) == 4])
	}
	require.NoDirExists(t, home)
}
