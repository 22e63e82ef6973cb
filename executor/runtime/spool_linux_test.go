package runtime

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// Some kernels offer files in memory that can never be executed, and some machines allow no others. The spool uses them where the kernel
// offers them.
func TestMemoryFileIsNoProgram(t *testing.T) {
	fd, err := unix.MemfdCreate("probe", unix.MFD_CLOEXEC|unix.MFD_NOEXEC_SEAL)
	if err != nil {
		t.Skip("this kernel has no such files: ", err)
	}
	require.NoError(t, unix.Close(fd))
	f, err := newMemoryFile()
	require.NoError(t, err)
	defer f.Close()
	require.Error(t, f.Chmod(0o700))
	info, err := f.Stat()
	require.NoError(t, err)
	require.Zero(t, info.Mode().Perm()&0o111)
}
