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

// The environment names the home of everything: the node's files, the client's configuration, the keyring. A flag wins.
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

// Files are written into folders that do not exist yet, which are then the owner's alone.
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

	// The transaction to sign is missing: what counts is where the signed one was to go.
	require.Error(t, run("tx", "sign", filepath.Join(work, "none.json"), "--from", "alice", "--keyring-backend", "test", "--output-document", filepath.Join(work, "signed", "a", "tx.json")))
	private(filepath.Join(work, "signed", "a"))
}

// A shell that asks for completions leaves no trace in the node's home.
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
