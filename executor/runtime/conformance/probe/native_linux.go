package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

func init() {
	modes["pipe"] = func([]string) error { return syscall.Mkfifo("/out/pipe", 0o644) }
	modes["socket"] = func([]string) error { _, err := net.Listen("unix", "/out/socket"); return holdSocket(err) }
	modes["privileges"] = tryPrivileges
	modes["who"] = tellProcess
	modes["processes"] = startProcesses
	modes["processors"] = keepProcessors
	modes["orphan"] = leaveOrphan
	modes["hardlink"] = makeHardLinks
}

// holdSocket ends the program at once if the attempt succeeded, so that Go does not remove the socket.
func holdSocket(err error) error {
	if err == nil {
		_ = syscall.Exec("/probe", []string{"probe", "print", "x"}, nil)
	}
	return err
}

// tryPrivileges tries what only a privileged process may do, and the ways out of a container.
func tryPrivileges([]string) error {
	name, err := syscall.BytePtrFromString("/tmp")
	if err != nil {
		return err
	}
	path := uintptr(unsafe.Pointer(name))
	call := func(number, a, b, c uintptr) error {
		if _, _, errno := syscall.RawSyscall6(number, a, b, c, 0, 0, 0); errno != 0 {
			return errno
		}
		return nil
	}
	const (
		newUserSpace, newMountSpace   = 0x10000000, 0x00020000
		bpf, keyctl, kexec, userfault = 321, 250, 246, 323
	)
	for what, err := range map[string]error{
		"mount":                 syscall.Mount("none", "/tmp", "tmpfs", 0, ""),
		"remount of /":          syscall.Mount("", "/", "", syscall.MS_REMOUNT|syscall.MS_BIND, ""),
		"unmount of /in":        syscall.Unmount("/in", 0),
		"a user namespace":      syscall.Unshare(newUserSpace),
		"a mount namespace":     syscall.Unshare(newMountSpace),
		"chroot":                syscall.Chroot("/tmp"),
		"a device":              syscall.Mknod("/tmp/device", syscall.S_IFBLK|0o666, 0x800),
		"root":                  syscall.Setuid(0),
		"root's group":          syscall.Setgid(0),
		"another mode":          os.Chmod("/in/x", 0o777),
		"another owner":         syscall.Chown("/out", 0, 0),
		"the clock":             syscall.Settimeofday(&syscall.Timeval{Sec: 1}),
		"the host's name":       syscall.Sethostname([]byte("x")),
		"a raw socket":          rawSocket(),
		"bpf":                   call(bpf, 0, path, 0),
		"the kernel's keys":     call(keyctl, 0, 0, 0),
		"another kernel":        call(kexec, 0, 0, 0),
		"page faults of others": call(userfault, 0, 0, 0),
	} {
		mustFail(what, err)
	}
	for _, path := range []string{"/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/vda", "/dev/kvm", "/dev/fuse", "/proc/kcore", "/proc/1/root/etc/shadow", "/proc/sysrq-trigger"} {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err == nil {
			f.Close()
		}
		mustFail("opening "+path, err)
	}
	if data, err := os.ReadFile("/proc/kcore"); len(data) > 0 {
		mustFail("reading the kernel's memory", err)
	}
	return leaveWord()
}

func rawSocket() error {
	_, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_RAW, syscall.IPPROTO_ICMP)
	return err
}

// tellProcess writes what the kernel says about this process, and the devices that exist.
func tellProcess([]string) error {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	var b strings.Builder
	for line := range strings.SplitSeq(string(status), "\n") {
		for _, want := range []string{"Uid:", "Gid:", "CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:", "NoNewPrivs:", "Seccomp:"} {
			if strings.HasPrefix(line, want) {
				fmt.Fprintln(&b, strings.Join(strings.Fields(line), " "))
			}
		}
	}
	devices, err := os.ReadDir("/dev")
	if err != nil {
		return err
	}
	for _, d := range devices {
		if d.Type()&os.ModeDevice != 0 {
			fmt.Fprintln(&b, "device", d.Name())
		}
	}
	fmt.Fprintln(&b, "pid", os.Getpid())
	return os.WriteFile("/out/who", []byte(b.String()), 0o644)
}

// startProcesses starts as many processes as it can, and writes their number.
func startProcesses([]string) error {
	started := 0
	var last error
	for ; started < 2_000; started++ {
		cmd := exec.Command("/probe", "sleep")
		if last = cmd.Start(); last != nil {
			break
		}
	}
	mustFail("2,000 processes", last)
	return os.WriteFile("/out/processes", []byte(strconv.Itoa(started)), 0o644)
}

// keepProcessors keeps four threads busy for a second, and writes how much processor time it got, in hundredths of a second.
func keepProcessors([]string) error {
	end := time.Now().Add(time.Second)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			n := uint64(1)
			for time.Now().Before(end) {
				for i := range uint64(100_000) {
					n = n*i + 1
				}
			}
		})
	}
	wg.Wait()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return err
	}
	spent := time.Duration(use.Utime.Nano() + use.Stime.Nano())
	return os.WriteFile("/out/hundredths", []byte(strconv.Itoa(int(spent.Milliseconds()/10))), 0o644)
}

// leaveOrphan leaves a process behind that keeps stdout open, and ends.
func leaveOrphan(args []string) error {
	cmd := exec.Command("/probe", "sleep", args[0])
	cmd.Stdout, cmd.SysProcAttr = os.Stdout, &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	return leaveWord()
}

// makeHardLinks gives one file so many names that their sizes together exceed the limit.
func makeHardLinks([]string) error {
	if err := os.WriteFile("/out/file", make([]byte, 256<<10), 0o644); err != nil {
		return err
	}
	for i := range 8 {
		if err := os.Link("/out/file", fmt.Sprintf("/out/link-%d", i)); err != nil {
			return err
		}
	}
	return nil
}
