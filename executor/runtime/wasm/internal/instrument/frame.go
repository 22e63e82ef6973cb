package instrument

import (
	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"
)

// temps are the locals that injected code needs. They are made when they are first needed, and their numbers follow the function's
// own locals.
type temps struct {
	first  uint32
	types  []wasmbin.ValueType
	shared map[wasmbin.ValueType]uint32
}

// takeLocal returns a local of a type that holds a value for a moment only. All injected code shares it.
func (t *temps) takeLocal(typ wasmbin.ValueType) uint32 {
	local, ok := t.shared[typ]
	if !ok {
		if t.shared == nil {
			t.shared = map[wasmbin.ValueType]uint32{}
		}
		local = t.keepLocal(typ)
		t.shared[typ] = local
	}
	return local
}

// keepLocal returns a new local that takeLocal does not hand out.
func (t *temps) keepLocal(typ wasmbin.ValueType) uint32 {
	t.types = append(t.types, typ)
	return t.first + uint32(len(t.types)-1)
}

// trapIf stops the app if the i32 on top of the stack is not zero. The counter that is negative then tells the reason.
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

// frameCost returns the cost of the function's frame, docs/fuel.md "Call depth".
func (b *body) frameCost(declared uint32) uint32 {
	slots := fuel.FrameBase + uint32(len(b.typ.Params)) + declared + b.count/fuel.FrameInstructions
	return min(slots, fuel.DepthLimit+1)
}

// assembleBody puts the finished code after its locals and its prologue. The code of a function with calls lies in a block of its
// own. Every exit passes the end of that block, and after it the frame is given back.
func (b *body) assembleBody(declared uint32) []byte {
	var code []byte
	frame := b.frameCost(declared)
	code = b.appendFuelTaken(code, b.entryCost)
	if b.calls {
		if b.tails {
			code = appendIndexed(appendIndexed(code, opGlobalGet, b.m.depthGlobal), opLocalSet, b.depth)
		}
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
