package wasm

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Landlock takes from a process, and from all that it starts, the right to open files. The child needs the disk while it compiles, so
// that the filter of system calls can't refuse openat then. Landlock leaves it two folders of the cache. So a module that escapes the
// compiler reads neither the worker's key nor its secret, and changes nothing that lies outside of these folders.
//
// Landlock restricts one thread, and a Go program has several as soon as it runs. So the parent restricts the thread that starts the
// child. The child's threads all inherit it, from their first instruction on, and the thread ends with the child.

// The rights that versions of Landlock added after the first (Linux 5.13). A kernel refuses rights that it does not know.
const (
	landlockFirst = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_READ_FILE |
		unix.LANDLOCK_ACCESS_FS_READ_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE |
		unix.LANDLOCK_ACCESS_FS_MAKE_CHAR | unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_MAKE_REG |
		unix.LANDLOCK_ACCESS_FS_MAKE_SOCK | unix.LANDLOCK_ACCESS_FS_MAKE_FIFO | unix.LANDLOCK_ACCESS_FS_MAKE_BLOCK |
		unix.LANDLOCK_ACCESS_FS_MAKE_SYM
	landlockSecond = landlockFirst | unix.LANDLOCK_ACCESS_FS_REFER     // Linux 5.19
	landlockThird  = landlockSecond | unix.LANDLOCK_ACCESS_FS_TRUNCATE // Linux 6.2
	landlockFifth  = landlockThird | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV // Linux 6.10
)

const (
	// rightsInFolder are what the child does in its folders of the cache.
	rightsInFolder = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR | unix.LANDLOCK_ACCESS_FS_WRITE_FILE |
		unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_MAKE_REG | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE
	// rightsOfProgram are what starting a program needs of its file and of its libraries.
	rightsOfProgram = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_EXECUTE
)

// confineThread takes from this thread and from the children that it starts, for good, all files except those below folders and those
// of the program that they run. Files that are open stay open. The goroutine has to be locked to its thread, and never to unlock it.
func confineThread(folders []string, program string) error {
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return wrapError("landlock", errno)
	}
	handled := uint64(landlockFirst)
	switch {
	case version >= 5:
		handled = landlockFifth
	case version >= 3:
		handled = landlockThird
	case version >= 2:
		handled = landlockSecond
	}
	// The filter of system calls refuses ioctl and truncate by themselves, so older kernels leave nothing open.
	attr := unix.LandlockRulesetAttr{Access_fs: handled}
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr.Access_fs), 0)
	if errno != 0 {
		return wrapError("landlock rules", errno)
	}
	defer unix.Close(int(fd))
	for _, folder := range folders {
		if err := allowPath(int(fd), folder, rightsInFolder&handled); err != nil {
			return err
		}
	}
	files, err := filesOfProgram(program)
	if err != nil {
		return wrapError("landlock", err)
	}
	for _, file := range files {
		// A library that is gone was replaced, and is not what the child will load.
		if err := allowPath(int(fd), file, rightsOfProgram); err != nil && !errors.Is(err, unix.ENOENT) {
			return err
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return wrapError("no_new_privs", err)
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0); errno != 0 {
		return wrapError("landlock", errno)
	}
	return nil
}

// allowPath adds a rule: everything at or below path may be used with these rights.
func allowPath(ruleset int, path string, rights uint64) error {
	at, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("landlock rule for %s: %w", path, err)
	}
	defer unix.Close(at)
	rule := unix.LandlockPathBeneathAttr{Allowed_access: rights, Parent_fd: int32(at)}
	if _, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(ruleset), unix.LANDLOCK_RULE_PATH_BENEATH,
		uintptr(unsafe.Pointer(&rule)), 0, 0, 0); errno != 0 {
		return fmt.Errorf("landlock rule for %s: %w", path, errno)
	}
	return nil
}

// filesOfProgram returns what the kernel and the C library open to start a program: itself, and, unless it is static, the loader and
// the libraries, all of which this process has mapped.
func filesOfProgram(program string) ([]string, error) {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return nil, err
	}
	files := []string{program, "/etc/ld.so.cache"}
	seen := map[string]bool{}
	for line := range strings.Lines(string(maps)) {
		// address, permissions, offset, device, inode, path
		fields := strings.Fields(line)
		if len(fields) < 6 || !strings.Contains(fields[1], "x") || !strings.HasPrefix(fields[5], "/") {
			continue
		}
		path := line[strings.Index(line, "/"):]
		path = strings.TrimSuffix(strings.TrimSuffix(path, "\n"), " (deleted)") // a library that was replaced lies under the same name
		if !seen[path] {
			seen[path] = true
			files = append(files, path)
		}
	}
	return files, nil
}
