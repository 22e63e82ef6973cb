package network

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cmtjson "github.com/cometbft/cometbft/libs/json"
	ctypes "github.com/cometbft/cometbft/rpc/core/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/spf13/viper"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app/ceremony"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/cmd/credenced/setup"
)

// someGenesis writes a genesis file of chain amber-1, and returns its path and hash. Joining reads only the chain's id from it.
func someGenesis(t *testing.T) (path, hash string) {
	t.Helper()
	doc, err := setup.NewGenesis("amber-1", time.Unix(1_800_000_000, 0).UTC(), genesis.State{})
	require.NoError(t, err)
	path = filepath.Join(t.TempDir(), "genesis.json")
	require.NoError(t, doc.SaveAs(path))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return path, ceremony.HashOf(text)
}

var (
	somePeer  = strings.Repeat("a1", 20) + "@10.0.0.1:26656"
	otherPeer = strings.Repeat("b2", 20) + "@10.0.0.2:26656"
)

// join runs "network join" for a new home, with a good genesis.
func join(t *testing.T, args ...string) (home, out string, err error) {
	t.Helper()
	path, hash := someGenesis(t)
	home = filepath.Join(t.TempDir(), "node")
	out, err = run(t, Chain{}, append([]string{"join", "--home", home, "--genesis", path, "--hash", hash}, args...)...)
	return home, out, err
}

// rpcServer serves `status` with a height and `commit` with a header. Chains differ by the time in the header.
func rpcServer(t *testing.T, height int64, at time.Time) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var call struct {
			ID     json.RawMessage `json:"id"`
			Method string          `json:"method"`
			Params struct {
				Height string `json:"height"`
			} `json:"params"`
		}
		if json.NewDecoder(r.Body).Decode(&call) != nil {
			return
		}
		var result any
		switch call.Method {
		case "status":
			result = &ctypes.ResultStatus{SyncInfo: ctypes.SyncInfo{LatestBlockHeight: height}}
		case "commit":
			var asked int64
			fmt.Sscan(call.Params.Height, &asked)
			if asked > height {
				fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"error":{"code":-32603,"message":"height %d is not there yet"}}`, call.ID, asked)
				return
			}
			header := cmttypes.Header{ChainID: "amber-1", Height: asked, Time: at, ValidatorsHash: make([]byte, 32)}
			result = ctypes.NewResultCommit(&header, &cmttypes.Commit{Height: asked}, true)
		}
		text, err := cmtjson.Marshal(result)
		if err != nil {
			return
		}
		fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":%s}`, call.ID, text)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// A node that starts from a snapshot trusts the block that all servers agree on, or the block that --trust names.
func TestJoinTrustsWhatAllAgreeOn(t *testing.T) {
	at := time.Unix(1_800_000_000, 0).UTC()
	a, b := rpcServer(t, 105, at), rpcServer(t, 101, at)
	home, out, err := join(t, "--peers", somePeer, "--state-sync", "--rpc", a+","+b, "--trust-period", "48h")
	require.NoError(t, err)
	header := cmttypes.Header{ChainID: "amber-1", Height: 100, Time: at, ValidatorsHash: make([]byte, 32)}
	hash := header.Hash().String()
	require.Contains(t, out, "It begins from a snapshot, and trusts block 100, "+hash+".\n")
	cfg, _ := configs(t, home)
	require.True(t, cfg.StateSync.Enable)
	require.Equal(t, []string{a, b}, cfg.StateSync.RPCServers)
	require.EqualValues(t, 100, cfg.StateSync.TrustHeight)
	require.Equal(t, hash, cfg.StateSync.TrustHash)
	require.Equal(t, 48*time.Hour, cfg.StateSync.TrustPeriod)

	told := strings.Repeat("CD", 32)
	home, out, err = join(t, "--peers", somePeer, "--state-sync", "--rpc", "http://127.0.0.1:1,http://127.0.0.1:2", "--trust", "7:"+strings.ToLower(told))
	require.NoError(t, err, "nobody is asked")
	require.Contains(t, out, "trusts block 7, "+told)
	cfg, _ = configs(t, home)
	require.EqualValues(t, 7, cfg.StateSync.TrustHeight)

	young := rpcServer(t, 3, at)
	_, out, err = join(t, "--peers", somePeer, "--state-sync", "--rpc", young+","+young)
	require.NoError(t, err)
	require.Contains(t, out, "trusts block 1,", "of a chain that just began")
}

