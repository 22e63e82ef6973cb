package cmd

import (
	"bytes"
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
