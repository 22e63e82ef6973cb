package wasm

import (
	"testing"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/conformance"
)

// TestAttempts: a program that Go's compiler built tries what no app may do, and fails. It finds its inputs as the contract describes
// them.
func TestAttempts(t *testing.T) {
	r, _ := newRuntime(t)
	probe := runtime.ProgramOf(conformance.BuildProbe(t, "wasip1", "wasm"))
	conformance.Attempts(t, r, probe)
	conformance.Inputs(t, r, probe)
}
