//go:build linux

package oci

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Locks on files tell processes of one folder what is in use. The kernel drops them with the process that held them, however
// it ended.
const (
	shared    = unix.LOCK_SH
	exclusive = unix.LOCK_EX
)

// lockFile takes a lock on an open file. A shared one waits until it can be had; an exclusive one fails at once when another
// process, or another holder in this one, has the file.
func lockFile(f *os.File, how int) error {
	if how == exclusive {
		how |= unix.LOCK_NB
	}
	if err := unix.Flock(int(f.Fd()), how); err != nil {
		return fmt.Errorf("%s is in use: %w", f.Name(), err)
	}
	return nil
}
