package engine

import (
	"context"
	"testing"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/asm"
)

// TestDepthComesBeforeTheEnginesStack: a function that calls itself hits our limit on the depth before the engine's stack ends, however
// much it keeps across each call.
func TestDepthComesBeforeTheEnginesStack(t *testing.T) {
	e := newEngine(t, Options{})
	const many = 400
	self := asm.Call(0)
	for name, tc := range map[string]struct {
		locals asm.Types
		code   []byte
	}{
		"hardly anything": {nil, self},
		"many integers on the stack": {nil, asm.Code(
			asm.Repeat(many, asm.ConstI32(8), asm.Mem(0x29, 0)), self, asm.Repeat(many, asm.Op(0x1a)))},
		"many vectors on the stack, used": {nil, asm.Code(
			asm.Repeat(many, asm.ConstI32(8), asm.Vec(0, 0, 0)), self, asm.Repeat(many-1, asm.Vec(0x51)), asm.Vec(27, 0), asm.Op(0x1a))},
		"many calls, their sum": {asm.Types{asm.I64}, asm.Code(
			asm.Repeat(many, asm.ConstI32(8), asm.Mem(0x29, 0), asm.Tee(0), self, asm.Get(0), asm.Op(0x7c), asm.Op(0x1a)))},
		"many locals": {repeatType(asm.V128, many), asm.Code(
			loadLocals(many), self, useLocals(many))},
	} {
		t.Run(name, func(t *testing.T) {
			var m asm.Module
			m.Memory(1, 0)
			m.Func(nil, nil, tc.locals, tc.code)
			m.Start(nil, self)
			module := m.Bytes()
			o, err := e.Run(context.Background(), runtime.Spec{
				Program: runtime.ProgramOf(module), FuelLimit: 1e10, MemoryLimit: 1 << 20,
			}, nil)
			if err != nil || o.Reason != runtime.CallDepth {
				t.Fatalf("%v %q, %v, %s", o.Kind, o.Reason, err, o.Stderr)
			}
		})
	}
}

func repeatType(typ byte, n int) (types asm.Types) {
	for ; n > 0; n-- {
		types = append(types, typ)
	}
	return types
}

func loadLocals(n uint32) (code []byte) {
	for i := range n {
		code = append(code, asm.Code(asm.ConstI32(int32(i)), asm.Vec(0, 0, 0), asm.Set(i))...)
	}
	return code
}

func useLocals(n uint32) (code []byte) {
	for i := range n {
		code = append(code, asm.Code(asm.ConstI32(0), asm.Get(i), asm.Vec(11, 0, 0))...)
	}
	return code
}
