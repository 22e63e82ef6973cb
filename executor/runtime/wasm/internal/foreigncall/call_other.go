//go:build !amd64

package foreigncall

// Have tells whether this architecture has another one beside it.
const Have = false

// Do is not there.
func Do(_, _, _, _ uint32) int32 { panic("no foreign system calls on this architecture") }
