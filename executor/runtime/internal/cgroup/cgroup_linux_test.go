package cgroup

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/executor/runtime/internal/cgroup/cgrouptest"
)

// ownVariable makes this test binary print the group that OpenOwn finds, twice, and where it is itself then.
const ownVariable = "CREDENCE_TEST_OWN_GROUP"

func init() {
	if os.Getenv(ownVariable) == "" {
		return
	}
	for range 2 {
		fmt.Println(OpenOwn())
	}
	at, _ := os.ReadFile("/proc/self/cgroup")
	fmt.Print(string(at))
	os.Exit(0)
}

// TestOpenOwn: a process that is alone in its group moves into the leaf and can make groups beside it. If another one is there, it stays.
func TestOpenOwn(t *testing.T) {
	folder := cgrouptest.Folder(t)
	if _, err := os.Stat(filepath.Join(folder, "cgroup.controllers")); err != nil {
		t.Skip("the controller of memory is of version 1 here: a group of its own has to be named")
	}
	dir, err := os.Open(folder)
	require.NoError(t, err)
	defer dir.Close()
	in := &syscall.SysProcAttr{UseCgroupFD: true, CgroupFD: int(dir.Fd())}
	play := func() string {
		cmd := exec.Command("/proc/self/exe")
		cmd.Env, cmd.SysProcAttr = []string{ownVariable + "=1"}, in
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	other := exec.Command("/proc/self/exe", "-test.run=^TestSleep$")
	other.Env, other.SysProcAttr = []string{sleepVariable + "=1"}, in
	require.NoError(t, other.Start())
	require.Contains(t, play(), "other processes are in the control group "+folder)
	require.NoError(t, other.Process.Kill())
	_ = other.Wait()
	name := strings.TrimPrefix(folder, "/sys/fs/cgroup")
	require.Equal(t, folder+" <nil>\n"+folder+" <nil>\n0::"+name+"/"+leaf+"\n", play())
	require.NoError(t, os.Remove(filepath.Join(folder, leaf)))
}

// sleepVariable makes TestSleep sleep.
const sleepVariable = "CREDENCE_TEST_SLEEP"

// TestSleep is a process that does nothing, for other tests.
func TestSleep(t *testing.T) {
	if os.Getenv(sleepVariable) == "" {
		t.Skip("it is for other tests")
	}
	time.Sleep(time.Minute)
}

// TestFindOwn: the folder of a process's group follows from the kernel's tables, also inside of a container, and where version 1 is mounted
// beside version 2.
func TestFindOwn(t *testing.T) {
	const v2 = "30 24 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n"
	for name, tc := range map[string]struct{ mounts, groups, want string }{
		"a service":                   {v2, "0::/system.slice/credence-worker.service\n", "/sys/fs/cgroup/system.slice/credence-worker.service"},
		"in its leaf":                 {v2, "0::/system.slice/w.service/credence-worker\n", "/sys/fs/cgroup/system.slice/w.service"},
		"the root":                    {v2, "0::/\n", "/sys/fs/cgroup"},
		"beside version 1":            {"31 24 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n32 24 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n", "4:memory:/a\n0::/b\n", "/sys/fs/cgroup/unified/b"},
		"a container's mount":         {"30 24 0:26 /docker/ab /sys/fs/cgroup rw - cgroup2 cgroup rw\n", "0::/docker/ab/x\n", "/sys/fs/cgroup/x"},
		"a group beside what it sees": {"30 24 0:26 /docker/ab /sys/fs/cgroup rw - cgroup2 cgroup rw\n", "0::/docker/abc\n", ""},
		"a group above what it sees":  {"30 24 0:26 /docker/ab /sys/fs/cgroup rw - cgroup2 cgroup rw\n", "0::/..\n", ""},
		"version 1 alone":             {"31 24 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n", "4:memory:/a\n", ""},
		"not mounted":                 {"", "0::/a\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			mounts, groups := filepath.Join(folder, "mounts"), filepath.Join(folder, "groups")
			require.NoError(t, os.WriteFile(mounts, []byte(tc.mounts), 0o600))
			require.NoError(t, os.WriteFile(groups, []byte(tc.groups), 0o600))
			got, err := findOwn(mounts, groups)
			require.Equal(t, tc.want == "", err != nil, "%v", err)
			require.Equal(t, tc.want, got)
		})
	}
}

// TestOtherProcesses: a process does not leave its group if others stay there, and says who is in the way.
func TestOtherProcesses(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "cgroup.procs"), fmt.Appendf(nil, "1\n%d\n", os.Getpid()), 0o600))
	require.ErrorContains(t, (&Parent{folder: folder}).moveToLeaf(), "other processes are in the control group "+folder)
	require.NoDirExists(t, filepath.Join(folder, leaf))
}

// TestNoController: a group of version 2 without the controller of memory is refused in words, and so is a folder that is no group.
func TestNoController(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "cgroup.controllers"), []byte("cpu pids\n"), 0o600))
	_, err := OpenFolder(folder)
	require.ErrorContains(t, err, `has no controller of memory, only ["cpu" "pids"]`)
	_, err = OpenFolder(t.TempDir())
	require.ErrorIs(t, err, os.ErrNotExist)
}

// TestLeftovers: the groups of processes that have ended are removed when a parent is opened, and those of living ones stay.
func TestLeftovers(t *testing.T) {
	folder := cgrouptest.Folder(t)
	ended := exec.Command("/proc/self/exe", "-test.run=^$")
	require.NoError(t, ended.Run())
	names := map[string]bool{ // whether it stays
		prefix + strconv.Itoa(ended.Process.Pid) + "-1": false,
		prefix + strconv.Itoa(os.Getpid()) + "-999999":  false, // of an earlier process with this number
		prefix + strconv.Itoa(os.Getppid()) + "-1":      true,
		"another": true,
	}
	for name := range names {
		require.NoError(t, os.Mkdir(filepath.Join(folder, name), 0o755))
	}
	_, err := OpenFolder(folder)
	require.NoError(t, err)
	for name, stays := range names {
		_, err := os.Stat(filepath.Join(folder, name))
		require.Equal(t, stays, err == nil, name)
		_ = os.Remove(filepath.Join(folder, name))
	}
}

// TestGroup: a group has the limit that was asked for, takes a process, and is removed with it.
func TestGroup(t *testing.T) {
	folder := cgrouptest.Folder(t)
	p, err := OpenFolder(folder)
	require.NoError(t, err)
	require.Equal(t, folder, p.String())
	g, err := p.New(Limits{Memory: 96 << 20, Threads: 50})
	require.NoError(t, err)
	file := "memory.max"
	if p.first {
		file = "memory.limit_in_bytes"
	}
	require.EqualValues(t, 96<<20, Counter(filepath.Join(g.folder, file), ""))
	if p.pids {
		require.EqualValues(t, 50, Counter(filepath.Join(g.folder, "pids.max"), ""))
	}
	cmd := exec.Command("/proc/self/exe", "-test.run=^TestSleep$")
	cmd.Env = []string{sleepVariable + "=1"}
	require.NoError(t, cmd.Start())
	require.NoError(t, g.Add(cmd.Process.Pid))
	processes, err := readWords(filepath.Join(g.folder, "cgroup.procs"))
	require.NoError(t, err)
	require.Equal(t, []string{strconv.Itoa(cmd.Process.Pid)}, processes)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	require.NoError(t, g.Remove())
	require.Error(t, <-ended, "it was killed")
	require.NoDirExists(t, g.folder)
	require.False(t, g.Killed(), "it was not killed by the kernel")
}
