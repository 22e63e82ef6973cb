// Package wasmcheck says whether workers run a module, without running it: it calls what they call, and knows no chain. A
// client asks it before a module is uploaded, published or paid for.
package wasmcheck

import (
	"context"

	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/admit"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/refusal"
)

// Refused is the error for a module that no worker runs: the first feature found that is refused, and the imports that are
// missing.
type Refused = refusal.Refusal

// Feature is what of a module is not there for it, or not allowed.
type Feature = refusal.Feature

// The features.
const (
	Size        = refusal.Size
	Imports     = refusal.Imports
	Entry       = refusal.Entry
	Memory      = refusal.Memory
	Exceptions  = refusal.Exceptions
	TailCalls   = refusal.TailCalls
	Threads     = refusal.Threads
	Memory64    = refusal.Memory64
	MultiMemory = refusal.MultiMemory
	RelaxedSIMD = refusal.RelaxedSIMD
	GC          = refusal.GC
	WideNumbers = refusal.WideNumbers
	Component   = refusal.Component
	Limits      = refusal.Limits
	Invalid     = refusal.Invalid
)

// Facts are what is known of a module that is taken.
type Facts struct {
	// InitialMemory is the memory that it begins with, in bytes. A task with a smaller limit ends in out-of-memory.
	InitialMemory uint64
	// StartFuel is charged before anything of it runs, in units of the fuel schedule.
	StartFuel uint64
	// Imports are the functions that it calls of its host, as "module.name", in its order.
	Imports []string
}

// Check decides as every worker does. The error is a *Refused. It takes about a second for each 10 MB of a module.
func Check(ctx context.Context, module []byte) (Facts, error) {
	m, err := admit.AdmitModule(ctx, module)
	if err != nil {
		return Facts{}, err
	}
	return Facts{InitialMemory: uint64(m.MinPages) * fuel.PageSize, StartFuel: m.StartCost, Imports: m.Imports}, nil
}
