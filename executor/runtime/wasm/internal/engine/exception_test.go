package engine

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/admit"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasi"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/asm"
)

// exitWith makes a module whose _start exits with what the function returns.
func exitWith(build func(m *asm.Module) uint32) []byte {
	var m asm.Module
	exit := m.Import(wasi.ModuleName, "proc_exit", asm.Types{asm.I32}, nil)
	m.Memory(1, 0)
	f := build(&m)
	return m.Start(nil, asm.Call(f), asm.Call(exit)).Bytes()
}

const void = 0x40

var (
	add32 = asm.Op(0x6a)
)

// thrower throws its parameter as exception 0, of an i32, if it is not 0. Else it returns 1.
func thrower(m *asm.Module) uint32 {
	m.Tag(asm.Types{asm.I32})
	return m.Func(asm.Types{asm.I32}, asm.Types{asm.I32}, nil, asm.Get(0), asm.If(asm.Get(0), asm.Throw(0)), asm.ConstI32(1))
}

// value defines a function without parameters that returns an i32.
func value(m *asm.Module, locals asm.Types, code ...[]byte) uint32 {
	return m.Func(nil, asm.Types{asm.I32}, locals, code...)
}

// exceptionCases are programs of both forms with the status that they exit with.
var exceptionCases = map[string]struct {
	build func(m *asm.Module) uint32
	exp   uint32
}{
	"nothing thrown": {func(m *asm.Module) uint32 {
		f := thrower(m)
		return value(m, nil, asm.Try(asm.I32, asm.ConstI32(0), asm.Call(f), asm.Catch(0)))
	}, 1},
	"caught from a call": {func(m *asm.Module) uint32 {
		f := thrower(m)
		return value(m, nil, asm.Try(asm.I32, asm.ConstI32(7), asm.Call(f), asm.Catch(0), asm.ConstI32(10), add32))
	}, 17},
	"the stack below a call is dropped": {func(m *asm.Module) uint32 {
		f := thrower(m)
		return value(m, nil, asm.ConstI32(100), asm.Try(asm.I32, asm.ConstI64(3), asm.ConstI32(7), asm.Call(f), asm.Op(0x1a), asm.Op(0xa7), asm.Catch(0)), add32)
	}, 107},
	"nested, the outer one catches": {func(m *asm.Module) uint32 {
		f := thrower(m)
		other := m.Tag(nil)
		return value(m, nil, asm.Try(asm.I32,
			asm.Try(asm.I32, asm.ConstI32(7), asm.Call(f), asm.Catch(other), asm.ConstI32(1)),
			asm.Catch(other), asm.ConstI32(2), asm.Catch(0), asm.ConstI32(20), add32))
	}, 27},
	"catch_all, and again across a function": {func(m *asm.Module) uint32 {
		f := thrower(m)
		g := m.Func(nil, asm.Types{asm.I32}, nil, asm.Try(asm.I32, asm.ConstI32(5), asm.Call(f), asm.CatchAll(), asm.Rethrow(0)))
		return value(m, nil, asm.Try(asm.I32, asm.Call(g), asm.Catch(0), asm.ConstI32(30), add32))
	}, 35},
	"the outer of two is thrown again": {func(m *asm.Module) uint32 {
		f := thrower(m)
		return value(m, nil, asm.Try(asm.I32,
			asm.Try(asm.I32, asm.ConstI32(3), asm.Call(f),
				asm.CatchAll(), asm.Try(asm.I32, asm.ConstI32(4), asm.Call(f), asm.CatchAll(), asm.Rethrow(1))),
			asm.Catch(0)))
	}, 3},
	"both of two are kept": {func(m *asm.Module) uint32 {
		f := thrower(m)
		return value(m, nil, asm.Try(asm.I32,
			asm.Try(asm.I32, asm.ConstI32(3), asm.Call(f), asm.CatchAll(),
				asm.Try(void, asm.ConstI32(4), asm.Call(f), asm.Op(0x1a), asm.CatchAll(), asm.ConstI32(0), asm.If(asm.Rethrow(1))),
				asm.Rethrow(0)),
			asm.Catch(0), asm.ConstI32(41), add32))
	}, 44},
	"thrown in a catch": {func(m *asm.Module) uint32 {
		f := thrower(m)
		return value(m, nil, asm.Try(asm.I32,
			asm.Try(asm.I32, asm.ConstI32(3), asm.Call(f), asm.Catch(0), asm.ConstI32(1), add32, asm.Call(f)),
			asm.Catch(0), asm.ConstI32(40), add32))
	}, 44},
	"delegated past a try": {func(m *asm.Module) uint32 {
		f := thrower(m)
		return value(m, nil, asm.Try(asm.I32,
			asm.Try(asm.I32, asm.TryDelegate(asm.I32, 1, asm.ConstI32(3), asm.Call(f)), asm.CatchAll(), asm.ConstI32(99)),
			asm.Catch(0), asm.ConstI32(50), add32))
	}, 53},
	"delegated to the try around": {func(m *asm.Module) uint32 {
		f := thrower(m)
		return value(m, nil, asm.Try(asm.I32, asm.TryDelegate(asm.I32, 0, asm.ConstI32(3), asm.Call(f)), asm.Catch(0), asm.ConstI32(55), add32))
	}, 58},
	"delegated to the caller": {func(m *asm.Module) uint32 {
		f := thrower(m)
		g := value(m, nil, asm.Try(asm.I32, asm.TryDelegate(asm.I32, 1, asm.ConstI32(3), asm.Call(f)), asm.CatchAll(), asm.ConstI32(99)))
		return value(m, nil, asm.Try(asm.I32, asm.Call(g), asm.Catch(0), asm.ConstI32(60), add32))
	}, 63},
	"delegated to a catch, which is no try any more": {func(m *asm.Module) uint32 {
		f := thrower(m)
		return value(m, nil, asm.Try(asm.I32,
			asm.Try(asm.I32, asm.ConstI32(2), asm.Call(f), asm.Catch(0), asm.Op(0x1a), asm.TryDelegate(asm.I32, 0, asm.ConstI32(3), asm.Call(f))),
			asm.Catch(0), asm.ConstI32(60), add32))
	}, 63},
	"values of all types": {func(m *asm.Module) uint32 {
		tag := m.Tag(asm.Types{asm.I32, asm.I64, asm.F64, asm.V128, asm.I32, asm.F32})
		m.Tag(asm.Types{asm.I64, asm.I64})
		f := m.Func(nil, nil, nil, asm.ConstI32(1), asm.ConstI64(2), asm.ConstF64(4), asm.ConstI32(8), asm.Vec(17), asm.ConstI32(16), asm.ConstF32(32), asm.Throw(tag))
		return value(m, asm.Types{asm.I32, asm.V128, asm.F64, asm.I64}, asm.Try(asm.I32, asm.Call(f), asm.ConstI32(0), asm.Catch(tag),
			asm.Op(0xa8), add32, asm.Set(0), asm.Set(1), asm.Set(2), asm.Set(3),
			asm.Get(0), add32, asm.Get(1), asm.Vec(27, 3), add32, asm.Get(2), asm.Op(0xaa), add32, asm.Get(3), asm.Op(0xa7), add32))
	}, 63},
	"locals written in the try": {func(m *asm.Module) uint32 {
		f := thrower(m)
		return value(m, asm.Types{asm.I32}, asm.ConstI32(1), asm.Set(0),
			asm.Try(asm.I32, asm.ConstI32(40), asm.Set(0), asm.ConstI32(2), asm.Call(f), asm.Catch(0), asm.Get(0), add32))
	}, 42},
	"a loop that tries ten times": {func(m *asm.Module) uint32 {
		f := thrower(m)
		return value(m, asm.Types{asm.I32, asm.I32}, asm.ConstI32(10), asm.Set(0),
			asm.While(0, asm.Try(void, asm.Get(0), asm.Call(f), asm.Op(0x1a), asm.Catch(0), asm.Get(1), add32, asm.Set(1))), asm.Get(1))
	}, 55},
	"a branch out of a try and back to a loop": {func(m *asm.Module) uint32 {
		f := thrower(m)
		return value(m, asm.Types{asm.I32}, asm.Block(asm.Loop(
			asm.Try(void, asm.Get(0), asm.ConstI32(1), add32, asm.Tee(0), asm.ConstI32(5), asm.Op(0x48), asm.BrIf(1), asm.Get(0), asm.Call(f), asm.Br(2),
				asm.Catch(0), asm.ConstI32(60), add32, asm.Set(0), asm.Br(2)))), asm.Get(0))
	}, 65},
	"a branch table out of a catch": {func(m *asm.Module) uint32 {
		f := thrower(m)
		return value(m, nil, asm.Typed(asm.I32, asm.Try(asm.I32, asm.ConstI32(1), asm.Call(f), asm.Catch(0),
			asm.Op(0x1a), asm.ConstI32(71), asm.ConstI32(1), asm.Op(0x0e, 2, 2, 1, 0)), asm.ConstI32(1), add32))
	}, 71},
	"through an indirect call": {func(m *asm.Module) uint32 {
		f := thrower(m)
		m.Table(1).Elements(0, f)
		return value(m, nil, asm.Try(asm.I32, asm.ConstI32(9), asm.ConstI32(0), asm.CallIndirect(m.Type(asm.Types{asm.I32}, asm.Types{asm.I32})), asm.Catch(0), asm.ConstI32(70), add32))
	}, 79},
	"a tail call leaves the try": {func(m *asm.Module) uint32 {
		f := thrower(m)
		g := value(m, nil, asm.Try(asm.I32, asm.ConstI32(3), asm.ReturnCall(f), asm.CatchAll(), asm.ConstI32(99)))
		return value(m, nil, asm.Try(asm.I32, asm.Call(g), asm.Catch(0), asm.ConstI32(80), add32))
	}, 83},
	"a hundred times out of 1,500 calls": {func(m *asm.Module) uint32 {
		f := thrower(m)
		deep := m.Next()
		m.Func(asm.Types{asm.I32}, asm.Types{asm.I32, asm.F64}, nil, asm.Get(0), asm.Op(0x45), asm.If(asm.ConstI32(1), asm.Call(f), asm.Op(0x1a)),
			asm.Get(0), asm.ConstI32(1), asm.Op(0x6b), asm.Call(deep))
		return value(m, asm.Types{asm.I32, asm.I32}, asm.ConstI32(100), asm.Set(0),
			asm.While(0, asm.Try(void, asm.ConstI32(1500), asm.Call(deep), asm.Op(0x1a, 0x1a), asm.Catch(0), asm.Get(1), add32, asm.Set(1))), asm.Get(1))
	}, 100},
	"a try with parameters": {func(m *asm.Module) uint32 {
		f := thrower(m)
		typ := byte(m.Type(asm.Types{asm.I32, asm.I64}, asm.Types{asm.I64, asm.I32}))
		return value(m, asm.Types{asm.I32}, asm.ConstI32(6), asm.ConstI64(50),
			asm.Try(typ, asm.Op(0x1a), asm.Call(f), asm.Set(0), asm.ConstI64(1), asm.Get(0), asm.Catch(0), asm.Set(0), asm.ConstI64(80), asm.Get(0)),
			asm.Set(0), asm.Op(0xa7), asm.Get(0), add32)
	}, 86},
	"code behind a throw": {func(m *asm.Module) uint32 {
		m.Tag(nil)
		return value(m, nil, asm.Try(asm.I32, asm.Throw(0), add32, asm.Call(0), asm.CatchAll(), asm.ConstI32(87)))
	}, 87},
	"a try that catches nothing": {func(m *asm.Module) uint32 {
		f := thrower(m)
		return value(m, nil, asm.Try(asm.I32, asm.Try(asm.I32, asm.ConstI32(8), asm.Call(f)), asm.Catch(0), asm.ConstI32(80), add32))
	}, 88},

	"second form: a value": {func(m *asm.Module) uint32 {
		f := thrower(m)
		return value(m, nil, asm.Typed(asm.I32, asm.TryTable(asm.I32, [][]byte{{0, 0, 0}}, asm.ConstI32(9), asm.Call(f)), asm.Op(0x0f)), asm.ConstI32(80), add32)
	}, 89},
	"second form: nothing thrown": {func(m *asm.Module) uint32 {
		f := thrower(m)
		return value(m, nil, asm.Block(asm.TryTable(asm.I32, [][]byte{{2, 0}}, asm.ConstI32(0), asm.Call(f)), asm.ConstI32(89), add32, asm.Op(0x0f)), asm.ConstI32(99))
	}, 90},
	"second form: the first clause that fits": {func(m *asm.Module) uint32 {
		f := thrower(m)
		other := byte(m.Tag(nil))
		return value(m, nil, asm.Block(asm.Typed(asm.I32,
			asm.TryTable(asm.I32, [][]byte{{0, other, 1}, {0, 0, 0}, {2, 1}, {0, 0, 0}}, asm.ConstI32(9), asm.Call(f)), asm.Op(0x0f)), asm.ConstI32(82), add32, asm.Op(0x0f)), asm.ConstI32(99))
	}, 91},
	"second form: back to a loop": {func(m *asm.Module) uint32 {
		f := thrower(m)
		return value(m, asm.Types{asm.I32}, asm.Loop(asm.Get(0), asm.ConstI32(1), add32, asm.Tee(0), asm.ConstI32(92), asm.Op(0x48),
			asm.If(asm.TryTable(void, [][]byte{{2, 1}}, asm.ConstI32(9), asm.Call(f), asm.Op(0x1a)))), asm.Get(0))
	}, 92},
	"second form: kept in a global, thrown again": {func(m *asm.Module) uint32 {
		f := thrower(m)
		g := m.Global(asm.Exn, asm.Op(0xd0, asm.Exn))
		return value(m, nil,
			asm.Typed(asm.Exn, asm.TryTable(void, [][]byte{{3, 0}}, asm.ConstI32(3), asm.Call(f), asm.Op(0x1a)), asm.Op(0x00)), asm.Op(0x24, byte(g)),
			asm.Block(asm.TryTable(void, [][]byte{{2, 0}}, asm.ConstI32(4), asm.Call(f), asm.Op(0x1a))),
			asm.Typed(asm.I32, asm.TryTable(void, [][]byte{{0, 0, 0}}, asm.Op(0x23, byte(g)), asm.ThrowRef()), asm.Op(0x00)), asm.ConstI32(90), add32)
	}, 93},
	"second form: a value and a reference": {func(m *asm.Module) uint32 {
		f := thrower(m)
		both := byte(m.Type(nil, asm.Types{asm.I32, asm.Exn}))
		return value(m, asm.Types{asm.I32, asm.Exn},
			asm.Get(1), asm.Op(0xd1), asm.Set(0), // 1: it holds none
			asm.Typed(both, asm.TryTable(void, [][]byte{{1, 0, 0}}, asm.ConstI32(46), asm.Call(f), asm.Op(0x1a)), asm.Op(0x00)),
			asm.Tee(1), asm.Op(0xd1), asm.Get(0), add32, add32, asm.Set(0), // 46 + 0 + 1
			asm.Typed(asm.I32, asm.TryTable(void, [][]byte{{0, 0, 0}}, asm.Get(1), asm.ThrowRef()), asm.Op(0x00)), asm.Get(0), add32)
	}, 93},
	"second form: a thousand exceptions kept and thrown again": {func(m *asm.Module) uint32 {
		f := thrower(m)
		return value(m, asm.Types{asm.I32, asm.I32}, asm.ConstI32(1000), asm.Set(0),
			asm.While(0, asm.Typed(asm.I32, asm.TryTable(void, [][]byte{{0, 0, 0}},
				asm.Typed(asm.Exn, asm.TryTable(void, [][]byte{{3, 0}}, asm.ConstI32(1), asm.Call(f), asm.Op(0x1a)), asm.Op(0x00)), asm.ThrowRef()), asm.Op(0x00)),
				asm.Get(1), add32, asm.Set(1)), asm.Get(1))
	}, 1000},
}

