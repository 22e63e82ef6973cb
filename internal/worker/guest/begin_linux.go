package guest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// diskPatience is how long the disk with the host's archive may take to appear.
const diskPatience = 30 * time.Second

// failurePause leaves time to read the last line on the console before the machine starts again.
const failurePause = 5 * time.Second

// Begins says whether this process is the first one of an image.
func Begins() bool { return os.Getpid() == 1 && len(os.Args) > 0 && os.Args[0] == InitPath }

// Begin turns the first process of an image into the worker. It returns only an error, and after a pause.
func Begin() error {
	err := begin()
	fmt.Fprintln(os.Stderr, "credence-worker:", err)
	time.Sleep(failurePause)
	return err
}

func begin() error {
	if err := mountAll(); err != nil {
		return err
	}
	if err := loadModules(); err != nil {
		return err
	}
	archive, err := findArchive()
	if err != nil {
		return err
	}
	handed, err := Read(archive)
	if err != nil {
		return err
	}
	if err := handed.write(); err != nil {
		return err
	}
	if err := handed.setNetwork(); err != nil {
		return fmt.Errorf("network: %w", err)
	}
	platform, err := os.ReadFile(PlatformPath)
	if err != nil {
		return err
	}
	arguments, environment, err := handed.Command(strings.TrimSpace(string(platform)))
	if err != nil {
		return err
	}
	return fmt.Errorf("start the worker: %w", syscall.Exec(InitPath, arguments, environment))
}

// mountAll mounts the kernel's file systems, and two in memory. In a container the engine has mounted most of them already.
func mountAll() error {
	for _, m := range []struct {
		at, kind string
		flags    uintptr
		has      string // it is mounted already if this exists
	}{
		{"/proc", "proc", unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC, "/proc/self"},
		{"/sys", "sysfs", unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC, "/sys/kernel"},
		{"/sys/kernel/config", "configfs", unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC, "/sys/kernel/config/tsm"},
		{"/dev", "devtmpfs", unix.MS_NOSUID | unix.MS_NOEXEC, "/dev/null"},
		{"/run", "tmpfs", unix.MS_NOSUID | unix.MS_NODEV, ""},
		{"/tmp", "tmpfs", unix.MS_NOSUID | unix.MS_NODEV, ""},
	} {
		if _, err := os.Stat(m.has); m.has != "" && err == nil {
			continue
		}
		err := unix.Mount(m.kind, m.at, m.kind, m.flags, "")
		if m.kind == "configfs" && err != nil {
			fmt.Fprintln(os.Stderr, "credence-worker: this kernel has no configfs yet:", err) // a module may bring it
			continue
		}
		if err != nil {
			return fmt.Errorf("mount %s: %w", m.at, err)
		}
	}
	return nil
}

// loadModules loads the image's kernel modules in the order of their names.
func loadModules() error {
	names, err := filepath.Glob(ModulesPath + "/*.ko")
	if err != nil {
		return err
	}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		err = unix.FinitModule(int(f.Fd()), "", 0)
		f.Close()
		if err != nil && !errors.Is(err, unix.EEXIST) {
			return fmt.Errorf("load %s: %w", name, err)
		}
	}
	if len(names) > 0 { // configfs may be one of them
		if _, err := os.Stat("/sys/kernel/config/tsm"); errors.Is(err, fs.ErrNotExist) {
			_ = unix.Mount("configfs", "/sys/kernel/config", "configfs", 0, "")
		}
	}
	return nil
}

// findArchive reads the host's archive: the file that a container engine mounts, or the first disk that begins with one. No file system of
// the host's is mounted, because the kernel's code for them is not made for hostile disks.
func findArchive() ([]byte, error) {
	if archive, err := readBegin(HandedPath); err == nil {
		return archive, nil
	}
	for until := time.Now().Add(diskPatience); ; time.Sleep(100 * time.Millisecond) {
		disks, err := os.ReadDir("/sys/block")
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, disk := range disks {
			archive, err := readBegin("/dev/" + disk.Name())
			if err == nil && len(archive) > 262 && bytes.Equal(archive[257:262], []byte("ustar")) {
				return archive, nil
			}
		}
		if time.Now().After(until) {
			return nil, fmt.Errorf("the host hands nothing over: after %s there is neither %s nor a disk that begins with a tar archive", diskPatience, HandedPath)
		}
	}
}

