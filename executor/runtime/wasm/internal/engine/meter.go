package engine

import (
	"fmt"

	"github.com/tetratelabs/wazero/api"

	"github.com/credence-chain/credence/executor/runtime/wasm/internal/instrument"
)

// meter reads and sets the counters inside a running module.
type meter struct {
	fuelLeft  api.MutableGlobal
	depthLeft api.Global
	exception api.Global // nil if the module has no exceptions
}

func (m *meter) attachTo(instance api.Module) error {
	var ok bool
	if m.fuelLeft, ok = instance.ExportedGlobal(instrument.FuelGlobal).(api.MutableGlobal); !ok {
		return fmt.Errorf("the instrumented module has no global %q", instrument.FuelGlobal)
	}
	if m.depthLeft = instance.ExportedGlobal(instrument.DepthGlobal); m.depthLeft == nil {
		return fmt.Errorf("the instrumented module has no global %q", instrument.DepthGlobal)
	}
	m.exception = instance.ExportedGlobal(instrument.ExceptionGlobal)
	return nil
}

// Fuel returns the fuel that is left.
func (m *meter) Fuel() int64 { return int64(m.fuelLeft.Get()) }

// SetFuel sets the fuel that is left.
func (m *meter) SetFuel(left int64) { m.fuelLeft.Set(uint64(left)) }

func (m *meter) stackLeft() int32 { return int32(uint32(m.depthLeft.Get())) }

// thrown says whether an exception has left the function that was called.
func (m *meter) thrown() bool { return m.exception != nil && m.exception.Get() != 0 }
