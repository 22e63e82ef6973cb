// Package network runs real validators: the built binary, one process each, on the loopback interface.
package network_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/credenced/setup"
	"github.com/credence-chain/credence/testutil/port"
)

// Four validators reach the same app hash. One of them is killed, and the three others go on. After a new start it catches up.
func TestFourValidators(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	binary := build(t)
	nodes := files(t, 4)
	procs := make([]*exec.Cmd, len(nodes))
	for i, n := range nodes {
		procs[i] = start(t, binary, n)
	}
	for _, n := range nodes {
		waitForHeight(t, n, 5)
	}
	requireSameHash(t, nodes, 5)

	kill(t, procs[3])
	reached := waitForHeight(t, nodes[0], height(nodes[0])+5)
	procs[3] = start(t, binary, nodes[3])
	waitForHeight(t, nodes[3], reached)
	requireSameHash(t, nodes, reached)

	// It takes part again. With another validator down, three of four are left, and the chain needs all of them.
	kill(t, procs[0])
	reached = waitForHeight(t, nodes[1], height(nodes[1])+5)
	requireSameHash(t, nodes[1:], reached)
}

// A validator without a readable beacon key refuses to start and says why. A node without a seat needs no beacon key.
func TestBeaconKeyIsRequired(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	binary := build(t)
	n := files(t, 1)[0]
	key := setup.BeaconKeyFile(n.Home)
	refuses := func(why string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		out, err := exec.CommandContext(ctx, binary, "start", "--home", n.Home).CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(out), "Error: this node holds the seat of val-1")
		require.Contains(t, string(out), why)
		require.NotContains(t, string(out), "goroutine")
	}
	require.NoError(t, os.Chmod(key, 0o644))
	refuses("0600")
	require.NoError(t, os.Rename(key, key+".away"))
	refuses("no such file")
	_, err := n.MakeKeys() // this makes another key
	require.NoError(t, err)
	refuses("whose beacon key is")
	require.NoError(t, os.Remove(key))
	// A full node has the same files but another consensus key.
	require.NoError(t, os.Remove(filepath.Join(n.Home, "config", "priv_validator_key.json")))
	require.NoError(t, os.Remove(filepath.Join(n.Home, "data", "priv_validator_state.json")))
	start(t, binary, n)
	require.Eventually(t, func() bool { return height(n) == 0 }, 2*time.Minute, 200*time.Millisecond, "it answers, without blocks")
}

// build returns the binary under test: that of CREDENCED, or one that is built here.
func build(t *testing.T) string { return buildAs(t, "CREDENCED") }

// buildAs returns the binary that a variable of the environment names, or one that is built here with these flags.
func buildAs(t *testing.T, variable string, flags ...string) string {
	t.Helper()
	if path := os.Getenv(variable); path != "" {
		return path
	}
	path := filepath.Join(t.TempDir(), "credenced")
	args := append(append([]string{"build", "-o", path}, flags...), "github.com/credence-chain/credence/cmd/credenced")
	out, err := exec.Command("go", args...).CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}

func files(t *testing.T, n int) []setup.Node { return filesOf(t, n, func(*setup.Testnet) {}) }

func filesOf(t *testing.T, n int, edit func(*setup.Testnet)) []setup.Node {
	t.Helper()
	a := app.New(log.NewNopLogger(), dbm.NewMemDB(), false, nothing{}, app.Options{})
	net := setup.Testnet{
		Dir: filepath.Join(t.TempDir(), "net"), ChainID: "credence-net", BlockTime: 200 * time.Millisecond,
		Funds: 1_000_000, Defaults: a.DefaultGenesis(),
	}
	for range n {
		p := freePorts(t, 5)
		net.Ports = append(net.Ports, setup.Ports{P2P: p[0], RPC: p[1], GRPC: p[2], API: p[3], Prometheus: p[4]})
	}
	edit(&net)
	nodes, err := net.Write()
	require.NoError(t, err)
	return nodes
}

type nothing struct{}

func (nothing) Get(string) any { return nil }

func freePorts(t *testing.T, n int) (ports []int) {
	t.Helper()
	for range n {
		ports = append(ports, port.Free(t))
	}
	return ports
}

func start(t *testing.T, binary string, n setup.Node, more ...string) *exec.Cmd {
	t.Helper()
	return launch(t, n, exec.Command(binary, append([]string{"start", "--home", n.Home, "--log_no_color"}, more...)...))
}

// launch starts the command that runs a node, until the test ends.
func launch(t *testing.T, n setup.Node, cmd *exec.Cmd) *exec.Cmd {
	t.Helper()
	path := filepath.Join(n.Home, "log")
	out, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	cmd.Stdout, cmd.Stderr = out, out
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_, _ = cmd.Process.Wait()
		_ = out.Close()
		if t.Failed() {
			bz, _ := os.ReadFile(path)
			t.Logf("%s ends with:\n%s", n.Moniker, bz[max(0, len(bz)-3000):])
		}
	})
	return cmd
}

// kill ends a process as a power cut would.
func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	require.NoError(t, cmd.Process.Kill())
	_, _ = cmd.Process.Wait()
}

// get asks a node's RPC. It returns false while the node does not answer.
func get(n setup.Node, path string, into any) bool {
	c := http.Client{Timeout: 10 * time.Second}
	res, err := c.Get(fmt.Sprintf("http://127.0.0.1:%d/%s", n.Ports.RPC, path))
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return json.NewDecoder(res.Body).Decode(&struct {
		Result any `json:"result"`
	}{into}) == nil
}

// height returns a node's height, or -1 while it does not answer.
func height(n setup.Node) int64 {
	var status struct {
		SyncInfo struct {
			Height string `json:"latest_block_height"`
		} `json:"sync_info"`
	}
	if !get(n, "status", &status) {
		return -1
	}
	h, err := strconv.ParseInt(status.SyncInfo.Height, 10, 64)
	if err != nil {
		return -1
	}
	return h
}

// dial connects to a node's gRPC, which begins to listen after the node makes blocks.
func dial(ctx context.Context, t *testing.T, n setup.Node) *client.Conn {
	t.Helper()
	var conn *client.Conn
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		var err error
		conn, err = client.Dial(ctx, []string{fmt.Sprintf("127.0.0.1:%d", n.Ports.GRPC)}, n.ChainID)
		require.NoError(c, err)
	}, time.Minute, 50*time.Millisecond)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func waitForHeight(t *testing.T, n setup.Node, want int64) int64 {
	t.Helper()
	require.Eventually(t, func() bool { return height(n) >= want }, 5*time.Minute, 100*time.Millisecond,
		"%s does not reach height %d", n.Moniker, want)
	return want
}

func requireSameHash(t *testing.T, nodes []setup.Node, at int64) {
	t.Helper()
	var first string
	for i, n := range nodes {
		var commit struct {
			SignedHeader struct {
				Header struct {
					AppHash string `json:"app_hash"`
				} `json:"header"`
			} `json:"signed_header"`
		}
		waitForHeight(t, n, at) // the other nodes may be ahead of it
		require.True(t, get(n, fmt.Sprintf("commit?height=%d", at), &commit))
		hash := commit.SignedHeader.Header.AppHash
		require.Len(t, hash, 64)
		if i == 0 {
			first = hash
		}
		require.Equal(t, first, hash, "app hash of %s at %d", n.Moniker, at)
	}
}
