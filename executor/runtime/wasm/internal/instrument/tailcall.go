package instrument

import "github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"

// A tail call ends its function before the other function begins, so that such calls nest no deeper however many there are. wazero keeps
// that promise only where the parameters and results of both functions fit into registers, of which machines have different numbers.
// Elsewhere its tail call is a call that comes back, and its stack would end at another depth on each machine. So the pass decides, by
// the least registers of all machines: it leaves a tail call that fits, after it has given the frame back, and makes a call and a
// return of every other, which takes a frame as any call does.

// The registers for the parameters of a call, beside two that the engine takes, and for its results, on the machine that has the fewest.
const (
	integerRegisters = 6
	floatRegisters   = 8 // floats and vectors
)

func isTailCall(op opcode) bool { return op == opReturnCall || op == opReturnCallIndirect }

// leavesFrame says whether a tail call takes no frame, because the types of both functions fit into registers. A call of the host never does.
func (b *body) leavesFrame(ins instruction) bool {
	var callee wasmbin.FuncType
	switch index := uint32(ins.imm); {
	case ins.op == opReturnCallIndirect && index < uint32(len(b.m.types)):
		callee = b.m.types[index]
	case ins.op == opReturnCall && index >= uint32(len(b.m.imported)):
		var err error
		if callee, err = b.m.typeOf(index); err != nil {
			return false // the engine has refused such a module before
		}
	default:
		return false
	}
	return fitsRegisters(callee) && fitsRegisters(b.typ)
}

func fitsRegisters(t wasmbin.FuncType) bool {
	return fitRegisters(t.Params) && fitRegisters(t.Results)
}

func fitRegisters(types []wasmbin.ValueType) bool {
	integers, floats := 0, 0
	for _, t := range types {
		switch t {
		case wasmbin.F32, wasmbin.F64, wasmbin.V128:
			floats++
		default:
			integers++
		}
	}
	return integers <= integerRegisters && floats <= floatRegisters
}

// emitTailCall appends a tail call. The arguments are on the stack.
func (b *body) emitTailCall(ins instruction, raw []byte) {
	if !b.leavesFrame(ins) {
		call := opCall
		if ins.op == opReturnCallIndirect {
			call = opCallIndirect
		}
		b.pending = append(append(b.pending, byte(call)), raw[1:]...)
		b.pending = appendIndexed(b.pending, opBr, uint32(len(b.open))) // the end of the body, where the frame is given back
		return
	}
	if b.calls {
		if !b.tails {
			b.tails, b.depth = true, b.temps.keepLocal(wasmbin.I32)
		}
		b.pending = appendIndexed(appendIndexed(b.pending, opLocalGet, b.depth), opGlobalSet, b.m.depthGlobal)
	}
	b.pending = append(b.pending, raw...)
}
