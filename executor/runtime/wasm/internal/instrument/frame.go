package instrument

import (
	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"
)

// temps are the locals that injected code needs, made when first asked for and
// numbered behind the function's own.
type temps struct {
	first uint32
	types []wasmbin.ValueType
}

func (t *temps) takeLocal(typ wasmbin.ValueType) uint32 {
	for i, known := range t.types {
		if known == typ {
			return t.first + uint32(i)
		}
	}
	t.types = append(t.types, typ)
	return t.first + uint32(len(t.types)-1)
}

// trapIf stops the app when the i32 on top of the stack is not zero. Which of the
// counters is negative tells why.
var trapIf = []byte{byte(opIf), 0x40, byte(opUnreachable), byte(opEnd)}

// appendCharge appends: fuel -= cost.
func appendCharge(out []byte, fuelGlobal uint32, cost uint64) []byte {
	out = appendIndexed(out, opGlobalGet, fuelGlobal)
	out = wasmbin.AppendSigned(append(out, byte(opI64Const)), int64(cost))
	out = append(out, byte(opI64Sub))
	return appendIndexed(out, opGlobalSet, fuelGlobal)
}

// appendFuelTaken appends: fuel -= cost, and leaves on the stack whether fuel is
// negative now.
func (b *body) appendFuelTaken(out []byte, cost uint64) []byte {
	temp := b.temps.takeLocal(wasmbin.I64)
	out = appendIndexed(out, opGlobalGet, b.m.fuelGlobal)
	out = wasmbin.AppendSigned(append(out, byte(opI64Const)), int64(cost))
	out = appendIndexed(append(out, byte(opI64Sub)), opLocalTee, temp)
	out = appendIndexed(out, opGlobalSet, b.m.fuelGlobal)
	out = appendIndexed(out, opLocalGet, temp)
	return append(out, byte(opI64Const), 0, byte(opI64LtS))
}

func (b *body) appendCheckedCharge(out []byte, cost uint64) []byte {
	return append(b.appendFuelTaken(out, cost), trapIf...)
}

// appendDepthTaken appends: depth -= frame, and leaves on the stack whether depth
// is negative now.
func (b *body) appendDepthTaken(out []byte, frame uint32) []byte {
	temp := b.temps.takeLocal(wasmbin.I32)
	out = appendIndexed(out, opGlobalGet, b.m.depthGlobal)
	out = wasmbin.AppendSigned(append(out, byte(opI32Const)), int64(frame))
	out = appendIndexed(append(out, byte(opI32Sub)), opLocalTee, temp)
	out = appendIndexed(out, opGlobalSet, b.m.depthGlobal)
	out = appendIndexed(out, opLocalGet, temp)
	return append(out, byte(opI32Const), 0, byte(opI32LtS))
}

// frameCost is the cost of the function's frame, docs/fuel.md "Call depth".
func (b *body) frameCost(declared uint32) uint32 {
	slots := fuel.FrameBase + uint32(len(b.typ.Params)) + declared + b.count/fuel.FrameInstructions
	return min(slots, fuel.DepthLimit+1)
}

// assembleBody puts the finished code behind its locals and its prologue. A function
// that calls has its code in a block of its own, whose end every way out passes,
// and behind which the frame is given back.
func (b *body) assembleBody(declared uint32) []byte {
	var code []byte
	frame := b.frameCost(declared)
	code = b.appendFuelTaken(code, b.entryCost)
	if b.calls {
		code = append(b.appendDepthTaken(code, frame), byte(opI32Or))
	}
	code = append(code, trapIf...)
	if b.calls {
		code = append(code, byte(opBlock))
		code = wasmbin.AppendSigned(code, b.m.blockType(b.typ.Results))
	}
	code = append(code, b.out...)
	if b.calls {
		code = append(code, byte(opEnd))
		code = appendIndexed(code, opGlobalGet, b.m.depthGlobal)
		code = wasmbin.AppendSigned(append(code, byte(opI32Const)), int64(frame))
		code = appendIndexed(append(code, byte(opI32Add)), opGlobalSet, b.m.depthGlobal)
	}
	code = append(code, byte(opEnd))
	return append(b.appendLocals(nil), code...)
}

func (b *body) appendLocals(out []byte) []byte {
	out = wasmbin.AppendU32(out, uint32(len(b.locals)+len(b.temps.types)))
	for _, group := range b.locals {
		out = append(wasmbin.AppendU32(out, group.count), group.typ)
	}
	for _, typ := range b.temps.types {
		out = append(wasmbin.AppendU32(out, 1), typ)
	}
	return out
}
