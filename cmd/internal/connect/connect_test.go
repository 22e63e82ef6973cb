package connect

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/devinfo"
	"github.com/credence-chain/credence/internal/keyfile"
)

// devnet writes the info file of a devnet with a requester and a provider, whose nodes are at the endpoints.
func devnet(t *testing.T, running bool, endpoints ...string) *devinfo.Info {
	t.Helper()
	dir := t.TempDir()
	t.Setenv(devinfo.EnvInfo, filepath.Join(dir, devinfo.InfoFile))
	info := &devinfo.Info{
		Format: 1, Running: running, State: dir, ChainID: "some-devnet", GRPC: endpoints, Store: "http://store",
		Validators: []devinfo.ValidatorInfo{{Court: "http://court-1"}, {Court: "http://court-2"}},
	}
	for _, name := range []string{"requester", "provider"} {
		file := filepath.Join(dir, name+".key")
		key, err := credence.LoadOrGenerateKey(file)
		require.NoError(t, err)
		info.Accounts = append(info.Accounts, devinfo.AccountInfo{Name: name, Address: key.Address(), KeyFile: file})
	}
	require.NoError(t, info.Save())
	return info
}

// withFlags parses the flags of a command that uses keys.
func withFlags(t *testing.T, args ...string) (*Flags, *cobra.Command) {
	t.Helper()
	var c Flags
	cmd := &cobra.Command{}
	c.Add(cmd.Flags(), true)
	require.NoError(t, cmd.ParseFlags(args))
	return &c, cmd
}

// If no chain can be reached, the error names the next step. The exit status is that of network errors.
func TestNoChainToReach(t *testing.T) {
	t.Setenv(devinfo.EnvInfo, filepath.Join(t.TempDir(), "none.json"))
	for _, tc := range []struct {
		name    string
		prepare func() *devinfo.Info
		args    []string
		says    string
		next    func(*devinfo.Info) string
	}{
		{"no devnet", func() *devinfo.Info { return nil }, nil, "no devnet is known here, and no --node was given", func(*devinfo.Info) string { return "--node HOST:PORT --key-file FILE --store URL" }},
		{"a stopped one", func() *devinfo.Info { return devnet(t, false, "127.0.0.1:1") }, nil, "is not running", func(i *devinfo.Info) string { return "credenced devnet --state " + i.State }},
		{"a killed one", func() *devinfo.Info { return devnet(t, true, "127.0.0.1:1") }, nil, "does not answer: it is still starting, or it was killed", func(i *devinfo.Info) string { return "credenced devnet --state " + i.State }},
		{"a node that is away", func() *devinfo.Info { return nil }, []string{"--node", "127.0.0.1:1"}, "127.0.0.1:1", func(*devinfo.Info) string { return "" }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			info := tc.prepare()
			c, cmd := withFlags(t, tc.args...)
			err := WithLink(cmd, c, func(context.Context, *Link) error { return errors.New("reached") })
			require.ErrorContains(t, err, tc.says)
			require.ErrorContains(t, err, tc.next(info))
			require.Equal(t, cli.ExitNetwork, cli.ExitStatus(err))
		})
	}
}

// The requester's key is that of --key-file, of --from by a name of the devnet, or the devnet's own. The provider's key follows from
// the same flags.
func TestLoadKeys(t *testing.T) {
	info := devnet(t, true, "127.0.0.1:1")
	requester, provider := info.Accounts[0], info.Accounts[1]
	other := filepath.Join(t.TempDir(), "other.key")
	key, err := credence.LoadOrGenerateKey(other)
	require.NoError(t, err)
	passphrase, sealed := filepath.Join(t.TempDir(), "passphrase"), filepath.Join(t.TempDir(), "sealed.key")
	require.NoError(t, os.WriteFile(passphrase, []byte("a passphrase of some length\n"), 0o600))
	require.NoError(t, credence.SaveKey(sealed, key))
	require.NoError(t, keyfile.Encrypt(sealed, keyfile.NewSource(passphrase), func([]byte) error { return nil }))
	for _, tc := range []struct {
		name      string
		args      []string
		info      *devinfo.Info
		requester string
		provider  string // "" if the provider has no key of its own
	}{
		{"the devnet's", nil, info, requester.Address, provider.Address},
		{"of a file", []string{"--key-file", other}, info, key.Address(), ""},
		{"of the devnet, by its name", []string{"--from", "provider"}, info, provider.Address, ""},
		{"of the devnet, by its address", []string{"--from", provider.Address}, info, provider.Address, ""},
		{"another who publishes", []string{"--provider-key-file", other}, info, requester.Address, key.Address()},
		{"a file, where there is no devnet", []string{"--key-file", other}, nil, key.Address(), ""},
		{"an encrypted file", []string{"--key-file", sealed, "--key-passphrase-file", passphrase}, nil, key.Address(), ""},
		{"an encrypted file of who publishes", []string{"--provider-key-file", sealed, "--key-passphrase-file", passphrase}, info, requester.Address, key.Address()},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, cmd := withFlags(t, tc.args...)
			l := &Link{Info: tc.info}
			require.NoError(t, c.LoadKeys(cmd, l))
			require.Equal(t, tc.requester, l.Requester.Address())
			if tc.provider == "" {
				require.Nil(t, l.Provider)
			} else {
				require.Equal(t, tc.provider, l.Provider.Address())
			}
		})
	}
	for _, tc := range []struct {
		name string
		args []string
		info *devinfo.Info
		says []string
	}{
		{"none", nil, nil, []string{"no key was given to pay with", "name one with --key-file FILE or --from NAME"}},
		{"two", []string{"--key-file", other, "--from", "provider"}, info, []string{"give one of them"}},
		{"a file that is not there", []string{"--key-file", other + "x"}, nil, []string{other + "x"}},
		{"a name that nobody has", []string{"--from", "nobody", "--keyring-backend", "test", "--keyring-dir", t.TempDir()}, info, []string{`--from: keyring test has no key "nobody"`, "and the devnet no account of that name; it has requester, provider", "credenced keys list --keyring-backend test"}},
		{"an encrypted file without a passphrase", []string{"--key-file", sealed}, nil, []string{"no passphrase was given", "--key-passphrase-file"}},
		{"a provider's file that is not there", []string{"--provider-key-file", other + "x"}, info, []string{other + "x"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, cmd := withFlags(t, tc.args...)
			err := c.LoadKeys(cmd, &Link{Info: tc.info})
			for _, says := range tc.says {
				require.ErrorContains(t, err, says)
			}
		})
	}
}

