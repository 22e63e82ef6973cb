package instrument

import (
	"errors"

	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/refusal"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"
)

// body rewrites the body of one function. It cuts the code into metering blocks,
// runs of instructions entered only at their start and left only at their end
// (calls and traps aside), and puts the charge for all of a block before it.
type body struct {
	m      *module
	typ    wasmbin.FuncType
	locals []localGroup
	temps  temps

	out       []byte // finished code
	entered   bool   // whether the first block is finished
	entryCost uint64 // its cost

	pending []byte // code of the block being read
	cost    uint64 // its cost
	checked bool   // whether its charge is followed by a check
	open    []opcode
	count   uint32 // instructions read
	calls   bool   // whether it takes a frame
	depth   uint32 // the local that keeps the depth before the frame, if it has tail calls
	tails   bool   // whether it has
}

type localGroup struct {
	count uint32
	typ   wasmbin.ValueType
}

// rewriteBody returns the new content of an entry of the code section.
func rewriteBody(m *module, typ wasmbin.FuncType, code []byte) ([]byte, error) {
	r := wasmbin.NewReader(code)
	b := &body{m: m, typ: typ}
	declared, err := b.readLocals(r)
	if err != nil {
		return nil, err
	}
	b.temps.first = uint32(len(typ.Params)) + declared
	b.calls, err = b.callsAnything(*r)
	if err != nil {
		return nil, err
	}
	b.cost = fuel.Entry + uint64(declared)/fuel.LocalsPerFuel
	if err := b.rewriteBody(r); err != nil {
		return nil, err
	}
	return b.assembleBody(declared), nil
}

func (b *body) readLocals(r *wasmbin.Reader) (declared uint32, err error) {
	groups, err := r.Count("groups of locals", fuel.MaxLocals)
	if err != nil {
		return 0, err
	}
	for ; groups > 0; groups-- {
		n, err := r.U32()
		if err != nil {
			return 0, err
		}
		typ, err := r.Byte()
		if err != nil {
			return 0, err
		}
		if err := wasmbin.CheckType("a local", typ); err != nil {
			return 0, err
		}
		if n > fuel.MaxLocals || declared+n+uint32(len(b.typ.Params)) > fuel.MaxLocals {
			return 0, refusal.New(refusal.Limits, "more than %d locals", fuel.MaxLocals)
		}
		declared += n
		b.locals = append(b.locals, localGroup{n, typ})
	}
	return declared, nil
}

// callsAnything says whether the rest of the code contains a call that comes back to it.
func (b *body) callsAnything(r wasmbin.Reader) (bool, error) {
	for r.Len() > 0 {
		ins, err := readInstruction(&r)
		if err != nil {
			return false, err
		}
		if ins.op == opCall || ins.op == opCallIndirect || isTailCall(ins.op) && !b.leavesFrame(ins) {
			return true, nil
		}
	}
	return false, nil
}

var errEnd = errors.New("a function's body does not stop where it ends")

func (b *body) rewriteBody(r *wasmbin.Reader) error {
	previous := opNop
	for {
		start := r.Pos()
		ins, err := readInstruction(r)
		if err != nil {
			return err
		}
		if isException(ins.op) {
			return refusal.New(refusal.Exceptions, "instruction %#x in a module without a section of exception tags, in which nothing can be thrown", uint16(ins.op))
		}
		b.count++
		b.cost += staticCost(ins.op)
		if ins.op == opEnd && len(b.open) == 0 {
			if r.Len() > 0 {
				return errEnd
			}
			b.flushBlock()
			return nil
		}
		b.emitInstruction(ins, r.Since(start), previous)
		if err := b.trackNesting(ins.op); err != nil {
			return err
		}
		previous = ins.op
	}
}

// emitInstruction appends one instruction and the code that must surround it.
func (b *body) emitInstruction(ins instruction, raw []byte, previous opcode) {
	if t := floatSeen(ins.op); t != 0 && !hasSettledBits(previous) {
		b.pending = appendCanonScalar(b.pending, t, b.temps.takeLocal(t))
	}
	switch helper := helperFor(ins.op); {
	case helper != noHelper:
		b.pending = appendIndexed(b.pending, opCall, b.m.helperIndex(helper))
	case isTailCall(ins.op):
		b.emitTailCall(ins, raw)
		return
	case ins.op == opReturn && b.calls:
		// The body has become a block of its own, so that all its exits meet at the place where the frame is given back.
		b.pending = appendIndexed(b.pending, opBr, uint32(len(b.open)))
		return
	}
	b.pending = append(b.pending, raw...)
	if lane := vectorFloat(ins.op); ins.op>>8 == 0xfd && lane != 0 {
		b.pending = appendCanonVector(b.pending, lane, b.temps.takeLocal(wasmbin.V128))
	}
}

// trackNesting ends metering blocks and follows the nesting. Entering a block does not end one, and neither does leaving a loop at
// its end, because no branch leads there.
func (b *body) trackNesting(op opcode) error {
	switch op {
	case opBlock:
		b.open = append(b.open, op)
	case opLoop:
		b.open = append(b.open, op)
		b.moveToLoop()
	case opIf:
		b.open = append(b.open, op)
		b.flushBlock()
	case opEnd:
		closed := b.open[len(b.open)-1]
		b.open = b.open[:len(b.open)-1]
		if closed != opLoop {
			b.flushBlock()
		}
	case opElse:
		if len(b.open) == 0 || b.open[len(b.open)-1] != opIf {
			return errors.New("else without if")
		}
		b.flushBlock()
	case opBr, opBrIf, opBrTable, opReturn, opReturnCall, opReturnCallIndirect, opUnreachable:
		b.flushBlock()
	}
	return nil
}

// moveToLoop starts the block at the head of a loop. The cost of the loop
// instruction itself belongs to that block, so that each round pays it.
func (b *body) moveToLoop() {
	b.cost -= staticCost(opLoop)
	b.flushBlock()
	b.cost, b.checked = staticCost(opLoop), true
}

// flushBlock writes the pending block after its charge. assembleBody writes the charge of the first block, because it knows the
// size of the frame.
func (b *body) flushBlock() {
	switch {
	case !b.entered:
		b.entered, b.entryCost = true, b.cost
	case b.checked:
		b.out = b.appendCheckedCharge(b.out, b.cost)
	case b.cost > 0:
		b.out = appendCharge(b.out, b.m.fuelGlobal, b.cost)
	}
	b.out = append(b.out, b.pending...)
	b.pending, b.cost, b.checked = b.pending[:0], 0, false
}