// TestExceptions: exceptions of both forms do what they say, on both of wazero's engines, and cost the same there.
func TestExceptions(t *testing.T) {
	compiler, interpreter := newEngine(t, Options{}), newEngine(t, Options{Interpreter: true})
	for name, tc := range exceptionCases {
		t.Run(name, func(t *testing.T) {
			module := exitWith(tc.build)
			spec := runtime.Spec{Program: runtime.ProgramOf(module), FuelLimit: 1 << 40, MemoryLimit: 1 << 20}
			first, err := compiler.Run(t.Context(), spec, nil)
			require.NoError(t, err)
			require.Equal(t, runtime.Exit, first.Reason, "%s", first.Stderr)
			require.Equal(t, tc.exp, first.ExitCode)
			second, err := interpreter.Run(t.Context(), spec, nil)
			require.NoError(t, err)
			require.Equal(t, first, second)

			spec.FuelLimit = first.Fuel
			exact, err := compiler.Run(t.Context(), spec, nil)
			require.NoError(t, err)
			require.Equal(t, runtime.Exit, exact.Reason)
			spec.FuelLimit--
			short, err := compiler.Run(t.Context(), spec, nil)
			require.NoError(t, err)
			require.Equal(t, runtime.OutOfFuel, short.Reason)
		})
	}
}