// If the chain does not have the wanted object, the error names its flag and the command that lists such objects. If the node fails,
// the error does not claim that the object is missing.
func TestLookUp(t *testing.T) {
	require.NoError(t, LookUp("--pool", "north", "credenced list pools", nil))
	err := LookUp("--pool", "nor\"th", "credenced list pools", status.Error(codes.NotFound, "x"))
	require.ErrorContains(t, err, `--pool: the chain has no "nor\"th"`)
	require.ErrorContains(t, err, "list those there are: credenced list pools")
	err = LookUp("app", "x", "credenced list apps", status.Error(codes.InvalidArgument, "reference: expected organisation/name:version"))
	require.ErrorContains(t, err, "app: reference: expected organisation/name:version")
	refused := status.Error(codes.Unknown, "codespace workers code 2: pool north: not found")
	require.ErrorContains(t, LookUp("--pool", "north", "credenced list pools", refused), `the chain has no "north"`)
	for _, code := range []codes.Code{codes.Unavailable, codes.Internal, codes.Unknown, codes.Unimplemented} {
		down := status.Error(code, "it is gone")
		require.Equal(t, down, LookUp("--pool", "north", "credenced list pools", down), code)
		require.False(t, IsUnknown(down), code)
	}
	require.False(t, IsUnknown(nil))
}

// The chain id for signatures is that of the flag, of the node, or of the devnet.
func TestChainID(t *testing.T) {
	t.Setenv(devinfo.EnvInfo, filepath.Join(t.TempDir(), "none.json"))
	o := &AccountFlags{}
	_, err := o.ChainID(nil)
	require.ErrorContains(t, err, "the chain is not known: an order is signed for one")
	require.ErrorContains(t, err, "--chain-id ID, or a node of it with --node HOST:PORT")
	devnet(t, false)
	id, err := o.ChainID(nil)
	require.NoError(t, err)
	require.Equal(t, "some-devnet", id, "also of a stopped one")
	o.Chain.ChainID = "one"
	id, err = o.ChainID(nil)
	require.NoError(t, err)
	require.Equal(t, "one", id)
}

// A devnet's accounts have names. Accounts of another chain have none.
func TestNamesOfADevnet(t *testing.T) {
	info := devnet(t, true)
	address := info.Accounts[0].Address
	o := &AccountFlags{}
	require.Equal(t, "requester", o.NameOf(address))
	require.Equal(t, address+" (requester)", o.Describe(address))
	require.Equal(t, "cred1else", o.Describe("cred1else"))
	o.Chain.ChainID = "another-1"
	require.Equal(t, address, o.Describe(address))
	o.Chain.ChainID, o.Chain.nodes = "", []string{"10.0.0.1:9090"}
	require.Equal(t, address, o.NameOf(address))
}

// Without a node these commands go on. If a node was named, it has to answer.
func TestWithOrWithoutChain(t *testing.T) {
	devnet(t, true, "127.0.0.1:1")
	for _, tc := range []struct {
		name string
		args []string
		exit int
	}{
		{"a devnet that was killed", nil, cli.ExitDone},
		{"offline", []string{"--offline", "--node", "127.0.0.1:1"}, cli.ExitDone},
		{"a node that is away", []string{"--node", "127.0.0.1:1"}, cli.ExitNetwork},
		{"an output that there is not", []string{"--output", "xml"}, cli.ExitUsage},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := &AccountFlags{}
			cmd := &cobra.Command{}
			o.AddChain(cmd.Flags())
			cmd.Flags().BoolVar(&o.Offline, "offline", false, "")
			require.NoError(t, cmd.ParseFlags(tc.args))
			worked := false
			err := o.WithOrWithoutChain(cmd, func(_ context.Context, l *Link) error {
				worked = true
				require.Nil(t, l)
				return nil
			})
			require.Equal(t, tc.exit, cli.ExitStatus(err), err)
			require.Equal(t, tc.exit == cli.ExitDone, worked)
		})
	}
}
