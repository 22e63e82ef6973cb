package engine

import (
	"bytes"
	"context"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/admit"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/asm"
	"github.com/credence-chain/credence/testutil/until"
)

// expression is the twin of a constant expression: a tree with a value. An i32 has its value in 32 bits.
type expression struct {
	code  []byte
	value uint64
}

// cut returns the value that a number of a type has.
func cut(typ wasmbin.ValueType, value uint64) uint64 {
	if typ == asm.I32 {
		return value & 0xffffffff
	}
	return value
}

// constantGlobal is a global of the twin.
type constantGlobal struct {
	typ   wasmbin.ValueType
	value uint64
}

// drawExpression draws an expression of a type, which may read the globals.
func drawExpression(t *rapid.T, typ wasmbin.ValueType, depth int, globals []constantGlobal) expression {
	first := byte(0x6a) // i32.add, before i32.sub and i32.mul
	if typ == asm.I64 {
		first = 0x7c
	}
	kind := rapid.IntRange(-2, 2).Draw(t, "operation")
	if kind >= 0 && depth > 0 {
		x, y := drawExpression(t, typ, depth-1, globals), drawExpression(t, typ, depth-1, globals)
		value := []uint64{x.value + y.value, x.value - y.value, x.value * y.value}[kind]
		return expression{asm.Code(x.code, y.code, asm.Op(first+byte(kind))), cut(typ, value)}
	}
	if kind == -2 && len(globals) > 0 {
		if at := rapid.IntRange(0, len(globals)-1).Draw(t, "global"); globals[at].typ == typ {
			return expression{asm.GlobalGet(uint32(at)), globals[at].value}
		}
	}
	if typ == asm.I32 {
		v := rapid.Int32().Draw(t, "number")
		return expression{asm.ConstI32(v), uint64(uint32(v))}
	}
	v := rapid.Int64().Draw(t, "number")
	return expression{asm.ConstI64(v), uint64(v)}
}

// TestTwinConstants: globals, and places of data and elements, have on both of wazero's engines the values that the twin computes, and
// computing them costs nothing.
func TestTwinConstants(t *testing.T) {
	compiler, interpreter := newEngine(t, Options{}), newEngine(t, Options{Interpreter: true})
	computed := 0
	until.Check(t, func(t *rapid.T) {
		var m asm.Module
		open, write := importWASI(&m, "path_open"), importWASI(&m, "fd_write")
		m.Memory(1, 0)
		m.Data(0, []byte("out/r"))
		var globals []constantGlobal
		for range rapid.IntRange(1, 8).Draw(t, "globals") {
			typ := rapid.SampledFrom([]wasmbin.ValueType{asm.I32, asm.I64}).Draw(t, "type")
			e := drawExpression(t, typ, 4, globals)
			m.Constant(typ, e.code)
			globals = append(globals, constantGlobal{typ, e.value})
		}
		// A place is what an expression comes to, and what is missing to a place that fits.
		place := func(to uint32) []byte {
			e := drawExpression(t, asm.I32, 3, globals)
			return asm.Code(e.code, asm.ConstI32(int32(to-uint32(e.value))), asm.Op(0x6a))
		}
		const out = 1024
		size := int32(8*len(globals) + 8)
		m.Data(16, binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, out), uint32(size)))
		m.DataAt(place(out), []byte("abc"))
		m.Table(8)
		entry := m.Func(nil, asm.Types{asm.I32}, nil, asm.ConstI32(0x1234))
		at := rapid.Uint32Range(0, 7).Draw(t, "element")
		m.RawElements(asm.Op(0), place(at), asm.Op(0x0b, 1, byte(entry)))
		code := asm.Code(asm.ConstI32(out), asm.ConstI32(int32(at)), asm.CallIndirect(m.Type(nil, asm.Types{asm.I32})), asm.Mem(0x36, 4))
		want := append([]byte("abc\x00"), 0x34, 0x12, 0, 0)
		for i, g := range globals {
			widen := []byte(nil)
			if g.typ == asm.I32 {
				widen = asm.Op(0xad)
			}
			code = append(code, asm.Code(asm.ConstI32(out), asm.GlobalGet(uint32(i)), widen, asm.Mem(0x37, uint32(8+8*i)))...)
			want = binary.LittleEndian.AppendUint64(want, g.value)
		}
		module := m.Start(nil, code,
			asm.ConstI32(3), asm.ConstI32(0), asm.ConstI32(0), asm.ConstI32(5), asm.ConstI32(1), asm.ConstI64(64), asm.ConstI64(0), asm.ConstI32(0), asm.ConstI32(24), asm.Call(open), asm.Op(0x1a),
			asm.ConstI32(4), asm.ConstI32(16), asm.ConstI32(1), asm.ConstI32(24), asm.Call(write), asm.Op(0x1a),
		).Bytes()
		spec := runtime.Spec{Program: runtime.ProgramOf(module), FuelLimit: 1 << 30, MemoryLimit: 1 << 20, OutputLimit: 1 << 10}
		first, err := compiler.Run(context.Background(), spec, nil)
		if err != nil || first.Kind != runtime.Result || !bytes.Equal(first.Files[0].Content.(artifact.Bytes), want) {
			t.Fatalf("got %+v, %v, the twin has %x", first, err, want)
		}
		second, err := interpreter.Run(context.Background(), spec, nil)
		if err != nil || !bytes.Equal(second.Files[0].Content.(artifact.Bytes), want) || first.Fuel != second.Fuel {
			t.Fatalf("the interpreter: got %+v, %v, the twin has %x", second, err, want)
		}
		widened := 0
		for _, g := range globals {
			if g.typ == asm.I32 {
				widened++
			}
		}
		costs := fuel.Start + fuel.Page + 8/fuel.BytesPerFuel + 8 + 1 + // 8 bytes of data, the table and its element; 5 and 3 bytes are free
			2*fuel.Entry + 3 + fuel.CallIndirect + 1 + uint64(3*len(globals)+widened) +
			9 + fuel.Call + fuel.HostCall + fuel.HostPath + 5 +
			4 + fuel.Call + fuel.HostCall + fuel.HostVector + uint64(2*size)/fuel.BytesPerFuel
		if first.Fuel != costs {
			t.Fatalf("got fuel %d, the twin used %d", first.Fuel, costs)
		}
		computed++
	}, func() bool { return computed > 20 })
}

// TestTheEnginesOwnConstants: wazero's own constant expressions read no global before them that the module itself defines. If it fails, wazero
// can do what the pass does.
func TestTheEnginesOwnConstants(t *testing.T) {
	var m asm.Module
	m.Constant(asm.I32, asm.ConstI32(1), asm.ConstI32(2), asm.Op(0x6a))
	compile := func(module []byte) error {
		ctx := context.Background()
		r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter().WithCoreFeatures(admit.Features|experimental.CoreFeaturesExtendedConst))
		defer r.Close(ctx)
		_, err := r.CompileModule(ctx, module)
		return err
	}
	require.NoError(t, compile(m.Bytes()))
	m.Constant(asm.I32, asm.GlobalGet(0))
	require.ErrorContains(t, compile(m.Bytes()), "global index out of range")
}
