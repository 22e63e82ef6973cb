package main

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/credence-chain/credence/executor/runtime/wasm"
)

// name is what ps and top show, of which Linux keeps 15 bytes and a zero. It is no variable of a function, whose place could change while
// the kernel has its address.
var name [16]byte

// ps and top would show the number of the descriptor by which a worker starts the program. The name is that of a thread: init runs in the
// first one, which gives it to the others.
func init() {
	copy(name[:len(name)-1], wasm.SandboxProgram)
	_ = unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(&name)), 0, 0, 0) // without it nothing but the name is missing
}
