package wasm

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/conformance"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/foreigncall"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/testapps"
)

// probeVariable is the variable that gives this test binary a role. In its role the binary tries what a child must not do.
const probeVariable = "CREDENCE_TEST_PROBE"

// homeVariable names the home folder of a worker, with a key.
const homeVariable = "CREDENCE_TEST_HOME"

func init() {
	switch os.Getenv(probeVariable) {
	case "":
		return
	case "operations":
		probe()
	case "native code, free":
		tryForeign()
	case "native code, compiling":
		fmt.Println("confine", confineProcess())
		playNative()
		tryKey(os.Getenv(homeVariable))
	case "native code, running":
		fmt.Println("confine", confineProcess())
		fmt.Println("files", confineFiles())
		playNative()
		tryDisk()
	}
	os.Exit(0)
}

// playProbe runs this test binary in one of the roles above, and returns its output.
func playProbe(t *testing.T, role string) string {
	t.Helper()
	return playWith(t, role, "", (*exec.Cmd).Start)
}

// playWith does it with another way of starting, and with a home folder of a worker.
func playWith(t *testing.T, role, home string, start func(*exec.Cmd) error) string {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = []string{probeVariable + "=" + role, homeVariable + "=" + home}
	var out bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(""), &out, &out // all of them pipes, as those of a child
	if err := start(cmd); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	if strings.Contains(out.String(), "seccomp:") {
		t.Skipf("this system has no seccomp filters:\n%s", &out)
	}
	return out.String()
}

func probe() {
	network, program := try()
	fmt.Println("before", network, program)
	fmt.Println("confine", confineProcess())
	network, program = try()
	fmt.Println("network, program", network, program)
	fmt.Println("limit", setLimits(request{CPUMax: 5, AddressMax: 4 << 30}))
	_, err := os.Stat("/")
	fmt.Println("stat", err)
	f, err := os.CreateTemp("", "probe-*")
	if err == nil {
		_, err = f.Write([]byte("x"))
		os.Remove(f.Name())
	}
	fmt.Println("write without a cache", errors.Is(err, unix.EFBIG))
	fmt.Println("files", confineFiles())
	_, err = os.Open("/etc/passwd")
	fmt.Println("open", errors.Is(err, fs.ErrPermission))
}

// try returns whether it could open a socket and whether it could start another program.
func try() (network, program bool) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		l.Close()
	}
	return err == nil, exec.Command("/bin/true").Run() == nil
}

func TestConfined(t *testing.T) {
	out := playProbe(t, "operations")
	want := `before true true
confine <nil>
network, program false false
limit <nil>
stat <nil>
write without a cache true
files <nil>
open true
`
	if out != want {
		t.Errorf("got\n%swant\n%s", out, want)
	}
}

// Numbers of 32-bit calls on amd64, and the bit that marks a call of the x32 table.
const (
	foreignFork, foreignGetpid, foreignSocketcall, foreignClone, foreignVfork, foreignSocket = 2, 20, 102, 120, 190, 359
	x32Bit                                                                                   = 0x40000000
)

// callForeign makes a 32-bit call. known is false where the kernel or the machine has none and faults.
func callForeign(number, a, b, c uint32) (got int32, known bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if recover() != nil {
			known = false
		}
	}()
	return foreigncall.Do(number, a, b, c), true
}

// noForeign is printed where there are no 32-bit calls. They need no filter there.
const noForeign = "this machine has no 32-bit calls"

// tryForeign makes harmless 32-bit calls. They reach the kernel when no filter stops them.
func tryForeign() {
	if !foreigncall.Have {
		return
	}
	pid, known := callForeign(foreignGetpid, 0, 0, 0)
	if !known {
		fmt.Println(noForeign)
		return
	}
	fmt.Println("own pid", int(pid) == os.Getpid())
	socket, _ := callForeign(foreignSocket, unix.AF_INET, unix.SOCK_STREAM, 0)
	fmt.Println("a socket", socket > 2)
}

