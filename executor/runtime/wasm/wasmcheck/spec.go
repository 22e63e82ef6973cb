package wasmcheck

import (
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/engine"
)

// CheckSpec says what is wrong with a task as it is handed to a worker, as the runtime does before it runs one.
func CheckSpec(spec runtime.Spec) error { return engine.CheckSpec(spec) }
