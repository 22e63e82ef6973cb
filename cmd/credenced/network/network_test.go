package network

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	cmtcfg "github.com/cometbft/cometbft/config"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/viper"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/credence-chain/credence/app"
	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/credenced/setup"
)

type nothing struct{}

func (nothing) Get(string) any { return nil }

func run(t *testing.T, chain Chain, args ...string) (string, error) {
	t.Helper()
	cmd := Command(chain)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

// The whole ceremony, with the commands that founders type, from nothing to files from which the nodes start.
func TestCeremony(t *testing.T) {
	chain := NewChain(app.New(log.NewNopLogger(), dbm.NewMemDB(), false, nothing{}, app.Options{}))
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	must := func(args ...string) string {
		t.Helper()
		out, err := run(t, chain, args...)
		require.NoError(t, err, out)
		return out
	}
	plan := in("plan.json")
	must("init", "--chain-id", "amber-1", "--founder", "amber,birch", "--out", plan, "--genesis-time", "2027-01-11T09:00:00Z")
	_, err := run(t, chain, "init", "--chain-id", "amber-1", "--founder", "amber", "--out", plan)
	require.ErrorContains(t, err, "is there already")
	for i, id := range []string{"amber", "birch"} {
		out := must("apply", "--plan", plan, "--home", in(id), "--organisation", id, "--address", fmt.Sprintf("127.0.0.%d:26656", 2+i),
			"--keyring-backend", "test", "--worker-key-file", in(id+".key"), "--worker-endpoint", fmt.Sprintf("http://127.0.0.%d:7100", 2+i), "--out", in(id+".application.json"))
		require.Contains(t, out, "Write these words down")
		court, err := credence.LoadKey(setup.CourtKeyFile(in(id)))
		require.NoError(t, err)
		require.Contains(t, out, ", court "+court.Address()+", node ")
	}
	out := must("collect", "--plan", plan, "--out", in("out"), in("birch.application.json"), in("amber.application.json"))
	hash := regexp.MustCompile(`sha256:[0-9a-f]{64}`).FindString(out)
	require.NotEmpty(t, hash)
	require.Contains(t, must("collect", "--plan", plan, "--out", in("again"), in("amber.application.json"), in("birch.application.json")), hash)

	// A validator joins from a server, with the keys of its application.
	server := httptest.NewServer(http.FileServer(http.Dir(in("out"))))
	defer server.Close()
	before, err := os.ReadFile(in("amber/config/node_key.json"))
	require.NoError(t, err)
	genesis := server.URL + "/genesis.json"
	out = must("join", "--role", "validator", "--home", in("amber"), "--genesis", genesis, "--hash", hash, "--peers", "@"+in("out/peers.txt"), "--listen", "127.0.0.2")
	require.Contains(t, out, "1 peers", "itself is left out")
	after, err := os.ReadFile(in("amber/config/node_key.json"))
	require.NoError(t, err)
	require.Equal(t, before, after)
	comet, application := configs(t, in("amber"))
	require.Equal(t, "tcp://127.0.0.2:26656", comet.P2P.ListenAddress)
	require.Equal(t, "tcp://127.0.0.1:26657", comet.RPC.ListenAddress)
	require.True(t, comet.P2P.AddrBookStrict)
	require.Equal(t, "0.001ucred", application.GetString("minimum-gas-prices"))
	require.Equal(t, 1000, application.GetInt("state-sync.snapshot-interval"))
	client := viper.New()
	client.SetConfigFile(in("amber/config/client.toml"))
	require.NoError(t, client.ReadInConfig())
	require.Equal(t, "os", client.GetString("keyring-backend"))

	peers := "@" + in("out/peers.txt")
	id := regexp.MustCompile(`[0-9a-f]{40}`).FindString(out)
	join := func(role string, more ...string) *cmtcfg.Config {
		must(append([]string{"join", "--role", role, "--home", in(role), "--genesis", genesis, "--hash", hash, "--peers", peers}, more...)...)
		cfg, application := configs(t, in(role))
		require.Equal(t, role == "archive", application.GetString("pruning") == "nothing")
		require.Equal(t, role != "seed", application.GetBool("grpc.enable"))
		return cfg
	}
	require.True(t, join("seed").P2P.SeedMode)
	require.Equal(t, id, join("sentry", "--protect", id).P2P.PrivatePeerIDs)
	require.Equal(t, "tcp://0.0.0.0:26657", join("full").RPC.ListenAddress)
	require.Equal(t, "tcp://0.0.0.0:26657", join("archive").RPC.ListenAddress)
	hidden := join("validator", "--sentry", id+"@10.0.0.1:26656")
	require.False(t, hidden.P2P.PexReactor)
	require.Equal(t, id+"@10.0.0.1:26656", hidden.P2P.PersistentPeers)

	for _, tc := range []struct {
		why  string
		args []string
	}{
		{"hashes to " + hash, []string{"--hash", "sha256:00"}},
		{"expected one of", []string{"--hash", hash, "--role", "king", "--peers", peers}},
		{"would find nobody", []string{"--hash", hash}},
		{"expected id@host:port", []string{"--hash", hash, "--peers", "127.0.0.1:1"}},
		{"expected --role validator", []string{"--hash", hash, "--sentry", id + "@a:1"}},
		{"two or more", []string{"--hash", hash, "--peers", peers, "--state-sync", "--rpc", "http://a"}},
		{"HEIGHT:HASH", []string{"--hash", hash, "--peers", peers, "--state-sync", "--rpc", "http://a,http://b", "--trust", "5"}},
	} {
		_, err := run(t, chain, append([]string{"join", "--home", in("none"), "--genesis", genesis}, tc.args...)...)
		require.ErrorContains(t, err, tc.why)
	}
}

func configs(t *testing.T, home string) (*cmtcfg.Config, *viper.Viper) {
	t.Helper()
	read := func(name string) *viper.Viper {
		v := viper.New()
		v.SetConfigFile(filepath.Join(home, "config", name))
		require.NoError(t, v.ReadInConfig())
		return v
	}
	cfg := cmtcfg.DefaultConfig()
	require.NoError(t, read("config.toml").Unmarshal(cfg))
	return cfg, read("app.toml")
}
