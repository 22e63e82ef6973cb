package acceptance

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/devnet"
	"github.com/credence-chain/credence/testutil/memory"
)

var largeMiB = flag.Uint64("large.mib", 200, "size of the result of TestLargeOutput, in MiB; at most 1024, what a chain allows by default")

// mostGrowth is how much more memory a process may need at its peak for a large result than for a small one.
const mostGrowth = 64 << 20

// pieces assembles an app that writes a file of so many MiB, of which each begins with its number, counted down to 1.
func pieces(mib uint64) []byte {
	const open, write = 0, 1
	const counter, subtract, buffer = 64, 0x6b, 1 << 16
	trap := []byte{0x04, 0x40, 0x00, 0x0b} // unreachable, if the call failed
	again := []byte{0x0d, 0x00}            // br_if 0
	return assemble(17, "out/result", []string{"path_open", "fd_write"},
		i32(3), i32(0), i32(1024), i32(10), i32(1|8), i64(1<<6), i64(0), i32(0), i32(16), call(open), trap,
		i32(32), i32(buffer), store(0), i32(32), i32(1<<20), store(4),
		i32(counter), i32(int64(mib)), store(0),
		[]byte{0x03, 0x40}, // loop
		i32(buffer), i32(counter), load(0), store(0),
		i32(4), i32(32), i32(1), i32(20), call(write), trap,
		i32(counter), i32(counter), load(0), i32(1), []byte{subtract}, store(0),
		i32(counter), load(0), again,
		[]byte{0x0b})
}

// digestOfPieces is the SHA-256 of the file that pieces writes.
func digestOfPieces(mib uint64) string {
	sum, piece := sha256.New(), make([]byte, 1<<20)
	for i := mib; i > 0; i-- {
		binary.LittleEndian.PutUint32(piece, uint32(i))
		sum.Write(piece)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// TestLargeOutput: a large result runs from disk. It goes from the child through the workers' stores and servers into the requester's folder.
// Workers and the requester's command need little more memory for it than for a small one, and what the run took of the disk is free afterwards.
func TestLargeOutput(t *testing.T) {
	n := start(t, 15*time.Minute, devnet.Options{Workers: 3})
	folder := t.TempDir()
	run := func(mib uint64, more ...string) (peak int64, out string) {
		t.Helper()
		app := filepath.Join(folder, fmt.Sprintf("pieces-%d.wasm", mib))
		require.NoError(t, os.WriteFile(app, pieces(mib), 0o600))
		out = filepath.Join(folder, fmt.Sprint(mib))
		cmd := exec.CommandContext(n.ctx, filepath.Join(binaries, "credenced"), append([]string{
			"run", app, "--policy", "quorum", "--fuel", "10G", "--progress", "plain", "--out", out}, more...)...)
		cmd.Env = append(os.Environ(), devnet.EnvInfo+"="+filepath.Join(n.Info.State, devnet.InfoFile))
		said, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", said)
		return cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10, out
	}
	peaks := func() (list []uint64) {
		for _, w := range n.Info.Workers {
			list = append(list, memory.Of(t, n.Worker(w.Organisation).PID(), "VmHWM"))
		}
		return list
	}
	small, _ := run(1)
	before := peaks()
	begin := time.Now()
	large, out := run(*largeMiB, "--disk", fmt.Sprintf("%dMiB", *largeMiB))
	t.Logf("%d MiB after %s; the command: %d MiB at its peak, %d for a small result", *largeMiB, time.Since(begin).Round(time.Second), large>>20, small>>20)

	file, err := os.Open(filepath.Join(out, "result"))
	require.NoError(t, err)
	defer file.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, file)
	require.NoError(t, err)
	require.Equal(t, digestOfPieces(*largeMiB), hex.EncodeToString(sum.Sum(nil)))
	require.Less(t, large-small, int64(mostGrowth), "of the requester's command")
	for i, peak := range peaks() {
		t.Logf("worker %s: %d MiB at its peak, %d before", n.Info.Workers[i].Organisation, peak>>20, before[i]>>20)
		require.Less(t, int64(peak)-int64(before[i]), int64(mostGrowth), "of worker %s", n.Info.Workers[i].Organisation)
	}

	// What was on the way lay in files without a name. The worker closed them when its store had the result, before it committed.
	for _, w := range n.Info.Workers {
		require.Eventually(t, func() bool { return unnamedBytes(t, n.Worker(w.Organisation).PID()) == 0 }, time.Minute, 100*time.Millisecond,
			"bytes of files without a name that worker %s has open", w.Organisation)
	}
}

// unnamedBytes returns how much of the disk the files without a name take that a process has open.
func unnamedBytes(t *testing.T, pid int) (total int64) {
	t.Helper()
	links, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	require.NoError(t, err)
	for _, link := range links {
		info, err := os.Stat(link)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		if stat := info.Sys().(*syscall.Stat_t); stat.Nlink == 0 {
			total += stat.Blocks * 512
		}
	}
	return total
}