// playNative acts like machine code that got into the child. It calls the kernel in every way there is, without the help of Go or a C
// library. For each call it prints whether the kernel refused it.
func playNative() {
	if foreigncall.Have {
		for name, call := range map[string][4]uint32{
			"getpid": {foreignGetpid}, "socket": {foreignSocket, unix.AF_INET, unix.SOCK_STREAM}, "socketcall": {foreignSocketcall, 1},
			"fork": {foreignFork}, "vfork": {foreignVfork}, "clone": {foreignClone, uint32(unix.SIGCHLD)},
		} {
			got, known := callForeign(call[0], call[1], call[2], call[3])
			if known && got == 0 { // this is a forked child: end at once
				unix.Exit(1)
			}
			fmt.Println("int80", name, !known || unix.Errno(-got) == unix.EPERM)
		}
		for name, number := range map[string]uintptr{"getpid": unix.SYS_GETPID, "socket": unix.SYS_SOCKET, "execve": unix.SYS_EXECVE, "ptrace": 521} {
			_, _, errno := unix.RawSyscall(x32Bit|number, unix.AF_INET, unix.SOCK_STREAM, 0)
			fmt.Println("x32", name, errno == unix.ENOSYS || errno == unix.EPERM)
		}
	}
	self := uintptr(os.Getpid())
	for name, call := range map[string][4]uintptr{
		"socket": {unix.SYS_SOCKET, unix.AF_INET, unix.SOCK_STREAM}, "unix socket": {unix.SYS_SOCKET, unix.AF_UNIX, unix.SOCK_STREAM},
		"socketpair": {unix.SYS_SOCKETPAIR, unix.AF_UNIX, unix.SOCK_STREAM}, "connect": {unix.SYS_CONNECT, 1}, "bind": {unix.SYS_BIND, 1},
		"sendmsg": {unix.SYS_SENDMSG, 1}, "recvmsg": {unix.SYS_RECVMSG, 0},
		"clone of a process": {unix.SYS_CLONE, uintptr(unix.SIGCHLD)}, "clone into a user namespace": {unix.SYS_CLONE, unix.CLONE_THREAD | unix.CLONE_NEWUSER},
		"execve": {unix.SYS_EXECVE}, "execveat": {unix.SYS_EXECVEAT, ^uintptr(0)},
		"kill": {unix.SYS_KILL, self}, "kill of the parent": {unix.SYS_KILL, uintptr(os.Getppid())}, "tkill": {unix.SYS_TKILL, self},
		"tgkill of the parent": {unix.SYS_TGKILL, uintptr(os.Getppid()), uintptr(os.Getppid())}, "rt_sigqueueinfo": {unix.SYS_RT_SIGQUEUEINFO, self},
		"pidfd_open": {unix.SYS_PIDFD_OPEN, self}, "pidfd_getfd": {unix.SYS_PIDFD_GETFD, 0}, "process_vm_readv": {unix.SYS_PROCESS_VM_READV, self},
		"process_vm_writev": {unix.SYS_PROCESS_VM_WRITEV, self}, "kcmp": {unix.SYS_KCMP, self, self},
		"prlimit64 of the parent": {unix.SYS_PRLIMIT64, uintptr(os.Getppid())}, "setpriority": {unix.SYS_SETPRIORITY},
		"mount": {unix.SYS_MOUNT}, "umount2": {unix.SYS_UMOUNT2}, "chroot": {unix.SYS_CHROOT}, "pivot_root": {unix.SYS_PIVOT_ROOT},
		"unshare": {unix.SYS_UNSHARE}, "setns": {unix.SYS_SETNS}, "bpf": {unix.SYS_BPF, 99}, "perf_event_open": {unix.SYS_PERF_EVENT_OPEN},
		"userfaultfd": {unix.SYS_USERFAULTFD}, "io_uring_setup": {unix.SYS_IO_URING_SETUP}, "io_uring_enter": {unix.SYS_IO_URING_ENTER},
		"keyctl": {unix.SYS_KEYCTL, 99}, "add_key": {unix.SYS_ADD_KEY}, "request_key": {unix.SYS_REQUEST_KEY},
		"memfd_create": {unix.SYS_MEMFD_CREATE}, "shmget": {unix.SYS_SHMGET}, "msgget": {unix.SYS_MSGGET, 1}, "semget": {unix.SYS_SEMGET, 1},
		"setuid": {unix.SYS_SETUID, uintptr(os.Getuid())}, "setpgid": {unix.SYS_SETPGID}, "setsid": {unix.SYS_SETSID},
		"ioctl": {unix.SYS_IOCTL, 0}, "dup": {unix.SYS_DUP, 1}, "chmod": {unix.SYS_FCHMODAT, 99}, "mknod": {unix.SYS_MKNODAT, 99},
		"symlink": {unix.SYS_SYMLINKAT, 0, 99}, "link": {unix.SYS_LINKAT, 99}, "inotify_init1": {unix.SYS_INOTIFY_INIT1}, "fanotify_init": {unix.SYS_FANOTIFY_INIT},
		"prctl": {unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 1}, "personality": {unix.SYS_PERSONALITY, 0xffffffff}, "timerfd_create": {unix.SYS_TIMERFD_CREATE, 99},
		"open_by_handle_at": {unix.SYS_OPEN_BY_HANDLE_AT, 99}, "openat2": {unix.SYS_OPENAT2, 99}, "landlock_restrict_self": {unix.SYS_LANDLOCK_RESTRICT_SELF, 99},
		"mseal": {462, 1}, "one that no kernel has": {1999},
	} {
		_, _, errno := unix.RawSyscall6(call[0], call[1], call[2], call[3], 0, 0, 0)
		fmt.Println("call", name, errno == unix.EPERM)
	}
	_, _, errno := unix.RawSyscall(unix.SYS_CLONE3, 0, 0, 0)
	fmt.Println("call clone3", errno == unix.ENOSYS)
}

