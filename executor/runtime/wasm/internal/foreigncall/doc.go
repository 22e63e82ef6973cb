// Package foreigncall calls the Linux kernel as a program of another architecture would. Only the test of the sandbox uses
// it, to play native code that tries to get around the filter of system calls.
package foreigncall
