package footprint

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// TestCleanSpans: only spans of the program's own file are given back that cannot be written and have no changed page.
func TestCleanSpans(t *testing.T) {
	const smaps = `00400000-00500000 r-xp 00000000 fe:00 7 /opt/a worker
Rss:                1024 kB
Anonymous:             0 kB
00500000-00600000 r--p 00100000 fe:00 7 /opt/a worker
Anonymous:             4 kB
00600000-00700000 r--p 00200000 fe:00 7 /opt/a worker
Anonymous:             0 kB
00700000-00800000 rw-p 00300000 fe:00 7 /opt/a worker
Anonymous:             0 kB
00800000-00900000 r-xp 00000000 fe:00 8 /lib/libc.so.6
Anonymous:             0 kB
c000000000-c000400000 rw-p 00000000 00:00 0
Anonymous:             0 kB
VmFlags: rd ex
`
	spans, err := cleanSpans(strings.NewReader(smaps), "/opt/a worker")
	require.NoError(t, err)
	require.Equal(t, []span{{0x400000, 0x500000}, {0x600000, 0x700000}}, spans)
	_, err = cleanSpans(strings.NewReader("what is this\n"), "/opt/a worker")
	require.ErrorContains(t, err, "expected FROM-TO")
}

// TestGiveBack: the pages of the program leave the resident set, and the program goes on. So it is played in a process of its own, which
// may die of it.
func TestGiveBack(t *testing.T) {
	if os.Getenv("CREDENCE_TEST_GIVE_BACK") == "" {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestGiveBack$", "-test.v")
		cmd.Env = append(os.Environ(), "CREDENCE_TEST_GIVE_BACK=1")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		require.Contains(t, string(out), "--- PASS: TestGiveBack")
		return
	}
	before := residentOf(t)
	bytes, err := GiveBack()
	require.NoError(t, err)
	require.Greater(t, bytes, uint64(1<<20), "a test program has some MiB")
	after := residentOf(t)
	t.Logf("resident pages of files: %d KiB before, %d KiB after", before>>10, after>>10)
	require.Less(t, after, before)
	for range 3 { // code and constants come back
		_, err = GiveBack()
		require.NoError(t, err)
		_, err = cleanSpans(strings.NewReader("what is this\n"), "")
		require.Error(t, err)
	}
	require.NotEmpty(t, unix.ErrnoName(unix.EPERM))
}

// residentOf returns the bytes of files in this process's resident set.
func residentOf(t *testing.T) uint64 {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) == 3 && words[0] == "RssFile:" {
			n, err := strconv.ParseUint(words[1], 10, 64)
			require.NoError(t, err)
			return n << 10
		}
	}
	t.Fatal("/proc/self/status has no RssFile")
	return 0
}
