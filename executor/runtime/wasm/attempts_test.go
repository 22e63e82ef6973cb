package wasm

import (
	"testing"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/conformance"
)

// TestAttempts: a program of Go's compiler tries what no app may do, and finds its inputs as they are meant.
func TestAttempts(t *testing.T) {
	r, _ := newRuntime(t)
	probe := runtime.ProgramOf(conformance.BuildProbe(t, "wasip1", "wasm"))
	conformance.Attempts(t, r, probe)
	conformance.Inputs(t, r, probe)
}
