package wasm

import (
	"errors"
	"fmt"
	"os/exec"
	"syscall"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

// maxOpenFiles is how many files a child may have open.
const maxOpenFiles = 256

// maxCacheFile is the largest file a child may write, into the cache.
const maxCacheFile = 2 << 30

// prepareProcess puts the child into a process group of its own, which dies with
// its parent's thread.
func prepareProcess(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// killGroup kills the child and whatever it started.
func killGroup(pid int) error { return syscall.Kill(-pid, syscall.SIGKILL) }

// forbidden are the system calls that running an app never needs: the network,
// other processes, other programs, mounts, modules, namespaces, keys, tracing.
var forbidden = []string{
	"socket", "socketpair", "connect", "bind", "listen", "accept", "accept4",
	"sendto", "sendmsg", "sendmmsg", "recvfrom", "recvmsg", "recvmmsg", "setsockopt", "getsockopt",
	"execve", "execveat", "fork", "vfork", "ptrace", "process_vm_readv", "process_vm_writev",
	"process_madvise", "kcmp", "pidfd_open", "pidfd_getfd", "pidfd_send_signal",
	"mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsconfig", "fsmount",
	"unshare", "setns", "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load",
	"bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register",
	"keyctl", "add_key", "request_key", "reboot", "swapon", "swapoff", "acct", "quotactl",
	"setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setgroups", "capset",
	"settimeofday", "clock_settime", "adjtimex", "sethostname", "setdomainname", "syslog",
	"shmget", "shmat", "shmctl", "msgget", "msgsnd", "msgrcv", "semget", "semop", "mknod", "mknodat",
	"personality", "name_to_handle_at", "open_by_handle_at", "fanotify_init", "inotify_init1", "memfd_create",
}

// forbiddenLater are those that only compiling needs: whatever reaches the disk.
var forbiddenLater = []string{
	"open", "openat", "openat2", "creat", "truncate", "rename", "renameat", "renameat2", "unlink", "unlinkat",
	"mkdir", "mkdirat", "rmdir", "link", "linkat", "symlink", "symlinkat", "chmod", "fchmodat", "chown", "fchownat",
}

// confine takes from this process, for good, what no app needs.
func confine() error {
	return errors.Join(
		wrap("no_new_privs", unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)),
		wrap("not dumpable", unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)),
		setLimit("core", unix.RLIMIT_CORE, 0),
		setLimit("open files", unix.RLIMIT_NOFILE, maxOpenFiles),
		filter(forbidden))
}

// limit sets the limits that depend on the task.
func limit(req request) error {
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

// confineFiles takes the disk away too, once the module is compiled.
func confineFiles() error {
	return errors.Join(setLimit("file size", unix.RLIMIT_FSIZE, 0), filter(forbiddenLater))
}

func setLimit(what string, resource int, value uint64) error {
	return wrap("limit on "+what, unix.Setrlimit(resource, &unix.Rlimit{Cur: value, Max: value}))
}

// filter forbids system calls by name, those that this architecture has.
func filter(names []string) error {
	info, err := arch.GetInfo("")
	if err != nil {
		return wrap("seccomp", err)
	}
	known := make([]string, 0, len(names))
	for _, name := range names {
		if _, ok := info.SyscallNames[name]; ok {
			known = append(known, name)
		}
	}
	return wrap("seccomp", seccomp.LoadFilter(seccomp.Filter{
		NoNewPrivs: true,
		Flag:       seccomp.FilterFlagTSync,
		Policy: seccomp.Policy{
			DefaultAction: seccomp.ActionAllow,
			Syscalls:      []seccomp.SyscallGroup{{Action: seccomp.ActionErrno, Names: known}},
		},
	}))
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
