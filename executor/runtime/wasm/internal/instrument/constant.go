package instrument

import (
	"fmt"

	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/refusal"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"
)

// Globals, the places of active segments and the elements of tables begin with what constant expressions say. An expression may add,
// subtract, multiply, and read a global that is before it and never changes. As no global is imported, its value depends on nothing
// outside. So the pass puts the value in its place, and no engine has to know such expressions (ADR 99). An expression that is one
// constant is left as it is.

// constant is the value of a constant expression.
type constant struct {
	typ     wasmbin.ValueType
	number  uint64 // of an i32 or an i64
	raw     []byte // of any other type: the instruction that makes it
	changes bool   // whether it is only the first value of a global, which changes
}

// constantOperations are what a constant expression may compute, of two numbers of a type.
var constantOperations = map[opcode]struct {
	typ wasmbin.ValueType
	do  func(x, y uint64) uint64
}{
	opI32Add: {wasmbin.I32, func(x, y uint64) uint64 { return x + y }},
	opI32Sub: {wasmbin.I32, func(x, y uint64) uint64 { return x - y }},
	opI32Mul: {wasmbin.I32, func(x, y uint64) uint64 { return x * y }},
	opI64Add: {wasmbin.I64, func(x, y uint64) uint64 { return x + y }},
	opI64Sub: {wasmbin.I64, func(x, y uint64) uint64 { return x - y }},
	opI64Mul: {wasmbin.I64, func(x, y uint64) uint64 { return x * y }},
}

// makeNumber returns a number of a type, without the bits that an i32 does not have.
func makeNumber(typ wasmbin.ValueType, number uint64) constant {
	if typ == wasmbin.I32 {
		number = uint64(uint32(number))
	}
	return constant{typ: typ, number: number}
}

// appendTo appends the constant expression that has this value.
func (c constant) appendTo(b []byte) []byte {
	switch c.typ {
	case wasmbin.I32:
		b = wasmbin.AppendSigned(append(b, byte(opI32Const)), int64(int32(c.number)))
	case wasmbin.I64:
		b = wasmbin.AppendSigned(append(b, byte(opI64Const)), int64(c.number))
	default:
		b = append(b, c.raw...)
	}
	return append(b, byte(opEnd))
}

// folder puts values in the place of constant expressions of one section.
type folder struct {
	section []byte
	out     []byte // the section up to done
	done    int
}

// replace puts a value in the place of the bytes of the section from start to end.
func (f *folder) replace(start, end int, c constant) error {
	f.out = c.appendTo(append(f.out, f.section[f.done:start]...))
	f.done = end
	if len(f.out) > fuel.MaxModuleSize {
		return refusal.New(refusal.Limits, "more than %d bytes, once constant expressions are computed", fuel.MaxModuleSize)
	}
	return nil
}

// foldSection reads a section, and puts values in the place of its constant expressions.
func (m *module) foldSection(id wasmbin.SectionID, r *wasmbin.Reader, read func(*wasmbin.Reader) error) error {
	m.folder = folder{section: m.sections[id]}
	if err := read(r); err != nil {
		return err
	}
	if m.folder.done > 0 {
		m.sections[id], m.folded = append(m.folder.out, m.folder.section[m.folder.done:]...), true
	}
	return nil
}

// readConstant reads a constant expression and returns its value, which it puts in the place of the expression.
func (m *module) readConstant(r *wasmbin.Reader) (constant, error) {
	start, single := r.Pos(), true
	var stack []constant
	for count := 1; ; count++ {
		if count > fuel.MaxConstant {
			return constant{}, refusal.New(refusal.Limits, "a constant expression of more than %d instructions", fuel.MaxConstant)
		}
		at := r.Pos()
		ins, err := readInstruction(r)
		if err != nil {
			return constant{}, err
		}
		if ins.op == opEnd {
			break
		}
		single = count == 1 && ins.op != opGlobalGet
		if stack, err = m.computeConstant(stack, ins, r.Since(at)); err != nil {
			return constant{}, err
		}
	}
	if len(stack) != 1 {
		return constant{}, fmt.Errorf("a constant expression with %d values, expected one", len(stack))
	}
	if single {
		return stack[0], nil
	}
	return stack[0], m.folder.replace(start, r.Pos(), stack[0])
}

// computeConstant does an instruction of a constant expression.
func (m *module) computeConstant(stack []constant, ins instruction, raw []byte) ([]constant, error) {
	if operation, ok := constantOperations[ins.op]; ok {
		last := len(stack) - 1
		if last < 1 || stack[last].typ != operation.typ || stack[last-1].typ != operation.typ {
			return nil, fmt.Errorf("instruction %#x in a constant expression lacks its operands", uint16(ins.op))
		}
		result := operation.do(stack[last-1].number, stack[last].number)
		return append(stack[:last-1], makeNumber(operation.typ, result)), nil
	}
	c := constant{raw: raw}
	switch ins.op {
	case opI32Const:
		c = makeNumber(wasmbin.I32, uint64(ins.imm))
	case opI64Const:
		c = makeNumber(wasmbin.I64, uint64(ins.imm))
	case opF32Const:
		c.typ = wasmbin.F32
	case opF64Const:
		c.typ = wasmbin.F64
	case opV128Const:
		c.typ = wasmbin.V128
	case opRefNull:
		if c.typ = raw[1]; c.typ >= wasmbin.V128 {
			return nil, fmt.Errorf("a null of type %#x, which is no reference", c.typ)
		}
	case opRefFunc:
		c.typ = wasmbin.FuncRef
	case opGlobalGet:
		if ins.imm >= int64(len(m.constants)) {
			return nil, fmt.Errorf("a constant expression reads global %d, which is not before it", ins.imm)
		}
		if c = m.constants[ins.imm]; c.changes {
			return nil, fmt.Errorf("a constant expression reads global %d, which can change", ins.imm)
		}
	default:
		return nil, fmt.Errorf("instruction %#x in a constant expression", uint16(ins.op))
	}
	return append(stack, c), nil
}

// readGlobals reads the globals and their first values.
func (m *module) readGlobals(r *wasmbin.Reader) error {
	n, err := r.Count("globals", fuel.MaxGlobals)
	for ; err == nil && n > 0; n-- {
		err = m.readGlobal(r)
	}
	m.globals = uint32(len(m.constants))
	return err
}

func (m *module) readGlobal(r *wasmbin.Reader) error {
	typ, err := r.Byte()
	if err != nil {
		return err
	}
	if typ == wasmbin.ExnRef && m.sections[wasmbin.Tags] == nil {
		return refusal.New(refusal.Exceptions, "a global that holds an exception, in a module without a section of exception tags")
	}
	if err := wasmbin.CheckType("a global", typ); err != nil {
		return err
	}
	mutable, err := r.Byte()
	if err != nil {
		return err
	}
	if mutable > 1 {
		return fmt.Errorf("global %d is mutable by %#x, expected 0 or 1", len(m.constants), mutable)
	}
	c, err := m.readConstant(r)
	if err != nil {
		return err
	}
	if c.typ != typ {
		return fmt.Errorf("global %d of type %#x begins with a value of type %#x", len(m.constants), typ, c.typ)
	}
	c.changes = mutable == 1
	m.constants = append(m.constants, c)
	return nil
}

// readOffset reads the constant offset of a segment.
func (m *module) readOffset(r *wasmbin.Reader) (uint64, error) {
	c, err := m.readConstant(r)
	if err == nil && c.typ != wasmbin.I32 {
		err = fmt.Errorf("the offset of a segment has type %#x, expected i32", c.typ)
	}
	return c.number, err
}
