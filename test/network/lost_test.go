package network_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/cmd/credenced/setup"
	"github.com/credence-chain/credence/internal/cli"
)

// TestNodeEndsWithAReason: a validator whose disk is full ends, says so, and has the status of it, while the others go on. With
// room again it goes on where it stopped, and signs.
func TestNodeEndsWithAReason(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	binary, nodes := build(t), files(t, 4)
	full := nodes[3]
	data := filepath.Join(full.Home, "data")
	smallDisk(t, data, 48<<20)
	procs := make([]*exec.Cmd, len(nodes))
	for i, n := range nodes {
		procs[i] = start(t, binary, n)
	}
	for _, n := range nodes {
		waitForHeight(t, n, 3)
	}

	ballast := filepath.Join(data, "ballast")
	fill(t, ballast)
	require.Equal(t, cli.ExitDiskFull, status(t, procs[3]))
	log, err := os.ReadFile(filepath.Join(full.Home, "log"))
	require.NoError(t, err)
	end := string(log[max(0, len(log)-1000):])
	require.Contains(t, end, "Error: the disk is full: ")
	require.Contains(t, end, "Next: make room")
	reached := waitForHeight(t, nodes[0], height(nodes[0])+5)

	require.NoError(t, os.Remove(ballast))
	start(t, binary, full)
	waitForHeight(t, full, reached)
	requireSameHash(t, nodes, reached)
	signs(t, nodes[0], addressOf(t, full))
}

// TestLostDataFolder: a validator whose data folder is gone does not start, and says what to do; after that it starts from the others' blocks, signs
// no height that it may have signed before, and then signs again.
func TestLostDataFolder(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	binary, nodes := build(t), files(t, 4)
	procs := make([]*exec.Cmd, len(nodes))
	for i, n := range nodes {
		procs[i] = start(t, binary, n)
	}
	waitForHeight(t, nodes[0], 5)
	lost := nodes[2]
	kill(t, procs[2])
	require.NoError(t, os.RemoveAll(filepath.Join(lost.Home, "data")))
	out, err := exec.Command(binary, "start", "--home", lost.Home).CombinedOutput()
	require.Error(t, err, "it would sign heights again")
	require.Contains(t, string(out), "credenced network recover")

	gone := height(nodes[0])
	rpc := func(n setup.Node) string { return fmt.Sprintf("http://127.0.0.1:%d", n.Ports.RPC) }
	out, err = exec.Command(binary, "network", "recover", "--home", lost.Home, "--rpc", rpc(nodes[0])+","+rpc(nodes[1])).CombinedOutput()
	require.NoError(t, err, string(out))
	start(t, binary, lost)
	signs(t, nodes[0], addressOf(t, lost))
	first := firstSigned(t, nodes[0], addressOf(t, lost), gone+1)
	require.Greater(t, first, gone+10, "before that it may have signed")
	reached := waitForHeight(t, lost, height(nodes[0]))
	requireSameHash(t, nodes, reached)
}

// smallDisk puts a file system of a size over a folder, with what is in it.
func smallDisk(t *testing.T, dir string, size int) {
	t.Helper()
	aside := dir + ".aside"
	require.NoError(t, os.Rename(dir, aside))
	require.NoError(t, os.Mkdir(dir, 0o700))
	if err := syscall.Mount("none", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		t.Skipf("mounting a small disk: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	require.NoError(t, os.CopyFS(dir, os.DirFS(aside)))
}

// fill writes a file until there is no more room.
func fill(t *testing.T, path string) {
	t.Helper()
	file, err := os.Create(path)
	require.NoError(t, err)
	defer file.Close()
	for _, size := range []int{1 << 20, 4096, 1} {
		for block := make([]byte, size); ; {
			if _, err := file.Write(block); err != nil {
				require.ErrorIs(t, err, syscall.ENOSPC)
				break
			}
		}
	}
}

// status waits for a process to end by itself.
func status(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	done := make(chan int, 1)
	go func() {
		state, err := cmd.Process.Wait()
		if err != nil {
			done <- -1
			return
		}
		done <- state.ExitCode()
	}()
	select {
	case code := <-done:
		return code
	case <-time.After(2 * time.Minute):
		require.FailNow(t, "the node does not end")
		return -1
	}
}

func addressOf(t *testing.T, n setup.Node) string {
	t.Helper()
	keys, err := n.SeatKeys(n.Moniker)
	require.NoError(t, err)
	return address(keys)
}

// firstSigned is the first height from one on whose commit has a validator's signature.
func firstSigned(t *testing.T, n setup.Node, who string, from int64) int64 {
	t.Helper()
	for h := from; h < height(n); h++ {
		var res struct {
			SignedHeader struct {
				Commit struct {
					Signatures []struct {
						Address string `json:"validator_address"`
					} `json:"signatures"`
				} `json:"commit"`
			} `json:"signed_header"`
		}
		require.True(t, get(n, fmt.Sprintf("commit?height=%d", h), &res))
		for _, s := range res.SignedHeader.Commit.Signatures {
			if s.Address == who {
				return h
			}
		}
	}
	require.FailNow(t, "it signed nothing")
	return 0
}
