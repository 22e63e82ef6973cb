//go:build race

package wasm

// raceDetector: the race detector needs more address space than a child may have.
const raceDetector = true
