// Package wasm runs WebAssembly apps (WASI preview 1). It is deterministic and
// metered: the same runtime.Spec gives the same runtime.Outcome, to the unit of
// fuel, on every machine. docs/fuel.md says what is charged.
//
// Every run happens in a child process: this program, started again, with limits
// and a system call filter, which is killed when it takes too long. A program that
// uses the package therefore calls MaybeRunChild first thing in main, and in
// TestMain.
package wasm
