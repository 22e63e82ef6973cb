package setup

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/spf13/viper"
	"github.com/stretchr/testify/require"

	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
)

var rewrite = flag.Bool("rewrite", false, "write golden files instead of comparing them")

var (
	idA = strings.Repeat("a1", 20)
	idB = strings.Repeat("b2", 20)
)

// member returns a node of this role, with the peers that the role needs.
func member(t *testing.T, role Role) Member {
	t.Helper()
	return Member{
		Home: filepath.Join(t.TempDir(), "node"), Moniker: "amber", ChainID: "amber-1", Role: role, Listen: "0.0.0.0", Serve: role.DefaultServe(),
		Peers: []string{idA + "@10.0.0.1:26656"}, Keyring: "os",
	}
}

// settingsIn returns the settings of a TOML file by their names.
func settingsIn(t *testing.T, path string) map[string]string {
	t.Helper()
	v := viper.New()
	v.SetConfigFile(path)
	require.NoError(t, v.ReadInConfig())
	out := map[string]string{}
	for _, key := range v.AllKeys() {
		out[key] = fmt.Sprint(v.Get(key))
	}
	return out
}

// differences returns the settings in a node's folder that differ from the defaults of the engine and the SDK, as lines of text.
func differences(t *testing.T, home string) string {
	t.Helper()
	plain := t.TempDir()
	cmtcfg.WriteConfigFile(filepath.Join(plain, "config.toml"), cmtcfg.DefaultConfig())
	serverconfig.SetConfigTemplate(serverconfig.DefaultConfigTemplate)
	serverconfig.WriteConfigFile(filepath.Join(plain, "app.toml"), serverconfig.DefaultConfig())
	var b strings.Builder
	for _, name := range []string{"config.toml", "app.toml", "client.toml"} {
		fmt.Fprintf(&b, "%s\n", name)
		usual := map[string]string{}
		if name != "client.toml" {
			usual = settingsIn(t, filepath.Join(plain, name))
		}
		written := settingsIn(t, filepath.Join(home, "config", name))
		for _, key := range slices.Sorted(maps.Keys(written)) {
			if value, known := usual[key]; !known || value != written[key] {
				fmt.Fprintln(&b, strings.TrimRight(fmt.Sprintf("  %s = %s", key, written[key]), " "))
			}
		}
	}
	return b.String()
}

// The files of each role differ from the defaults of the engine and the SDK only in the lines of the golden file. -args -rewrite writes
// the golden file anew.
func TestRolesAreGolden(t *testing.T) {
	var b strings.Builder
	show := func(name string, m Member) {
		require.NoError(t, m.Validate(), name)
		require.NoError(t, m.Write(), name)
		fmt.Fprintf(&b, "== %s\n%s\n", name, differences(t, m.Home))
	}
	for _, role := range Roles {
		show(string(role), member(t, role))
	}
	hidden := member(t, RoleValidator)
	hidden.Sentries, hidden.Seeds, hidden.Signer = []string{idB + "@10.0.0.2:26656"}, []string{idA + "@seed.example:26656"}, "tcp://10.0.0.3:26659"
	show("validator behind a sentry, with its key elsewhere", hidden)
	sentry := member(t, RoleSentry)
	sentry.Protects, sentry.External, sentry.Seeds = []string{idA, idB}, "sentry.example:26656", []string{idB + "@seed.example:26656"}
	show("sentry of two validators", sentry)
	lab := member(t, RoleFull)
	lab.Private, lab.BlockTime, lab.SnapshotInterval, lab.Keyring = true, 500*time.Millisecond, 10, "test"
	lab.Listen, lab.Serve = "::1", "fd00::2"
	lab.StateSync = &StateSync{Servers: []string{"http://a:26657", "http://b:26657"}, Height: 77, Hash: strings.Repeat("AB", 32), Period: 48 * time.Hour}
	show("full node that begins from a snapshot, in a laboratory", lab)

	golden := filepath.Join("testdata", "roles.txt")
	if *rewrite {
		require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String())
}

