package connect

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"

	"github.com/credence-chain/credence/internal/devinfo"
)

// keyCommand returns a command with the keyring's flags, parsed from these arguments, and the flags.
func keyCommand(t *testing.T, args ...string) (*cobra.Command, *Flags) {
	t.Helper()
	var c Flags
	cmd := &cobra.Command{}
	cmd.Flags().String("home", "", "")
	c.AddKeyring(cmd.Flags())
	require.NoError(t, cmd.ParseFlags(args))
	return cmd, &c
}

// The keyring is the one that the SDK's own commands use. The flag comes first, then the environment, the configuration and the
// system's keyring.
func TestKeyringDefaults(t *testing.T) {
	home := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(home, "config"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(home, "config", "client.toml"), []byte("keyring-backend = \"test\"\n"), 0o600))
	for _, tc := range []struct {
		name, env string
		args      []string
		want      string
	}{
		{"configuration", "", []string{"--home", home}, keyring.BackendTest},
		{"environment", keyring.BackendFile, []string{"--home", home}, keyring.BackendFile},
		{"flag", keyring.BackendFile, []string{"--home", home, "--keyring-backend", keyring.BackendOS}, keyring.BackendOS},
		{"nothing", "", []string{"--home", t.TempDir()}, keyring.BackendOS},
		{"another folder of keys", "", []string{"--home", home, "--keyring-dir", t.TempDir()}, keyring.BackendTest},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Setenv(EnvPrefix+"_KEYRING_BACKEND", tc.env)
			cmd, c := keyCommand(t, tc.args...)
			c.ChooseKeyring(cmd)
			require.Equal(t, tc.want, c.Backend)
		})
	}
}

// A devnet's accounts are found by their names. The owners of workers are also found by their organisations. A keyring flag makes the
// command look in the keyring only.
func TestKeysOfADevnet(t *testing.T) {
	info := &devinfo.Info{Accounts: []devinfo.AccountInfo{
		{Name: "provider", Address: "cred1p"}, {Name: "amber-owner", Organisation: "amber", Address: "cred1a"},
	}}
	cmd, _ := keyCommand(t)
	for name, want := range map[string]string{"provider": "cred1p", "amber-owner": "cred1a", "amber": "cred1a", "cred1p": "cred1p"} {
		require.Equal(t, want, ofDevnet(cmd, info, name).Address, name)
	}
	require.Nil(t, ofDevnet(cmd, info, "nobody"))
	require.Nil(t, ofDevnet(cmd, nil, "provider"))
	cmd, _ = keyCommand(t, "--keyring-backend", "test")
	require.Nil(t, ofDevnet(cmd, info, "provider"))

	// If the account is not found, the error lists the accounts of the devnet. It has no line of source code.
	cmd, c := keyCommand(t, "--keyring-backend", "test", "--keyring-dir", t.TempDir())
	c.From = "nobody"
	_, err := c.loadKey(cmd, info)
	require.ErrorContains(t, err, `--from: keyring test has no key "nobody", and the devnet no account of that name; it has provider, amber-owner`)
	require.NotContains(t, err.Error(), ".go:")
}
