package main

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// ps and top show this name, of which Linux keeps 15 bytes. They would show the number of the descriptor by which a worker starts the
// program. The name is that of a thread: init runs in the first one, which gives it to the others.
func init() {
	name := [...]byte{'c', 'r', 'e', 'd', 'e', 'n', 'c', 'e', '-', 's', 'a', 'n', 'd', 'b', 'o', 0}
	_ = unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(&name)), 0, 0, 0) // without it nothing but the name is missing
}
