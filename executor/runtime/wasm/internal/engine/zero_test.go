package engine

import (
	"context"
	"testing"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/asm"
)

// TestNoMemory: an app without memory, or with an empty one, runs. It cannot grow its memory beyond the limit.
func TestNoMemory(t *testing.T) {
	e := newEngine(t, Options{})
	grow := asm.Code(asm.ConstI32(1), asm.Op(0x40, 0), asm.ConstI32(-1), asm.Op(0x47), asm.If(asm.Op(0x00)))
	var none, empty, closed asm.Module
	none.Start(nil)
	empty.RawMemory(0, 0).Start(nil, grow)
	closed.RawMemory(1, 0, 0).Start(nil, grow)
	for name, tc := range map[string]struct {
		module *asm.Module
		limit  uint64
	}{
		"no memory":          {&none, 0},
		"no page allowed":    {&empty, 65535},
		"no page by its own": {&closed, 1 << 20},
		"a limit, no memory": {&none, 1 << 20},
	} {
		t.Run(name, func(t *testing.T) {
			module := tc.module.Bytes()
			o, err := e.Run(context.Background(), runtime.Spec{
				Program: runtime.ProgramOf(module), FuelLimit: 1e6, MemoryLimit: tc.limit,
			}, nil)
			if err != nil || o.Kind != runtime.Result {
				t.Fatalf("%+v, %v", o, err)
			}
			if err := e.Prepare(context.Background(), runtime.ProgramOf(module)); err != nil {
				t.Fatal(err)
			}
		})
	}
}
