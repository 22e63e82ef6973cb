package network_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/cmd/credenced/setup"
	"github.com/credence-chain/credence/internal/cli"
)

// ends waits until a process ends by itself. It returns the exit status and the end of the log.
func ends(t *testing.T, cmd *exec.Cmd, n setup.Node) (status int, said string) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		var exit *exec.ExitError
		require.True(t, err == nil || errors.As(err, &exit), "%v", err)
	case <-time.After(4 * time.Minute):
		require.Fail(t, n.Moniker+" lives on")
	}
	bz, err := os.ReadFile(filepath.Join(n.Home, "log"))
	require.NoError(t, err)
	return cmd.ProcessState.ExitCode(), string(bz[max(0, len(bz)-6000):])
}

// A node has another state than the chain. It ends while it catches up and says so, instead of asking its peers for ever. Here its genesis
// has another coin.
func TestDivergedNodeEnds(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	binary := build(t)
	nodes := files(t, 1)
	start(t, binary, nodes[0])
	waitForHeight(t, nodes[0], 4)
	p := freePorts(t, 5)
	other := setup.Node{
		Home: filepath.Join(t.TempDir(), "other"), Moniker: "other", ChainID: nodes[0].ChainID, BlockTime: nodes[0].BlockTime,
		Ports: setup.Ports{P2P: p[0], RPC: p[1], GRPC: p[2], API: p[3], Prometheus: p[4]},
	}
	keys, err := nodes[0].MakeKeys()
	require.NoError(t, err)
	other.Peers = []string{nodes[0].PeerAddress(keys)}
	_, err = other.MakeKeys()
	require.NoError(t, err)
	require.NoError(t, other.WriteConfig())
	bz, err := os.ReadFile(filepath.Join(nodes[0].Home, "config", "genesis.json"))
	require.NoError(t, err)
	changed := altered(t, string(bz))
	require.NoError(t, os.WriteFile(filepath.Join(other.Home, "config", "genesis.json"), []byte(changed), 0o600))

	status, said := ends(t, start(t, binary, other), other)
	require.Equal(t, cli.ExitDiverged, status, "%s", said)
	require.Contains(t, said, "Error: this node's state differs from that of the chain: ")
	require.Contains(t, said, "Next: keep the folder")
}

// A validator's disk fills up. The validator ends with a status of its own and says so in a line, both when it sees the end of the space
// coming and when a write to its files fails.
func TestFullDiskEnds(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	binary := build(t)
	n := files(t, 1)[0]

	// The validator sees it coming.
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, "start", "--home", n.Home, "--min-free-disk", fmt.Sprint(uint64(1)<<40))
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	require.Equal(t, cli.ExitStorage, cmd.ProcessState.ExitCode(), "%s", out)
	require.Contains(t, string(out), "MiB free, expected at least")

	// A write fails. The validator has a small disk of its own, in a mount namespace, and this test fills the disk.
	disk := filepath.Join(t.TempDir(), "disk")
	require.NoError(t, os.Mkdir(disk, 0o700))
	mount := fmt.Sprintf("mount -t tmpfs -o size=64m none %[1]s && cp -r %[2]s/. %[1]s && exec %[3]s start --home %[1]s --log_no_color --min-free-disk 0", disk, n.Home, binary)
	if out, err := exec.Command("unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=1m", "none", disk).CombinedOutput(); err != nil {
		t.Skipf("this machine lets nobody mount: %s", out)
	}
	path := filepath.Join(n.Home, "log")
	log, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	defer log.Close()
	cmd = exec.Command("unshare", "-m", "sh", "-c", mount)
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	waitForHeight(t, n, 3)
	fill, err := os.Create(fmt.Sprintf("/proc/%d/root%s/fill", cmd.Process.Pid, disk))
	require.NoError(t, err)
	for chunk := make([]byte, 1<<16); err == nil; {
		_, err = fill.Write(chunk)
	}
	require.ErrorIs(t, err, syscall.ENOSPC)
	status, said := ends(t, cmd, n)
	require.Equal(t, cli.ExitStorage, status, "%s", said)
	require.Contains(t, said, "Error: the node can't write its files: ")
	require.Contains(t, said, "no space left on device")
	require.NoError(t, fill.Close())
	t.Logf("it said:\n%s", said[strings.LastIndex(said, "Error: "):])
}

// altered returns a genesis file with another parameter of x/tasks.
func altered(t *testing.T, text string) string {
	t.Helper()
	changed := regexp.MustCompile(`"court_fuel_per_block": ?"\d+"`).ReplaceAllString(text, `"court_fuel_per_block":"777"`)
	require.NotEqual(t, text, changed, "the genesis has no such parameter")
	return changed
}