func TestMemberRefuses(t *testing.T) {
	for _, tc := range []struct {
		name   string
		role   Role
		change func(m *Member)
		says   string
	}{
		{"no role", "king", func(*Member) {}, "--role king: expected one of [validator sentry seed full archive]"},
		{"a sentry of a full node", RoleFull, func(m *Member) { m.Sentries = []string{idA + "@a:1"} }, "--sentry: a full has none, expected --role validator"},
		{"a signer of a sentry", RoleSentry, func(m *Member) { m.Signer = "tcp://10.0.0.1:1" }, "--signer-listen: a sentry signs nothing"},
		{"a signer by another protocol", RoleValidator, func(m *Member) { m.Signer = "unix:///tmp/s" }, `--signer-listen "unix:///tmp/s": expected tcp://IP:PORT`},
		{"a signer without a port", RoleValidator, func(m *Member) { m.Signer = "tcp://10.0.0.1" }, `--signer-listen "tcp://10.0.0.1": expected tcp://IP:PORT`},
		{"a validator that protects", RoleValidator, func(m *Member) { m.Protects = []string{idA} }, "--protect: a validator protects nobody"},
		{"an id that is none", RoleSentry, func(m *Member) { m.Protects = []string{"amber"} }, `--protect "amber": expected the id of a node, 40 hex digits`},
		{"an id with its address", RoleSentry, func(m *Member) { m.Protects = []string{idA + "@10.0.0.1:26656"} }, "--protect"},
		{"listens by a name", RoleFull, func(m *Member) { m.Listen = "localhost" }, `--listen "localhost", --serve "0.0.0.0": expected an IP address each`},
		{"serves at a port", RoleFull, func(m *Member) { m.Serve = "127.0.0.1:26657" }, `--serve "127.0.0.1:26657": expected an IP address each, without a port`},
		{"an address without a port", RoleFull, func(m *Member) { m.External = "val.example" }, `--address "val.example": expected host:port`},
		{"an address of everywhere", RoleFull, func(m *Member) { m.External = ":26656" }, `--address ":26656": expected host:port`},
		{"a peer without an id", RoleFull, func(m *Member) { m.Peers = []string{"10.0.0.1:26656"} }, `peer "10.0.0.1:26656": expected id@host:port`},
		{"a peer whose id is not hex", RoleFull, func(m *Member) { m.Peers = []string{strings.Repeat("z", 40) + "@a:1"} }, "the id of 40 hex digits"},
		{"a seed without a port", RoleFull, func(m *Member) { m.Seeds = []string{idA + "@a"} }, "expected id@host:port"},
		{"a sentry at a port that is none", RoleValidator, func(m *Member) { m.Sentries = []string{idA + "@a:http"} }, "expected id@host:port"},
		{"a port above all", RoleFull, func(m *Member) { m.Peers = []string{idA + "@a:65536"} }, "expected id@host:port"},
		{"two peers in one", RoleFull, func(m *Member) { m.Peers = []string{idA + "@a,b:1"} }, "expected id@host:port"},
		{"a moniker that ends its text", RoleFull, func(m *Member) { m.Moniker = "a\"\npex = false\nx=\"" }, `--moniker "a\"\npex = false\nx=\"": expected a name without quotes`},
		{"a moniker with a backslash", RoleFull, func(m *Member) { m.Moniker = `a\` }, "--moniker"},
		{"a moniker that clears the screen", RoleFull, func(m *Member) { m.Moniker = "a\x1b[2J" }, `--moniker "a\x1b[2J"`},
		{"time that runs back", RoleFull, func(m *Member) { m.BlockTime = -time.Second }, "--block-time -1s: expected no negative time"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := member(t, tc.role)
			tc.change(&m)
			require.ErrorContains(t, m.Validate(), tc.says)
		})
	}
}

// Odd but harmless names are accepted, and are read back unchanged.
func TestMonikersAreReadBack(t *testing.T) {
	for _, name := range []string{"Bernstein Süd", "node 1 (amber)", "it's", "a=b", "#1", ""} {
		m := member(t, RoleFull)
		m.Moniker = name
		require.NoError(t, m.Validate(), name)
		require.NoError(t, m.Write())
		require.Equal(t, name, settingsIn(t, filepath.Join(m.Home, "config", "config.toml"))["moniker"])
	}
}

// If a node listens on all addresses, its own command line asks it on the loopback address.
func TestClientAsksItsOwnNode(t *testing.T) {
	for serve, want := range map[string]string{
		"0.0.0.0": "tcp://127.0.0.1:26657", "::": "tcp://127.0.0.1:26657", "10.0.0.7": "tcp://10.0.0.7:26657", "fd00::7": "tcp://[fd00::7]:26657",
	} {
		m := member(t, RoleFull)
		m.Serve = serve
		require.NoError(t, m.Write())
		require.Equal(t, want, settingsIn(t, filepath.Join(m.Home, "config", "client.toml"))["node"], serve)
	}
	seed := member(t, RoleSeed)
	seed.Serve = "0.0.0.0"
	require.NoError(t, seed.Write())
	comet := settingsIn(t, filepath.Join(seed.Home, "config", "config.toml"))
	require.Equal(t, "tcp://127.0.0.1:26657", comet["rpc.laddr"], "a seed serves its own machine alone, whatever it is told")
}

// Only the owner can open the node's folder. Writing to a path that cannot be a folder is an error.
func TestMemberWritesItsFolder(t *testing.T) {
	m := member(t, RoleFull)
	require.NoError(t, m.Write())
	info, err := os.Stat(filepath.Join(m.Home, "config"))
	require.NoError(t, err)
	require.EqualValues(t, 0o700, info.Mode().Perm())
	client, err := os.Stat(filepath.Join(m.Home, "config", "client.toml"))
	require.NoError(t, err)
	require.EqualValues(t, 0o600, client.Mode().Perm())

	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	m.Home = file
	require.ErrorContains(t, m.Write(), file)
}