func TestJoinRefusesWhatItCanNotTrust(t *testing.T) {
	at := time.Unix(1_800_000_000, 0).UTC()
	good, fork, behind := rpcServer(t, 105, at), rpcServer(t, 105, at.Add(time.Second)), rpcServer(t, 50, at)
	for _, tc := range []struct {
		name string
		args []string
		says []string
	}{
		{"one server", []string{"--rpc", good}, []string{"--rpc: 1 given, expected two or more"}},
		{"no server", nil, []string{"--rpc: 0 given"}},
		{"two chains", []string{"--rpc", good + "," + fork}, []string{"--rpc: block 100 is ", "to " + good + " and ", "to " + fork, "one of them lies, or is on another chain"}},
		{"a server that is behind", []string{"--rpc", good + "," + behind}, []string{"--rpc " + behind + ": block 100: ", "height 100 is not there yet"}},
		{"nobody there", []string{"--rpc", "http://127.0.0.1:1,http://127.0.0.1:2"}, []string{"--rpc http://127.0.0.1:1: "}},
		{"no URL", []string{"--rpc", "::,::"}, []string{"--rpc ::"}},
		{"a height alone", []string{"--rpc", good + "," + good, "--trust", "5"}, []string{`--trust "5": expected HEIGHT:HASH`}},
		{"block 0", []string{"--rpc", good + "," + good, "--trust", "0:" + strings.Repeat("cd", 32)}, []string{"expected HEIGHT:HASH"}},
		{"a hash that is none", []string{"--rpc", good + "," + good, "--trust", "5:" + strings.Repeat("zz", 32)}, []string{"the hash of 64 hex digits"}},
		{"half a hash", []string{"--rpc", good + "," + good, "--trust", "5:" + strings.Repeat("cd", 16)}, []string{"the hash of 64 hex digits"}},
		{"no period", []string{"--rpc", good + "," + good, "--trust-period", "0s"}, []string{"--trust-period 0s: expected more than no time"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			home, _, err := join(t, append([]string{"--peers", somePeer, "--state-sync"}, tc.args...)...)
			for _, says := range tc.says {
				require.ErrorContains(t, err, says)
			}
			require.NoFileExists(t, filepath.Join(home, "config", "genesis.json"), "nothing was joined")
		})
	}
}

// Lists of peers come from the command line and from files, without the node itself. Each flag reaches its setting.
func TestJoinWritesItsFlags(t *testing.T) {
	list := filepath.Join(t.TempDir(), "peers.txt")
	require.NoError(t, os.WriteFile(list, []byte("\n"+somePeer+"\n\n"+otherPeer+"\n"), 0o600))
	home, out, err := join(t, "--peers", "@"+list, "--seeds", otherPeer, "--moniker", "amber one", "--listen", "10.0.0.9", "--serve", "127.0.0.5",
		"--address", "node.example:26656", "--private-network", "--block-time", "700ms", "--snapshot-interval", "50", "--keyring-backend", "file")
	require.NoError(t, err)
	require.Contains(t, out, home+": a full of amber-1, node id ")
	require.Contains(t, out, "2 peers")
	require.Contains(t, out, "Start it with: credenced start --home "+home+"\n")
	cfg, application := configs(t, home)
	require.Equal(t, somePeer+","+otherPeer, cfg.P2P.PersistentPeers)
	require.Equal(t, otherPeer, cfg.P2P.Seeds)
	require.Equal(t, "amber one", cfg.Moniker)
	require.Equal(t, "tcp://10.0.0.9:26656", cfg.P2P.ListenAddress)
	require.Equal(t, "tcp://127.0.0.5:26657", cfg.RPC.ListenAddress)
	require.Equal(t, "127.0.0.5:26660", cfg.Instrumentation.PrometheusListenAddr)
	require.Equal(t, "node.example:26656", cfg.P2P.ExternalAddress)
	require.True(t, cfg.P2P.AllowDuplicateIP)
	require.False(t, cfg.P2P.AddrBookStrict)
	require.Equal(t, 700*time.Millisecond, cfg.Consensus.TimeoutCommit)
	require.Equal(t, 50, application.GetInt("state-sync.snapshot-interval"))
	client := viper.New()
	client.SetConfigFile(filepath.Join(home, "config", "client.toml"))
	require.NoError(t, client.ReadInConfig())
	require.Equal(t, "file", client.GetString("keyring-backend"))
	require.Equal(t, "tcp://127.0.0.5:26657", client.GetString("node"))

	home, _, err = join(t, "--peers", somePeer)
	require.NoError(t, err)
	cfg, _ = configs(t, home)
	host, err := os.Hostname()
	require.NoError(t, err)
	require.Equal(t, host, cfg.Moniker)
}

