package runtime

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// newMemoryFile makes a file that lies in memory.
func newMemoryFile() (*os.File, error) {
	fd, err := unix.MemfdCreate("run", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("file in memory for the inputs and outputs of a run: %w", err)
	}
	return os.NewFile(uintptr(fd), "run"), nil
}
