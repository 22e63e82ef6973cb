package wasm

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	goruntime "runtime"
	"slices"
	"syscall"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

// maxOpenFiles is how many files a child may have open.
const maxOpenFiles = 256

// maxCacheFile is the size of the largest file that a child may write; it writes files only into the cache.
const maxCacheFile = 2 << 30

// prepareProcess puts the child into a process group of its own, which is killed when the parent's thread ends.
func prepareProcess(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// mapFile maps the beginning of a file for reading. Parts that are not read take no memory. A part that cannot be read ends this
// process.
func mapFile(f *os.File, size uint64) ([]byte, error) {
	if size == 0 {
		return nil, nil
	}
	if info, err := f.Stat(); err != nil || uint64(info.Size()) < size {
		return nil, errors.Join(err, fmt.Errorf("the file is shorter than %d bytes", size))
	}
	return unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_PRIVATE)
}

// killGroup kills the child and all processes that it started.
func killGroup(pid int) error { return syscall.Kill(-pid, syscall.SIGKILL) }

// The system calls of a child are an allow-list. A call that is not listed is refused with EPERM, and so is a call that a later
// kernel adds. The filter checks the architecture of a call first. On amd64 a program can also call the kernel as a 32-bit program
// (int $0x80, where number 359 is socket) or through the x32 table; both are refused for all numbers.

// allowedAlways are the calls that the Go runtime, the C library below it and a compiled module need: memory, threads, time,
// signals to the process itself, and the pipes and files that are open.
var allowedAlways = []string{
	"read", "write", "readv", "writev", "pread64", "pwrite64", "lseek", "close", "fstat", "fcntl",
	"mmap", "munmap", "mprotect", "mremap", "madvise", "mincore", "brk",
	"futex", "sched_yield", "sched_getaffinity", "getcpu", "set_robust_list", "get_robust_list", "set_tid_address", "rseq",
	"nanosleep", "clock_nanosleep", "clock_gettime", "clock_getres", "gettimeofday", "time",
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall",
	"epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "eventfd2", "pipe2",
	"getpid", "getppid", "gettid", "getuid", "geteuid", "getgid", "getegid", "getrandom", "uname", "exit", "exit_group",
}

// allowedToCompile are the calls that only the cache of compiled modules needs, until the app runs. Landlock holds them to its folders.
var allowedToCompile = []string{
	"open", "openat", "stat", "lstat", "newfstatat", "statx", "access", "faccessat", "faccessat2", "readlink", "readlinkat",
	"getdents64", "getcwd", "mkdir", "mkdirat", "rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir",
	"fsync", "fdatasync", "ftruncate", "fchmod", "flock",
}

// allowedIf returns the calls that are allowed with some arguments only.
func allowedIf(compiling bool) []seccomp.NameWithConditions {
	argument := func(number uint32, operation seccomp.Operation, value uint64) seccomp.Condition {
		return seccomp.Condition{Argument: number, Operation: operation, Value: value}
	}
	const namespaces = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWUSER |
		unix.CLONE_NEWPID | unix.CLONE_NEWNET
	list := []seccomp.NameWithConditions{
		// Only threads may be made, not processes.
		{Name: "clone", Conditions: seccomp.ArgumentConditions{
			argument(0, seccomp.BitsSet, unix.CLONE_THREAD), argument(0, seccomp.BitsNotSet, namespaces)}},
		// Signals to threads of this process, with which the Go runtime interrupts its own.
		{Name: "tgkill", Conditions: seccomp.ArgumentConditions{argument(0, seccomp.Equal, uint64(os.Getpid()))}},
	}
	if !compiling {
		return list
	}
	return append(list,
		// Calls that restrict the process further: its own limits, and the next filter.
		seccomp.NameWithConditions{Name: "prlimit64", Conditions: seccomp.ArgumentConditions{argument(0, seccomp.Equal, 0)}},
		seccomp.NameWithConditions{Name: "seccomp", Conditions: seccomp.ArgumentConditions{argument(0, seccomp.Equal, unix.SECCOMP_SET_MODE_FILTER)}})
}

// missingCalls are answered with ENOSYS, as by a kernel without them. The C library then starts its threads with clone, whose flags
// a filter can see. The flags of clone3 are in memory, where a filter cannot see them.
var missingCalls = []string{"clone3"}

// confineProcess takes from this process, for good, everything that no app needs. An error says what it could not take away.
func confineProcess() error {
	// no_new_privs belongs to a thread, and only a thread that has it may install a filter; the filter applies it to all other
	// threads.
	goruntime.LockOSThread()
	defer goruntime.UnlockOSThread()
	return errors.Join(
		wrapError("no_new_privs", unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)),
		wrapError("not dumpable", unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)),
		setLimit("core", unix.RLIMIT_CORE, 0),
		setLimit("open files", unix.RLIMIT_NOFILE, maxOpenFiles),
		filterSystemCalls(true))
}

// setLimits sets the limits that depend on the task.
func setLimits(req request) error {
	file := uint64(maxCacheFile)
	if req.CacheDir == "" {
		file = 0
	}
	err := setLimit("file size", unix.RLIMIT_FSIZE, file)
	if req.AddressMax > 0 && !raceDetector {
		err = errors.Join(err, setLimit("address space", unix.RLIMIT_AS, req.AddressMax))
	}
	if req.CPUMax > 0 {
		err = errors.Join(err, setLimit("processor time", unix.RLIMIT_CPU, req.CPUMax))
	}
	return err
}

// confineFiles takes away the disk too, once the module is compiled.
func confineFiles() error {
	return errors.Join(setLimit("file size", unix.RLIMIT_FSIZE, 0), filterSystemCalls(false))
}

func setLimit(what string, resource int, value uint64) error {
	return wrapError("limit on "+what, unix.Setrlimit(resource, &unix.Rlimit{Cur: value, Max: value}))
}

// filterSystemCalls allows the calls listed above that this architecture has, and no others. The library checks the architecture,
// and x32, before everything else. A call of another architecture gets the default action.
func filterSystemCalls(compiling bool) error {
	info, err := arch.GetInfo("")
	if err != nil {
		return wrapError("seccomp", err)
	}
	known := func(lists ...[]string) (names []string) {
		for _, name := range slices.Concat(lists...) {
			if _, ok := info.SyscallNames[name]; ok {
				names = append(names, name)
			}
		}
		return names
	}
	allowed := known(allowedAlways)
	if compiling {
		allowed = known(allowedAlways, allowedToCompile)
	}
	return wrapError("seccomp", seccomp.LoadFilter(seccomp.Filter{
		NoNewPrivs: false, // confine has set it, for good
		Flag:       seccomp.FilterFlagTSync,
		Policy: seccomp.Policy{
			DefaultAction: seccomp.ActionErrno,
			Syscalls: []seccomp.SyscallGroup{
				{Action: seccomp.ActionAllow, Names: allowed, NamesWithCondtions: allowedIf(compiling)},
				{Action: seccomp.ActionErrno | seccomp.Action(unix.ENOSYS), Names: known(missingCalls)},
			},
		},
	}))
}

func wrapError(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