// tryDisk makes the calls that only compilation needs.
func tryDisk() {
	name := uintptr(unsafe.Pointer(&[]byte("/etc/passwd\x00")[0]))
	for what, call := range map[string][3]uintptr{
		"openat": {unix.SYS_OPENAT, uintptr(^uint(99)), name}, "readlinkat": {unix.SYS_READLINKAT, 99, name}, "unlinkat": {unix.SYS_UNLINKAT, 99, name},
		"mkdirat": {unix.SYS_MKDIRAT, 99, name}, "ftruncate": {unix.SYS_FTRUNCATE, 99}, "fchmod": {unix.SYS_FCHMOD, 99}, "getdents64": {unix.SYS_GETDENTS64, 99},
		"prlimit64": {unix.SYS_PRLIMIT64, 0}, "seccomp": {unix.SYS_SECCOMP, 1},
	} {
		_, _, errno := unix.RawSyscall(call[0], call[1], call[2], 0)
		fmt.Println("disk", what, errno == unix.EPERM)
	}
}

// tryKey tries to get at the key and the secret in the home folder of a worker, and at the rest of the disk, in every way that the
// filter of system calls leaves open while a module is compiled.
func tryKey(home string) {
	text := func(s string) uintptr { return uintptr(unsafe.Pointer(&append([]byte(s), 0)[0])) }
	const here = ^uintptr(99) // AT_FDCWD
	cwd := here
	open := func(path string, flags uintptr) unix.Errno {
		fd, _, errno := unix.RawSyscall6(unix.SYS_OPENAT, cwd, text(path), flags|unix.O_CLOEXEC, 0o600, 0, 0)
		if errno == 0 {
			unix.RawSyscall(unix.SYS_CLOSE, fd, 0, 0)
		}
		return errno
	}
	rename := func(from, to string) unix.Errno {
		_, _, errno := unix.RawSyscall6(unix.SYS_RENAMEAT, cwd, text(from), cwd, text(to), 0, 0)
		return errno
	}
	compiled := home + "/cache/compiled/"
	refused := func(errno unix.Errno) bool { return errno == unix.EACCES || errno == unix.EPERM || errno == unix.EXDEV }
	for _, name := range []string{"/key", "/secret"} {
		fmt.Println("key: reading of", name, refused(open(home+name, unix.O_RDONLY)))
		fmt.Println("key: writing of", name, refused(open(home+name, unix.O_WRONLY)))
		fmt.Println("key: truncation of", name, refused(open(home+name, unix.O_RDONLY|unix.O_TRUNC)))
		fmt.Println("key: renaming into the cache", name, refused(rename(home+name, compiled+"moved")))
		_, _, errno := unix.RawSyscall(unix.SYS_UNLINKAT, cwd, text(home+name), 0)
		fmt.Println("key: removal of", name, refused(errno))
		// A descriptor that only names the file is not refused. It must not lead to the content.
		fd, _, errno := unix.RawSyscall6(unix.SYS_OPENAT, cwd, text(home+name), unix.O_PATH, 0, 0, 0)
		fmt.Println("key: reading through /proc/self/fd of", name, errno != 0 || refused(open(fmt.Sprintf("/proc/self/fd/%d", fd), unix.O_RDONLY)))
	}
	for what, path := range map[string]string{
		"the home folder": home, "the folder of other caches": home + "/cache", "containers": home + "/cache/oci/file", "the root": "/",
		"accounts": "/etc/passwd", "its own memory": "/proc/self/mem", "the memory of the parent": fmt.Sprintf("/proc/%d/mem", os.Getppid()),
		"a disguised path": compiled + "../../key", "a link in the cache": compiled + "link",
	} {
		fmt.Println("key: reading of", what, refused(open(path, unix.O_RDONLY)))
	}
	fmt.Println("key: a new file beside it", refused(open(home+"/new", unix.O_WRONLY|unix.O_CREAT)))
	fmt.Println("cache: a new file", open(compiled+"new", unix.O_WRONLY|unix.O_CREAT) == 0)
	fmt.Println("cache: renaming it", rename(compiled+"new", compiled+"named") == 0)
	fmt.Println("cache: reading it", open(compiled+"named", unix.O_RDONLY) == 0)
}

