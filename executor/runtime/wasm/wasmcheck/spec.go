package wasmcheck

import (
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/engine"
)

// CheckSpec returns an error that says what is wrong with a task. The runtime makes the same check before it runs one.
func CheckSpec(spec runtime.Spec) error { return engine.CheckSpec(spec) }
