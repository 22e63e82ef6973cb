package connect

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"

	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/devinfo"

	credence "github.com/credence-chain/credence/client"
)

// AddKeyring adds the flags that say where --from looks for a key.
func (c *Flags) AddKeyring(f *pflag.FlagSet) {
	f.StringVar(&c.Backend, flags.FlagKeyringBackend, keyring.BackendOS, "keyring of --from: os, file or test (default: that of the client's configuration)")
	f.Lookup(flags.FlagKeyringBackend).DefValue = "" // the help text states the default
	f.StringVar(&c.home, flags.FlagKeyringDir, DefaultHome(), "folder of the keyring")
}

// ChooseKeyring fills in the flags of the keyring that the user left out, in the same way as the SDK's own commands. The folder is the
// node's home. The backend is that of the environment or of client.toml in the node's home.
func (c *Flags) ChooseKeyring(cmd *cobra.Command) {
	f := cmd.Flags()
	if f.Lookup(flags.FlagKeyringDir) == nil {
		return // the command needs no key
	}
	home := DefaultHome()
	if flag := f.Lookup(flags.FlagHome); flag != nil && flag.Changed {
		home = flag.Value.String()
	} else if env := os.Getenv(EnvPrefix + "_HOME"); env != "" {
		home = env
	}
	if !f.Changed(flags.FlagKeyringDir) {
		c.home = home
	}
	if f.Changed(flags.FlagKeyringBackend) {
		return
	}
	if backend := os.Getenv(EnvPrefix + "_KEYRING_BACKEND"); backend != "" {
		c.Backend = backend
		return
	}
	v := viper.New()
	v.SetConfigFile(filepath.Join(home, "config", "client.toml"))
	if err := v.ReadInConfig(); err == nil && v.GetString(flags.FlagKeyringBackend) != "" {
		c.Backend = v.GetString(flags.FlagKeyringBackend)
	}
}

// OpenKeyring opens the keyring that the flags name.
func (c *Flags) OpenKeyring(cmd *cobra.Command) (keyring.Keyring, error) {
	return keyring.New(sdk.KeyringServiceName(), c.Backend, c.home, cmd.InOrStdin(), credence.Codec())
}

// ofDevnet finds an account of a devnet: by its name, by its address, or by the name that commands print, which for the owner of a worker
// is the organisation. It returns nil if there is no devnet, or if the flags name a keyring.
func ofDevnet(cmd *cobra.Command, info *devinfo.Info, name string) *devinfo.AccountInfo {
	if info == nil || cmd.Flags().Changed(flags.FlagKeyringBackend) || cmd.Flags().Changed(flags.FlagKeyringDir) {
		return nil
	}
	for i := range info.Accounts {
		if a := &info.Accounts[i]; a.Name == name || a.Address == name || info.Name(a.Address) == name {
			return a
		}
	}
	return nil
}

// noKey returns an error that says that no key has the name, and where it was looked for.
func noKey(name, backend string, info *devinfo.Info) error {
	where := fmt.Sprintf("keyring %s has no key %q", backend, name)
	if info == nil {
		return fmt.Errorf("%s", where)
	}
	var known []string
	for _, a := range info.Accounts {
		known = append(known, a.Name)
	}
	return fmt.Errorf("%s, and the devnet no account of that name; it has %s", where, strings.Join(known, ", "))
}

// EnvPrefix begins the environment variables that set flags. For example, CREDENCED_HOME sets the folder of the keyring.
const EnvPrefix = "CREDENCED"

// DefaultHome returns ~/.credence, where the keyring is, with or without a node on this machine.
func DefaultHome() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ".credence"
	}
	return filepath.Join(home, ".credence")
}
