package asm

import (
	"encoding/binary"
	"math"

	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"
)

// Op is a run of bytes: an instruction without immediates, or any code as it is.
func Op(b ...byte) []byte { return b }

// Code joins pieces of code.
func Code(parts ...[]byte) []byte { return joinCode(parts) }

// Repeat is the same code n times.
func Repeat(n int, code ...[]byte) (out []byte) {
	for ; n > 0; n-- {
		out = append(out, joinCode(code)...)
	}
	return out
}

// ConstI32 is i32.const.
func ConstI32(v int32) []byte { return wasmbin.AppendSigned([]byte{0x41}, int64(v)) }

// ConstI64 is i64.const.
func ConstI64(v int64) []byte { return wasmbin.AppendSigned([]byte{0x42}, v) }

// ConstF32 is f32.const.
func ConstF32(v float32) []byte {
	return binary.LittleEndian.AppendUint32([]byte{0x43}, math.Float32bits(v))
}

// ConstF64 is f64.const.
func ConstF64(v float64) []byte {
	return binary.LittleEndian.AppendUint64([]byte{0x44}, math.Float64bits(v))
}

// Get, Set and Tee are local.get, local.set and local.tee.
func Get(local uint32) []byte { return wasmbin.AppendU32([]byte{0x20}, local) }

// Set is local.set.
func Set(local uint32) []byte { return wasmbin.AppendU32([]byte{0x21}, local) }

// Tee is local.tee.
func Tee(local uint32) []byte { return wasmbin.AppendU32([]byte{0x22}, local) }

// GlobalGet is global.get.
func GlobalGet(global uint32) []byte { return wasmbin.AppendU32([]byte{0x23}, global) }

// Call is call.
func Call(function uint32) []byte { return wasmbin.AppendU32([]byte{0x10}, function) }

// ReturnCall calls a function, whose results are those of the calling function, which has ended before.
func ReturnCall(function uint32) []byte { return wasmbin.AppendU32([]byte{0x12}, function) }

// ReturnCallIndirect does so through table 0.
func ReturnCallIndirect(typ uint32) []byte { return append(wasmbin.AppendU32([]byte{0x13}, typ), 0) }

// CallIndirect is call_indirect through table 0.
func CallIndirect(typ uint32) []byte { return append(wasmbin.AppendU32([]byte{0x11}, typ), 0) }

// Mem is a load or store: opcode, then alignment 1 and the offset.
func Mem(op byte, offset uint32) []byte { return wasmbin.AppendU32([]byte{op, 0}, offset) }

// Vec is a v128 instruction: number, then immediates.
func Vec(number uint32, immediates ...byte) []byte {
	return append(wasmbin.AppendU32([]byte{0xfd}, number), immediates...)
}

// Bulk is an instruction of the 0xfc page: number, then immediates.
func Bulk(number uint32, immediates ...byte) []byte {
	return append(wasmbin.AppendU32([]byte{0xfc}, number), immediates...)
}

// Block, Loop and If are the structured instructions, without parameters and results.
func Block(code ...[]byte) []byte { return wrapBlock(0x02, code) }

// Loop is loop.
func Loop(code ...[]byte) []byte { return wrapBlock(0x03, code) }

// If is if, without else.
func If(code ...[]byte) []byte { return wrapBlock(0x04, code) }

// Br and BrIf are branches.
func Br(label uint32) []byte { return wasmbin.AppendU32([]byte{0x0c}, label) }

// BrIf is br_if.
func BrIf(label uint32) []byte { return wasmbin.AppendU32([]byte{0x0d}, label) }

func wrapBlock(op byte, code [][]byte) []byte {
	return append(append([]byte{op, 0x40}, joinCode(code)...), 0x0b)
}

// While runs code as long as the local, counted down by one each round, is not zero.
func While(local uint32, code ...[]byte) []byte {
	return Loop(joinCode(code), Get(local), ConstI32(1), Op(0x6b), Tee(local), BrIf(0))
}

// Throw throws an exception.
func Throw(tag uint32) []byte { return wasmbin.AppendU32([]byte{0x08}, tag) }

// ThrowRef throws the exception that a value holds.
func ThrowRef() []byte { return []byte{0x0a} }

// Try is try of the first form. Its catches are parts of the code.
func Try(typ byte, code ...[]byte) []byte {
	return append(append([]byte{0x06, typ}, joinCode(code)...), 0x0b)
}

// Catch begins the part of a Try that catches a tag.
func Catch(tag uint32) []byte { return wasmbin.AppendU32([]byte{0x07}, tag) }

// CatchAll begins the part of a Try that catches all.
func CatchAll() []byte { return []byte{0x19} }

// Rethrow throws what the Try of a label has caught.
func Rethrow(label uint32) []byte { return wasmbin.AppendU32([]byte{0x09}, label) }

// TryDelegate is a try of the first form whose exceptions go to a label.
func TryDelegate(typ byte, label uint32, code ...[]byte) []byte {
	return wasmbin.AppendU32(append(append([]byte{0x06, typ}, joinCode(code)...), 0x18), label)
}

// TryTable is try_table with encoded clauses.
func TryTable(typ byte, clauses [][]byte, code ...[]byte) []byte {
	b := append(wasmbin.AppendU32([]byte{0x1f, typ}, uint32(len(clauses))), joinCode(clauses)...)
	return append(append(b, joinCode(code)...), 0x0b)
}

// Typed is a block with results.
func Typed(typ byte, code ...[]byte) []byte {
	return append(append([]byte{0x02, typ}, joinCode(code)...), 0x0b)
}
