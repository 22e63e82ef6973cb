package instrument

import "github.com/credence-chain/credence/executor/runtime/fuel"

// staticCost is the static cost of an instruction, docs/fuel.md "Instructions".
func staticCost(op opcode) uint64 {
	switch op {
	case opNop, opBlock, opElse, opEnd, opReturn, opDrop, opUnreachable:
		return fuel.Free
	case opCall, opReturnCall:
		return fuel.Call
	case opCallIndirect, opReturnCallIndirect:
		return fuel.CallIndirect
	case opBrTable, opTableGet, opTableSet:
		return fuel.Table
	case opF32Store, opF64Store, opF32Copysign, opF64Copysign, opI32ReintF32, opI64ReintF64:
		return fuel.FloatBits
	case opF32Sqrt, opF32Div, opF64Sqrt, opF64Div:
		return fuel.Divide
	case opMemoryGrow, opMemoryInit, opDataDrop, opMemoryCopy, opMemoryFill,
		opTableInit, opElemDrop, opTableCopy, opTableGrow, opTableFill:
		return fuel.Bulk
	}
	switch {
	case op >= opI32DivS && op <= opI32RemU, op >= opI64DivS && op <= opI64RemU:
		return fuel.Divide
	case op>>8 == 0xfd && vectorDivide(op):
		return fuel.VectorDivide
	case op>>8 == 0xfd && vectorFloat(op) != 0:
		return fuel.VectorFloat
	case op>>8 == 0xfd:
		return fuel.Vector
	}
	return fuel.Simple
}

func vectorDivide(op opcode) bool {
	switch op {
	case 0xfde3, 0xfde7, 0xfdef, 0xfdf3: // f32x4.sqrt, .div, f64x2.sqrt, .div
		return true
	}
	return false
}

// vectorFloat returns the lane width in bits of a v128 instruction whose result may hold a NaN made by the machine. It returns 0
// for every other instruction.
func vectorFloat(op opcode) int {
	switch op {
	case 0xfd5e, // f32x4.demote_f64x2_zero
		0xfd67, 0xfd68, 0xfd69, 0xfd6a, // f32x4.ceil, floor, trunc, nearest
		0xfde3: // f32x4.sqrt
		return 32
	case 0xfd5f, // f64x2.promote_low_f32x4
		0xfd74, 0xfd75, 0xfd7a, 0xfd94, // f64x2.ceil, floor, trunc, nearest
		0xfdef: // f64x2.sqrt
		return 64
	}
	switch {
	case op >= 0xfde4 && op <= 0xfdeb: // f32x4.add ... pmax
		return 32
	case op >= 0xfdf0 && op <= 0xfdf7: // f64x2.add ... pmax
		return 64
	}
	return 0
}
