//go:build !amd64

package foreigncall

// Have says whether a program of this architecture can make system calls of another one.
const Have = false

// Do panics: there are no foreign calls here.
func Do(_, _, _, _ uint32) int32 { panic("no foreign system calls on this architecture") }
