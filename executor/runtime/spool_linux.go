package runtime

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// newMemoryFile makes a file that lies in memory.
func newMemoryFile() (*os.File, error) {
	// The file is never executed, and some machines refuse files in memory that do not say so. Kernels before 6.3 do not know the
	// flag.
	fd, err := unix.MemfdCreate("run", unix.MFD_CLOEXEC|unix.MFD_NOEXEC_SEAL)
	if errors.Is(err, unix.EINVAL) {
		fd, err = unix.MemfdCreate("run", unix.MFD_CLOEXEC)
	}
	if err != nil {
		return nil, fmt.Errorf("file in memory for the inputs and outputs of a run: %w", err)
	}
	return os.NewFile(uintptr(fd), "run"), nil
}
