package instrument

import (
	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"
)

// helper names a function that is added to the module. It takes a count from the top of the stack, charges for it, checks the fuel,
// and returns the count. A call right before an instruction whose last operand is the count charges that instruction.
type helper int

const (
	noHelper helper = iota - 1
	chargeBytes
	chargeElements
	chargePages
	helpers // how many there are
)

// helperFor returns the helper that charges an instruction's dynamic cost. The count is the last operand of each such instruction.
func helperFor(op opcode) helper {
	switch op {
	case opMemoryCopy, opMemoryFill, opMemoryInit:
		return chargeBytes
	case opTableCopy, opTableFill, opTableInit, opTableGrow:
		return chargeElements
	case opMemoryGrow:
		return chargePages
	}
	return noHelper
}

// helperBody returns a helper's entry of the code section. Local 0 is the count, local 1 holds the fuel.
func helperBody(h helper, fuelGlobal uint32) []byte {
	const (
		opI32LeU     opcode = 0x4d
		opI64ExtendU opcode = 0xad
		opI64DivU    opcode = 0x80
	)
	b := []byte{1, 1, wasmbin.I64} // one local of type i64
	b = appendIndexed(b, opGlobalGet, fuelGlobal)
	b = append(appendIndexed(b, opLocalGet, 0), byte(opI64ExtendU))
	switch h {
	case chargeBytes:
		b = append(appendI64Const(b, fuel.BytesPerFuel), byte(opI64DivU))
	case chargeElements:
		b = append(appendI64Const(b, fuel.Element), byte(opI64Mul))
	case chargePages:
		b = append(appendI64Const(b, fuel.Page), byte(opI64Mul))
		// The count exceeds the largest number of pages: the request fails and costs nothing.
		b = appendI64Const(b, 0)
		b = appendIndexed(b, opLocalGet, 0)
		b = wasmbin.AppendSigned(append(b, byte(opI32Const)), fuel.MaxPages)
		b = append(b, byte(opI32LeU), byte(opSelect))
	}
	b = appendIndexed(append(b, byte(opI64Sub)), opLocalTee, 1)
	b = appendIndexed(b, opGlobalSet, fuelGlobal)
	b = appendIndexed(b, opLocalGet, 1)
	b = append(append(b, byte(opI64Const), 0, byte(opI64LtS)), trapIf...)
	b = appendIndexed(b, opLocalGet, 0)
	return append(b, byte(opEnd))
}

func appendI64Const(b []byte, v uint64) []byte {
	return wasmbin.AppendSigned(append(b, byte(opI64Const)), int64(v))
}
