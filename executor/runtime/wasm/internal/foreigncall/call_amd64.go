package foreigncall

// Have says whether a program of this architecture can make system calls of another one.
const Have = true

// Do makes a 32-bit system call (int $0x80), with the numbers of i386, and returns the kernel's result: an error is its number,
// negated. If the kernel or the machine does not support such calls, it faults.
func Do(number, a, b, c uint32) int32
