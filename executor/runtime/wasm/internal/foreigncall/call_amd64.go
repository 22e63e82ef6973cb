package foreigncall

// Have tells whether this architecture has another one beside it.
const Have = true

// Do makes a 32-bit system call (int $0x80), whose numbers are those of i386, and gives what the kernel returned: an error
// is its number, negated. Where the kernel or the machine knows no such calls, it faults.
func Do(number, a, b, c uint32) int32
