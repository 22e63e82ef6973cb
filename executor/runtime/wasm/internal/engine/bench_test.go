package engine

import (
	"context"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/asm"
)

// kernels returns the programs of the benchmark: one each of floats, integers, memory and calls, and calls that may throw.
func kernels() map[string][]byte {
	return map[string][]byte{"float": floatBench(), "mix": mixBench(), "sieve": sieveBench(), "fib": fibBench(false), "fib-throws": fibBench(true)}
}

// floatBench iterates the logistic map and a division over an array of doubles.
func floatBench() []byte {
	var m asm.Module
	m.Memory(1, 0)
	place := asm.Code(asm.Get(0), asm.ConstI32(1023), asm.Op(0x71), asm.ConstI32(3), asm.Op(0x74))
	return m.Start(asm.Types{asm.I32, asm.F64},
		asm.ConstI32(5_000_000), asm.Set(0), asm.ConstF64(0.3), asm.Set(1),
		asm.While(0,
			asm.Get(1), asm.ConstF64(3.7), asm.Op(0xa2), asm.ConstF64(1), asm.Get(1), asm.Op(0xa1, 0xa2), asm.Set(1),
			place, asm.Get(1), place, asm.Mem(0x2b, 0), asm.ConstF64(0.5), asm.Op(0xa2, 0xa0), asm.Mem(0x39, 0))).Bytes()
}

// mixBench rotates, multiplies and adds as hashes do.
func mixBench() []byte {
	var m asm.Module
	m.Memory(1, 0)
	round := asm.Code(
		asm.Get(1), asm.ConstI32(7), asm.Op(0x77), asm.Get(2), asm.Op(0x73), asm.Get(3), asm.Op(0x6a), asm.Set(1),
		asm.Get(2), asm.ConstI32(13), asm.Op(0x77), asm.Get(1), asm.Op(0x6a), asm.Set(2),
		asm.Get(3), asm.ConstI32(-1640531527), asm.Op(0x6c), asm.Get(2), asm.Op(0x73), asm.Set(3))
	return m.Start(asm.Types{asm.I32, asm.I32, asm.I32, asm.I32},
		asm.ConstI32(3_000_000), asm.Set(0),
		asm.While(0, asm.Repeat(8, round)), asm.ConstI32(0), asm.Get(3), asm.Mem(0x36, 0)).Bytes()
}

// sieveBench strikes out multiples, in loops of a few instructions.
func sieveBench() []byte {
	var m asm.Module
	m.Memory(16, 0)
	const n = 1 << 20
	return m.Start(asm.Types{asm.I32, asm.I32},
		asm.ConstI32(60), asm.Set(0),
		asm.While(0,
			asm.Get(0), asm.Set(1),
			asm.Loop(asm.Get(1), asm.ConstI32(1), asm.Mem(0x3a, 0),
				asm.Get(1), asm.Get(0), asm.Op(0x6a), asm.Tee(1), asm.ConstI32(n), asm.Op(0x49), asm.BrIf(0)))).Bytes()
}

// fibBench calls tiny functions. If it throws, each of them may throw: the looks after the calls cost most here.
func fibBench(throws bool) []byte {
	var m asm.Module
	m.Memory(1, 0)
	var throw []byte
	if throws {
		throw = asm.Code(asm.Get(0), asm.ConstI32(5), asm.Op(0x46), asm.If(asm.Throw(m.Tag(nil))))
	}
	self := m.Next()
	m.Func(asm.Types{asm.I32}, asm.Types{asm.I32}, nil,
		asm.Get(0), asm.ConstI32(2), asm.Op(0x49), asm.If(asm.Get(0), throw, asm.Op(0x0f)),
		asm.Get(0), asm.ConstI32(1), asm.Op(0x6b), asm.Call(self), asm.Get(0), asm.ConstI32(2), asm.Op(0x6b), asm.Call(self), asm.Op(0x6a))
	return m.Start(nil, asm.ConstI32(32), asm.Call(self), asm.Op(0x1a)).Bytes()
}

// BenchmarkKernels compares three ways to run the same code: as it is, with our pass, and with wazero's own check for the end of the
// context.
func BenchmarkKernels(b *testing.B) {
	for name, module := range kernels() {
		b.Run(name+"/plain", func(b *testing.B) { benchPlain(b, wazero.NewRuntimeConfigCompiler(), module) })
		b.Run(name+"/pass", func(b *testing.B) { benchPass(b, module) })
		b.Run(name+"/close-on-context-done", func(b *testing.B) {
			benchPlain(b, wazero.NewRuntimeConfigCompiler().WithCloseOnContextDone(true), module)
		})
	}
}

func benchPlain(b *testing.B, config wazero.RuntimeConfig, module []byte) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r := wazero.NewRuntimeWithConfig(ctx, config)
	defer r.Close(ctx)
	benchInstance(b, ctx, r, module, func(api.Module) {})
}

func benchPass(b *testing.B, module []byte) {
	ctx := context.Background()
	e := newEngine(b, Options{})
	m, err := e.instrumentedModule(ctx, runtime.ProgramOf(module))
	if err != nil {
		b.Fatal(err)
	}
	r := e.newRuntime(ctx, m.MinPages)
	defer r.Close(ctx)
	benchInstance(b, ctx, r, m.Code, func(instance api.Module) {
		var counter meter
		if err := counter.attachTo(instance); err != nil {
			b.Fatal(err)
		}
		counter.SetFuel(1 << 62)
	})
}

func benchInstance(b *testing.B, ctx context.Context, r wazero.Runtime, code []byte, setUp func(api.Module)) {
	instance, err := r.InstantiateWithConfig(ctx, code, wazero.NewModuleConfig().WithStartFunctions())
	if err != nil {
		b.Fatal(err)
	}
	setUp(instance)
	entry := instance.ExportedFunction("_start")
	b.ResetTimer()
	for range b.N {
		if _, err := entry.Call(ctx); err != nil {
			b.Fatal(err)
		}
	}
}
