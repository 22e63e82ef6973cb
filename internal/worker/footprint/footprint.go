// Package footprint keeps a worker that waits small. Starting it reads most of the program's file once, and leaves garbage. Both stay in
// the process's resident set although nothing uses them any more.
package footprint

import "runtime/debug"

// GiveBack returns to the system the memory that this process does not use: free memory of the heap, and pages of the program's file. The
// latter lie in the system's cache of files, from which they come back when they are needed. It returns how many bytes of address space of
// the program it gave back, 0 on a system where that is not known. An error concerns only the program's pages.
func GiveBack() (program uint64, err error) {
	debug.FreeOSMemory()
	return dropProgram()
}
