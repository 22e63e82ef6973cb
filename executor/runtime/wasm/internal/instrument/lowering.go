package instrument

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/refusal"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"
)

// lowering writes the body of one function anew, without exceptions. Blocks are named by their height: how many blocks are open inside them
// and around them, they included, in the code that is written.
type lowering struct {
	m     *module
	e     *exceptions
	typ   wasmbin.FuncType
	local locals

	out     []byte
	height  uint32
	frames  []frame   // the blocks of the code that is read, the function first
	forms   []tryForm // of those tries that have not begun
	unwinds bool      // whether exceptions leave the function for unwindHeight
	caught  [][]uint32
	keeping int               // how many of caught are in use
	top     wasmbin.ValueType // the type of the reference on top of the stack, where the last instruction says it, or 0
}

// frame is a block that is open in the code that is read.
type frame struct {
	op      opcode
	label   uint32 // the block that a branch to it goes to
	catchTo uint32 // the block behind whose end an exception in it is caught
	outer   uint32 // the same around it
	results []wasmbin.ValueType
	clauses []clause
	form    tryForm
	caught  []uint32 // the locals that hold what was caught: the number of the tag plus one, then its values
	arm     bool     // whether the part that is read is a catch
	all     bool     // whether it is a catch_all
}

// An exception leaves a function with results for the end of a block around its body, after which it returns zeros. It leaves a function
// without results as a return does.
const (
	unwindHeight uint32 = 1
	bodyHeight   uint32 = 2
)

// exnBlock is the type of a block whose result is an exception.
const exnBlock = int64(wasmbin.ExnRef) - 128

// locals are the parameters and locals of a function.
type locals struct {
	types  []wasmbin.ValueType // of the function's own
	groups []localGroup        // without parameters, with those that are added
	count  uint32              // of all
	box    uint32              // holds a reference to an exception for a moment, if boxed
	boxed  bool
}

// lowerLocals reads the locals of a function and lowers their types.
func (m *module) lowerLocals(typ wasmbin.FuncType, r *wasmbin.Reader) (locals, error) {
	b := &body{m: m, typ: typ}
	if _, err := b.readLocals(r); err != nil {
		return locals{}, err
	}
	all := locals{types: append([]wasmbin.ValueType{}, typ.Params...), groups: b.locals}
	for i, group := range all.groups {
		lowered := m.exceptions.lowerType(group.typ)
		all.groups[i].typ = lowered
		all.types = append(all.types, bytes.Repeat([]byte{lowered}, int(group.count))...)
	}
	all.count = uint32(len(all.types))
	return all, nil
}

// addLocal returns a new local.
func (l *locals) addLocal(typ wasmbin.ValueType) (uint32, error) {
	if l.count >= fuel.MaxLocals {
		return 0, refusal.New(refusal.Limits, "more than %d locals, with those that catch exceptions", fuel.MaxLocals)
	}
	l.groups, l.count = append(l.groups, localGroup{1, typ}), l.count+1
	return l.count - 1, nil
}

// lowerBodies returns the section of code.
func (m *module) lowerBodies() ([]byte, error) {
	out := wasmbin.AppendU32(nil, uint32(len(m.bodies)))
	for i, code := range m.bodies {
		lowered, err := m.lowerBody(m.types[m.defined[i]], code)
		if err != nil {
			return nil, fmt.Errorf("function %d: %w", len(m.imported)+i, err)
		}
		m.bodies[i] = lowered
		if out = wasmbin.AppendBytes(out, lowered); len(out) > fuel.MaxModuleSize {
			return nil, refusal.New(refusal.Limits, "more than %d bytes of code, once exceptions are lowered", fuel.MaxModuleSize)
		}
	}
	return out, nil
}

func (m *module) lowerBody(typ wasmbin.FuncType, code []byte) ([]byte, error) {
	l := &lowering{m: m, e: m.exceptions, typ: typ, height: bodyHeight}
	r := wasmbin.NewReader(code)
	var err error
	if l.local, err = m.lowerLocals(typ, r); err != nil {
		return nil, err
	}
	f := &formReader{e: m.exceptions, call: func(instruction) error { return nil }}
	again := *r
	if err := f.readForms(&again); err != nil {
		return nil, err
	}
	l.forms = f.forms
	unwind := unwindHeight
	if len(typ.Results) == 0 {
		unwind = bodyHeight
	}
	l.frames = []frame{{op: opBlock, label: bodyHeight, catchTo: unwind}}
	for len(l.frames) > 0 {
		start := r.Pos()
		ins, err := readInstruction(r)
		if err != nil {
			return nil, err
		}
		if err := l.lowerInstruction(ins, r.Since(start)); err != nil {
			return nil, err
		}
		if len(l.out) > fuel.MaxBody {
			return nil, refusal.New(refusal.Limits, "a function of more than %d bytes, once exceptions are lowered", fuel.MaxBody)
		}
	}
	return l.assemble(), nil
}

// assemble puts the code after its locals, and into the block that exceptions leave for, if any do.
func (l *lowering) assemble() []byte {
	out := wasmbin.AppendU32(nil, uint32(len(l.local.groups)))
	for _, group := range l.local.groups {
		out = append(wasmbin.AppendU32(out, group.count), group.typ)
	}
	if !l.unwinds {
		return append(out, l.out...)
	}
	out = append(out, byte(opBlock), 0x40, byte(opBlock))
	out = wasmbin.AppendSigned(out, l.e.blockType(l.m, nil, l.typ.Results))
	out = append(append(out, l.out...), byte(opReturn), byte(opEnd))
	for _, t := range l.typ.Results {
		out = appendDefault(out, t)
	}
	return append(out, byte(opEnd))
}

