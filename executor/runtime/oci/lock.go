//go:build linux

package oci

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Locks on files tell the processes of one folder what is in use. The kernel releases a lock when the process that holds it ends,
// for whatever reason.
const (
	shared    = unix.LOCK_SH
	exclusive = unix.LOCK_EX
)

// lockFile takes a lock on an open file. For a shared lock it waits. An exclusive lock fails at once if another process, or another
// holder in this one, has a lock.
func lockFile(f *os.File, how int) error {
	if how == exclusive {
		how |= unix.LOCK_NB
	}
	if err := unix.Flock(int(f.Fd()), how); err != nil {
		return fmt.Errorf("%s is in use: %w", f.Name(), err)
	}
	return nil
}