// Joining again keeps the node's keys and writes the other files anew.
func TestJoinAgain(t *testing.T) {
	home, _, err := join(t, "--peers", somePeer)
	require.NoError(t, err)
	key, err := os.ReadFile(filepath.Join(home, "config", "node_key.json"))
	require.NoError(t, err)
	path, hash := someGenesis(t)
	_, err = run(t, Chain{}, "join", "--home", home, "--genesis", path, "--hash", hash, "--peers", otherPeer, "--role", "archive")
	require.NoError(t, err)
	same, err := os.ReadFile(filepath.Join(home, "config", "node_key.json"))
	require.NoError(t, err)
	require.Equal(t, key, same)
	cfg, application := configs(t, home)
	require.Equal(t, otherPeer, cfg.P2P.PersistentPeers)
	require.Equal(t, "nothing", application.GetString("pruning"))
	genesis, err := os.ReadFile(path)
	require.NoError(t, err)
	written, err := os.ReadFile(filepath.Join(home, "config", "genesis.json"))
	require.NoError(t, err)
	require.Equal(t, genesis, written, "byte by byte: its hash is compared")
}

func TestJoinRefuses(t *testing.T) {
	path, hash := someGenesis(t)
	noJSON := filepath.Join(t.TempDir(), "genesis.json")
	require.NoError(t, os.WriteFile(noJSON, []byte("<html>"), 0o600))
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	home := filepath.Join(t.TempDir(), "node")
	for _, tc := range []struct {
		name string
		args []string
		says string
	}{
		{"no genesis", []string{"--hash", hash}, `required flag(s) "genesis" not set`},
		{"no hash", []string{"--genesis", path}, `required flag(s) "hash" not set`},
		{"a genesis that is not there", []string{"--genesis", "gone.json", "--hash", hash}, "--genesis: open gone.json"},
		{"a server without it", []string{"--genesis", server.URL + "/genesis.json", "--hash", hash}, "--genesis: " + server.URL + "/genesis.json answers 404 Not Found"},
		{"a page in its place", []string{"--genesis", noJSON, "--hash", ceremony.HashOf([]byte("<html>"))}, "--genesis " + noJSON},
		{"another hash", []string{"--genesis", path, "--hash", "sha256:" + strings.Repeat("0", 64)}, "it is another network's, or was changed"},
		{"peers of no file", []string{"--genesis", path, "--hash", hash, "--peers", "@gone.txt"}, "--peers: open gone.txt"},
		{"seeds of no file", []string{"--genesis", path, "--hash", hash, "--seeds", "@gone.txt"}, "--seeds: open gone.txt"},
		{"a moniker that ends its text", []string{"--genesis", path, "--hash", hash, "--peers", somePeer, "--moniker", `a"b`}, `--moniker "a\"b"`},
		{"a validator to protect that is none", []string{"--genesis", path, "--hash", hash, "--peers", somePeer, "--role", "sentry", "--protect", "amber"}, `--protect "amber": expected the id of a node`},
		{"a home that is a file", []string{"--genesis", path, "--hash", hash, "--peers", somePeer, "--home", file}, file},
		{"an argument", []string{"--genesis", path, "--hash", hash, "genesis.json"}, "genesis.json"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := run(t, Chain{}, append([]string{"join", "--home", home}, tc.args...)...)
			require.ErrorContains(t, err, tc.says)
			require.NoFileExists(t, filepath.Join(home, "config", "genesis.json"))
		})
	}
}