// blockType returns the encoded type of a block. It adds the type to the module if necessary.
func (e *exceptions) blockType(m *module, params, results []wasmbin.ValueType) int64 {
	switch {
	case len(params) == 0 && len(results) == 0:
		return voidBlock
	case len(params) == 0 && len(results) == 1:
		return int64(results[0]) - 128
	}
	t := wasmbin.FuncType{Params: params, Results: results}
	key := string(wasmbin.AppendFuncType(nil, t))
	number, ok := e.typeNumbers[key]
	if !ok {
		number = e.types + uint32(len(m.newTypes))
		m.newTypes, e.typeNumbers[key] = append(m.newTypes, t), number
	}
	return int64(number)
}

// readBlockType returns the lowered type of a block that is read.
func (l *lowering) readBlockType(encoded int64) (wasmbin.FuncType, error) {
	switch {
	case encoded >= int64(l.e.types):
		return wasmbin.FuncType{}, fmt.Errorf("a block of the unknown type %d", encoded)
	case encoded >= 0:
		return l.m.types[encoded], nil
	case encoded == voidBlock:
		return wasmbin.FuncType{}, nil
	}
	return wasmbin.FuncType{Results: []wasmbin.ValueType{l.e.lowerType(byte(encoded + 128))}}, nil
}

// lowerInstruction appends what replaces an instruction.
func (l *lowering) lowerInstruction(ins instruction, raw []byte) error {
	top := l.top
	l.top = 0
	switch ins.op {
	case opBlock, opLoop, opIf:
		return l.beginBlock(ins)
	case opElse:
		if l.inner().op != opIf {
			return errors.New("else without if")
		}
	case opTry:
		return l.beginTry(ins)
	case opTryTable:
		return l.beginTryTable(ins, raw)
	case opCatch, opCatchAll:
		return l.beginCatch(ins)
	case opDelegate:
		l.frames = l.frames[:len(l.frames)-1]
		l.closeBlock()
		return nil
	case opEnd:
		return l.endBlock()
	case opThrow, opThrowRef, opRethrow:
		return l.lowerThrow(ins)
	case opBr, opBrIf:
		target, err := l.labelAt(uint32(ins.imm))
		if err != nil {
			return err
		}
		l.out = appendIndexed(l.out, ins.op, l.height-target.label)
		return nil
	case opBrTable:
		return l.lowerBranchTable(raw)
	case opRefIsNull:
		return l.lowerIsNull(top)
	default:
		return l.lowerValue(ins, raw)
	}
	l.out = append(l.out, raw...)
	return nil
}

// lowerValue lowers instructions that have to do with values alone, calls among them.
func (l *lowering) lowerValue(ins instruction, raw []byte) error {
	index := uint32(ins.imm)
	switch ins.op {
	case opLocalGet, opLocalTee, opLocalSet:
		if index >= uint32(len(l.local.types)) {
			return fmt.Errorf("local %d does not exist", index)
		}
		if ins.op != opLocalSet {
			l.top = l.local.types[index]
		}
	case opGlobalGet, opGlobalSet:
		if index >= uint32(len(l.e.globalTypes)) {
			return fmt.Errorf("global %d does not exist", index)
		}
		if ins.op == opGlobalGet {
			l.top = l.e.globalTypes[index]
		}
	case opTableGet, opRefFunc:
		l.top = wasmbin.FuncRef // or a reference of the host
	case opRefNull:
		if l.top = l.e.lowerType(raw[1]); l.top != raw[1] {
			raw = appendDefault(nil, l.top)
		}
	case opSelectTyped:
		last := len(raw) - 1
		l.out = append(append(l.out, raw[:last]...), l.e.lowerType(raw[last]))
		return nil
	}
	l.out = append(l.out, raw...)
	if (ins.op == opCall || ins.op == opCallIndirect) && l.m.mayThrow(ins) {
		l.out = appendIndexed(l.out, opGlobalGet, l.e.pending)
		l.branchTo(opBrIf, l.inner().catchTo)
	}
	return nil
}

// lowerIsNull lowers ref.is_null. What it looks at is a number if it holds an exception.
func (l *lowering) lowerIsNull(top wasmbin.ValueType) error {
	switch {
	case top == wasmbin.I64:
		l.out = append(l.out, byte(opI64Eqz))
	case top == 0 && l.e.references:
		return refusal.New(refusal.Exceptions, "ref.is_null of a value whose type the instruction before does not say")
	default:
		l.out = append(l.out, byte(opRefIsNull))
	}
	return nil
}

func (l *lowering) inner() *frame { return &l.frames[len(l.frames)-1] }

// labelAt returns the block that a label names.
func (l *lowering) labelAt(label uint32) (*frame, error) {
	if label >= uint32(len(l.frames)) {
		return nil, fmt.Errorf("label %d does not exist", label)
	}
	return &l.frames[len(l.frames)-1-int(label)], nil
}

// branchTo appends a branch to a block of the code that is written.
func (l *lowering) branchTo(op opcode, height uint32) {
	l.unwinds = l.unwinds || height == unwindHeight
	l.out = appendIndexed(l.out, op, l.height-height)
}

func (l *lowering) lowerBranchTable(raw []byte) error {
	r := wasmbin.NewReader(raw[1:])
	n, err := r.U32()
	if err != nil {
		return err
	}
	l.out = wasmbin.AppendU32(append(l.out, byte(opBrTable)), n)
	for range n + 1 { // the last is the default
		label, err := r.U32()
		if err != nil {
			return err
		}
		target, err := l.labelAt(label)
		if err != nil {
			return err
		}
		l.out = wasmbin.AppendU32(l.out, l.height-target.label)
	}
	return nil
}