// TestUncaught: an exception that leaves the program stops it, with a reason of its own.
func TestUncaught(t *testing.T) {
	e := newEngine(t, Options{})
	for name, tc := range map[string]struct {
		build func(m *asm.Module)
		exp   string
	}{
		"from _start": {func(m *asm.Module) { m.Start(nil, asm.ConstI32(1), asm.Throw(m.Tag(asm.Types{asm.I32}))) }, "trap: uncaught exception\n"},
		"from below": {func(m *asm.Module) {
			f := thrower(m)
			m.Start(nil, asm.ConstI32(1), asm.Call(f), asm.Op(0x1a))
		}, "trap: uncaught exception\n"},
		"from the start function": {func(m *asm.Module) {
			m.StartSection(m.Func(nil, nil, nil, asm.Throw(m.Tag(nil))))
			m.Start(nil, asm.Op(0x00))
		}, "trap: uncaught exception\n"},
		"a reference that holds none": {func(m *asm.Module) {
			m.Tag(nil)
			m.Start(nil, asm.Op(0xd0, asm.Exn), asm.ThrowRef())
		}, "trap: unreachable\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var m asm.Module
			tc.build(&m)
			module := m.Bytes()
			o, err := e.Run(t.Context(), runtime.Spec{Program: runtime.ProgramOf(module), FuelLimit: 1e6, MemoryLimit: 1 << 20}, nil)
			require.NoError(t, err)
			require.Equal(t, runtime.Trap, o.Reason, "%s", o.Stderr)
			require.Equal(t, tc.exp, string(o.Stderr))
			require.Greater(t, o.Fuel, fuel.Start)
		})
	}
}

