// Package wasm runs WebAssembly apps (WASI preview 1). It is deterministic and
// metered: the same runtime.Spec gives the same runtime.Outcome, to the unit of
// fuel, on every machine. docs/fuel.md says what is charged.
//
// Every run happens in a child process with limits and a system call filter, which
// is killed when it takes too long. The child is the program credence-sandbox, if
// one of the same build lies in the folder of the program that uses this package,
// and otherwise that program itself, started again. It therefore calls
// MaybeRunChild first thing in main, and in TestMain.
package wasm
