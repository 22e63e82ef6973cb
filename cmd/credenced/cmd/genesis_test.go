package cmd

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	servercmd "github.com/cosmos/cosmos-sdk/server/cmd"

	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/cmd/credenced/setup"
)

// run runs one command line in a node's folder.
func run(t *testing.T, home string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	root := NewRoot()
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(append(args, "--home", home))
	err := servercmd.Execute(root, EnvPrefix, home)
	return out.String(), err
}

// A chain's files are made by commands alone.
func TestGenesisByCommands(t *testing.T) {
	home := filepath.Join(t.TempDir(), "node")
	must := func(args ...string) string {
		t.Helper()
		out, err := run(t, home, args...)
		require.NoError(t, err, out)
		return out
	}
	fails := func(why string, args ...string) {
		t.Helper()
		_, err := run(t, home, args...)
		require.ErrorContains(t, err, why)
	}
	require.Contains(t, must("init", "one", "--chain-id", "credence-cli"), "beacon_possession")
	fails("is there already", "init", "one")
	info, err := os.Stat(setup.BeaconKeyFile(home))
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())

	alice, err := setup.NewKey(home, "alice", encoding.New().Codec)
	require.NoError(t, err)
	must("genesis", "add-account", "alice", "5000000ucred")
	must("genesis", "add-account", alice.String(), "1ucred")
	fails("neither an address", "genesis", "add-account", "bob", "1ucred")
	fails("coins", "genesis", "add-account", "alice", "many")

	must("genesis", "add-organisation", "acme", "--admin", "alice", "--member", "alice", "--roles", "validator,worker")
	fails("role", "genesis", "add-organisation", "bcme", "--admin", "alice", "--roles", "king")
	fails("already belongs", "genesis", "add-organisation", "bcme", "--admin", "alice", "--roles", "worker")
	fails("id", "genesis", "add-organisation", "ACME", "--admin", "alice")

	must("genesis", "add-seat", "acme", "alice")
	fails("acme", "genesis", "add-seat", "acme", "alice")
	require.Contains(t, must("genesis", "validate"), "is valid")

	path := filepath.Join(home, "config", "genesis.json")
	bz, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, bytes.ReplaceAll(bz, []byte(`"min_active_seats": 1`), []byte(`"min_active_seats": 0`)), 0o600))
	fails("min_active_seats", "genesis", "validate")
}