// plantHome makes the home folder of a worker, with a key, a secret, and files of other runtimes.
func plantHome(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	for _, folder := range []string{"cache/compiled", "cache/oci"} {
		if err := os.MkdirAll(filepath.Join(home, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"key", "secret", "cache/oci/file"} {
		if err := os.WriteFile(filepath.Join(home, name), []byte("planted"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(home, "key"), filepath.Join(home, "cache/compiled/link")); err != nil {
		t.Fatal(err)
	}
	return home
}

// startLikeAChild starts a command as the runtime of a worker with this home folder starts its children.
func startLikeAChild(t *testing.T, home string) func(*exec.Cmd) error {
	t.Helper()
	r, err := New(Config{CacheDir: filepath.Join(home, "cache")})
	if err != nil {
		t.Fatal(err)
	}
	return func(cmd *exec.Cmd) error {
		end, err := r.startChild(cmd)
		if err != nil && strings.Contains(err.Error(), "landlock") {
			t.Skipf("this kernel has no Landlock: %v", err)
		}
		if err == nil {
			t.Cleanup(end)
		}
		return err
	}
}

// TestNativeCode: machine code in the child reaches no network, no other process and no other program. While the module is compiled, it
// reaches nothing on the disk but the cache of modules, and at no time the worker's key or secret. Once the app runs, it reaches no disk
// at all. It tries 64-bit, 32-bit and x32 calls.
func TestNativeCode(t *testing.T) {
	for _, role := range []string{"native code, compiling", "native code, running"} {
		t.Run(role, func(t *testing.T) {
			home := plantHome(t)
			tried := 0
			for line := range strings.Lines(playWith(t, role, home, startLikeAChild(t, home))) {
				line = strings.TrimSpace(line)
				if !strings.HasSuffix(line, " true") && !strings.HasSuffix(line, " <nil>") {
					t.Errorf("not refused: %s", line)
				}
				tried++
			}
			if tried < 80 {
				t.Errorf("only %d calls were tried", tried)
			}
			for _, name := range []string{"key", "secret"} {
				if data, err := os.ReadFile(filepath.Join(home, name)); err != nil || string(data) != "planted" {
					t.Errorf("%s is %q now, %v", name, data, err)
				}
			}
		})
	}
}

// TestKeyIsThere: without Landlock, native code in a compiling child reads the key. TestNativeCode sees the same call refused.
func TestKeyIsThere(t *testing.T) {
	out := playWith(t, "native code, compiling", plantHome(t), (*exec.Cmd).Start)
	for _, want := range []string{"key: reading of /key false", "key: reading of /secret false", "key: reading through /proc/self/fd of /key"} {
		if !strings.Contains(out, want) {
			t.Errorf("got\n%swant a line %q", out, want)
		}
	}
}

// TestNoLandlock: where the kernel refuses Landlock, nothing is started, unless the operator allowed that; then each run says so.
func TestNoLandlock(t *testing.T) {
	confine := confineChildren
	confineChildren = func([]string, string) error { return wrapError("landlock", unix.ENOSYS) }
	t.Cleanup(func() { confineChildren = confine })
	spec := conformance.Spec(testapps.Copy())
	r, log := newRuntime(t)
	if err := r.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "the sandbox is not complete: landlock: function not implemented") {
		t.Errorf("the check says %v", err)
	}
	if _, err := r.Run(t.Context(), spec); err == nil || !strings.Contains(err.Error(), "landlock") {
		t.Errorf("the run ends with %v", err)
	}
	r.config.SandboxOptional = true
	if o, err := r.Run(t.Context(), spec); err != nil || o.Kind != runtime.Result || !strings.Contains(log.String(), "landlock: function not implemented") {
		t.Errorf("allowed: got %v, %v, log %q", o.Kind, err, log)
	}
}

// TestForeignCallsAreReal: without the filter, the 32-bit calls give a socket. TestNativeCode sees the same calls refused.
func TestForeignCallsAreReal(t *testing.T) {
	if !foreigncall.Have {
		t.Skip("no foreign calls on this architecture")
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = []string{probeVariable + "=native code, free"}
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != "own pid true\na socket true\n" {
		t.Skipf("this kernel takes no 32-bit calls: %v\n%s", err, out)
	}
}

// TestSandboxFailsClosed: when a part of the sandbox is missing, nothing of an app is run or compiled, unless the operator allowed that.
func TestSandboxFailsClosed(t *testing.T) {
	spec := conformance.Spec(testapps.Copy())
	r, log := newRuntime(t)
	if err := r.Check(t.Context()); err != nil {
		t.Skipf("this system has no complete sandbox: %v", err)
	}
	req := requestOf(opRun, spec)
	task, err := runtime.NewSpool(t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeTask(task, spec); err != nil {
		t.Fatal(err)
	}
	for _, optional := range []bool{false, true} {
		req.SandboxOptional = optional
		var in, out bytes.Buffer
		if err := writeHeader(&in, req); err != nil {
			t.Fatal(err)
		}
		// The request is answered in this process, which must not be confined for real.
		lacking := errors.New("seccomp: this system has none")
		if err := answerRequest(&in, task, nil, &out, sandbox{
			confine:      func() error { return lacking },
			limit:        func(request) error { return nil },
			confineFiles: func() error { return nil },
		}); err != nil {
			t.Fatal(err)
		}
		o, err := r.readResponse(&out, spec)
		switch {
		case optional && (err != nil || o.Kind != runtime.Result || !strings.Contains(log.String(), "this system has none")):
			t.Errorf("allowed: got %v, %v, log %q", o.Kind, err, log)
		case !optional && (err == nil || !strings.Contains(err.Error(), "the sandbox is not complete: seccomp: this system has none")):
			t.Errorf("not allowed: got %v, %v", o.Kind, err)
		}
	}
}
