// Package wasmcheck says whether workers would run a module, without running it. It calls the same code as workers, and needs no
// chain. A client uses it before it uploads, publishes or pays for a module.
package wasmcheck

import (
	"context"

	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/admit"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/refusal"
)

// Refused is the error for a module that no worker runs. It names the first refused feature that was found, and the missing
// imports.
type Refused = refusal.Refusal

// Feature is a feature of a module that workers lack or do not allow.
type Feature = refusal.Feature

// The features.
const (
	Size        = refusal.Size
	Imports     = refusal.Imports
	Entry       = refusal.Entry
	Memory      = refusal.Memory
	Exceptions  = refusal.Exceptions
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

// Facts describe a module that workers accept.
type Facts struct {
	// InitialMemory is the memory that it begins with, in bytes. A task with a smaller limit ends in out-of-memory.
	InitialMemory uint64
	// StartFuel is charged before any of the module runs, in units of the fuel schedule.
	StartFuel uint64
	// Imports are the functions that the module imports from its host, as "module.name", in its order.
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