// readBegin reads the first MaxHanded bytes of a file or disk.
func readBegin(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, MaxHanded))
}

// write puts the files where the worker looks for them.
func (h Handed) write() error {
	if err := os.MkdirAll(home, 0o700); err != nil {
		return err
	}
	for name, data := range h.Files {
		if err := os.WriteFile(filepath.Join(home, name), data, 0o600); err != nil {
			return err
		}
	}
	if !h.Nameserver.IsValid() {
		return nil
	}
	return os.WriteFile("/etc/resolv.conf", []byte("nameserver "+h.Nameserver.String()+"\n"), 0o644)
}

// setNetwork gives the loopback interface and the first other one their addresses, and sets the default route.
func (h Handed) setNetwork() error {
	if !h.Address.IsValid() {
		return nil
	}
	links, err := net.Interfaces()
	if err != nil {
		return err
	}
	found := false
	for _, link := range links {
		address := h.Address
		if link.Flags&net.FlagLoopback != 0 {
			address = netip.MustParsePrefix("127.0.0.1/8")
		} else if found {
			continue
		} else {
			found = true
		}
		if err := setAddress(link.Name, address); err != nil {
			return fmt.Errorf("%s: %w", link.Name, err)
		}
	}
	if !found {
		return errors.New("the kernel has no interface; does it have the driver?")
	}
	if !h.Gateway.IsValid() {
		return nil
	}
	return addRoute(h.Gateway)
}

// setAddress sets address and mask of an interface, and switches it on.
func setAddress(name string, address netip.Prefix) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	for _, set := range []struct {
		request uint
		bytes   []byte
	}{
		{unix.SIOCSIFADDR, address.Addr().AsSlice()},
		{unix.SIOCSIFNETMASK, net.CIDRMask(address.Bits(), 32)},
	} {
		ifreq, err := unix.NewIfreq(name)
		if err != nil {
			return err
		}
		if err := ifreq.SetInet4Addr(set.bytes); err != nil {
			return err
		}
		if err := unix.IoctlIfreq(fd, set.request, ifreq); err != nil {
			return err
		}
	}
	ifreq, err := unix.NewIfreq(name)
	if err != nil {
		return err
	}
	ifreq.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, ifreq)
}

// addRoute adds the default route, by a message of rtnetlink: a header, the route, and the gateway as its only attribute.
func addRoute(gateway netip.Addr) error {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	order := binary.NativeEndian
	route := []byte{unix.AF_INET, 0, 0, 0, unix.RT_TABLE_MAIN, unix.RTPROT_BOOT, unix.RT_SCOPE_UNIVERSE, unix.RTN_UNICAST, 0, 0, 0, 0}
	attribute := append(order.AppendUint16(order.AppendUint16(nil, 8), unix.RTA_GATEWAY), gateway.AsSlice()...)
	message := order.AppendUint32(nil, uint32(16+len(route)+len(attribute)))
	message = order.AppendUint16(message, unix.RTM_NEWROUTE)
	message = order.AppendUint16(message, unix.NLM_F_REQUEST|unix.NLM_F_CREATE|unix.NLM_F_ACK)
	message = order.AppendUint32(order.AppendUint32(message, 1), 0)
	message = append(append(message, route...), attribute...)
	if err := unix.Sendto(fd, message, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return err
	}
	answer := make([]byte, 4096)
	n, _, err := unix.Recvfrom(fd, answer, 0)
	if err != nil || n < 20 {
		return errors.Join(err, errors.New("default route: the kernel gave no answer"))
	}
	if code := int32(order.Uint32(answer[16:])); code != 0 {
		return fmt.Errorf("default route: %w", syscall.Errno(-code))
	}
	return nil
}
