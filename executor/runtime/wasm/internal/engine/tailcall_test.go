package engine

import (
	"context"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/asm"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/testapps"
)

// runTails runs a module on wazero's compiler. If it ends well it runs on wazero's interpreter too, and comes to the same. (The interpreter
// has a small stack of its own, which ends before our limit on the depth.)
func runTails(t *testing.T, module []byte) runtime.Outcome {
	t.Helper()
	spec := runtime.Spec{Program: runtime.ProgramOf(module), FuelLimit: 1e10, MemoryLimit: 1 << 20, OutputLimit: 64}
	compiled, err := newEngine(t, Options{}).Run(context.Background(), spec, nil)
	require.NoError(t, err)
	if compiled.Kind == runtime.Result {
		interpreted, err := newEngine(t, Options{Interpreter: true}).Run(context.Background(), spec, nil)
		require.NoError(t, err)
		require.Equal(t, compiled, interpreted)
	}
	return compiled
}

// Tail calls whose parameters fit into the registers of every machine nest no deeper, however many there are, although the function has
// a frame because of another call. With one parameter more each takes a frame, on every machine, and the depth ends.
func TestTailCalls(t *testing.T) {
	const fit = integers - 2 // extra parameters
	for _, n := range []int64{0, 1, 7, 5_000_000} {
		o := runTails(t, testapps.TailCalls(n, fit))
		require.Equal(t, runtime.Result, o.Kind, o.Reason)
		require.EqualValues(t, n*(n+1)/2, binary.LittleEndian.Uint64(o.Files[0].Content.(artifact.Bytes)))
	}
	o := runTails(t, testapps.TailCalls(100, fit+1))
	require.Equal(t, runtime.Result, o.Kind, o.Reason)
	require.EqualValues(t, 5_050, binary.LittleEndian.Uint64(o.Files[0].Content.(artifact.Bytes)))
	require.Equal(t, runtime.CallDepth, runTails(t, testapps.TailCalls(5_000_000, fit+1)).Reason)
}

// integers is the least number of registers for parameters, docs/fuel.md "Call depth".
const integers = 6

// A tail call gives back the frame that its function took, and no more: however often it is done, a recursion is stopped after the same
// number of calls.
func TestTailCallsKeepTheDepth(t *testing.T) {
	module := func(rounds int32) []byte {
		var m asm.Module
		m.Memory(1, 0)
		leaf := m.Func(nil, nil, nil)
		caller := m.Func(nil, nil, nil, asm.Call(leaf))
		tail := m.Func(nil, nil, nil, asm.Call(leaf), asm.ReturnCall(caller))
		self := m.Next()
		m.Func(nil, nil, nil, asm.Call(self))
		return m.Start(asm.Types{asm.I32},
			asm.ConstI32(rounds), asm.Set(0), asm.While(0, asm.Call(tail)), asm.Call(self)).Bytes()
	}
	one, many := runTails(t, module(1)), runTails(t, module(100_001))
	require.Equal(t, runtime.CallDepth, one.Reason)
	require.Equal(t, runtime.CallDepth, many.Reason)
	rest := runTails(t, module(50_001))
	require.Equal(t, 2*(rest.Fuel-one.Fuel), many.Fuel-one.Fuel, "the recursion takes the same fuel after any number of tail calls")
}
