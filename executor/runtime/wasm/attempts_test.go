package wasm

import (
	"testing"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/conformance"
)

// TestAttempts: a program of Go's compiler tries what no app may do.
func TestAttempts(t *testing.T) {
	r, _ := newRuntime(t)
	conformance.Attempts(t, r, runtime.ProgramOf(conformance.BuildProbe(t, "wasip1", "wasm")))
}