// TestTheEnginesOwnExceptions: wazero's compiler forgets what a try_table wrote to a local variable when it catches an exception. This is why
// the pass lowers exceptions (ADR 93). When this test fails, the engine has changed: read the ADR again.
func TestTheEnginesOwnExceptions(t *testing.T) {
	var m asm.Module
	m.Tag(nil)
	m.Func(nil, asm.Types{asm.I32}, asm.Types{asm.I32},
		asm.ConstI32(1), asm.Set(0),
		asm.Block(asm.TryTable(void, [][]byte{{2, 0}}, asm.ConstI32(2), asm.Set(0), asm.Throw(0))),
		asm.Get(0))
	m.Export("f", 0, 0)
	for _, tc := range []struct {
		config wazero.RuntimeConfig
		exp    uint64
	}{{wazero.NewRuntimeConfigInterpreter(), 2}, {wazero.NewRuntimeConfigCompiler(), 1}} {
		ctx := context.Background()
		r := wazero.NewRuntimeWithConfig(ctx, tc.config.WithCoreFeatures(admit.Features|experimental.CoreFeaturesExceptionHandling))
		instance, err := r.Instantiate(ctx, m.Bytes())
		require.NoError(t, err)
		got, err := instance.ExportedFunction("f").Call(ctx)
		require.NoError(t, err)
		require.Equal(t, []uint64{tc.exp}, got)
		require.NoError(t, r.Close(ctx))
	}
}

// TestExceptionsOfCpp: a program in C++ throws objects, destroys what is in between, throws again and catches by type, in both forms.
func TestExceptionsOfCpp(t *testing.T) {
	const want = "destroyed\n2\n" + "destroyed\npassed on 5\ncaught odd, alive 0\n" + "destroyed\ncaught 42, alive 0\n"
	for file, firstForm := range map[string]bool{"throw-1": true, "throw-2": false} {
		module, err := os.ReadFile("testdata/" + file + ".wasm")
		require.NoError(t, err)
		admitted, err := admit.AdmitModule(context.Background(), module)
		require.NoError(t, err)
		require.NotNil(t, admitted.Lowered)
		require.Equal(t, firstForm, admitted.FirstForm)
		spec := runtime.Spec{Program: runtime.ProgramOf(module), FuelLimit: 1e6, MemoryLimit: 1 << 20, OutputLimit: 1 << 10}
		for _, o := range []Options{{}, {Interpreter: true}} {
			got, err := newEngine(t, o).Run(context.Background(), spec, nil)
			require.NoError(t, err)
			require.Equal(t, runtime.Result, got.Kind, "%s: %s", file, got.Stderr)
			require.Equal(t, want, string(got.Stdout), file)
		}
	}
}
