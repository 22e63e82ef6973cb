package instrument

import (
	"fmt"

	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/refusal"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"
)

// The engine's own exceptions do not do what a module says (ADR 93). So the pass replaces them by branches and returns, before it meters
// the module. The module gets globals: one says which exception is on its way, the others hold its values. To throw is to set them, and to
// branch to the code that catches, or to return. The caller of a function that may throw looks at the first global after the call, and
// does the same. docs/fuel.md "Exceptions" lists what replaces each instruction; the cost of an exception is that of these instructions.
//
// A reference to an exception becomes a number: the tag above, the value below. That holds all there is to it, because no instruction can
// tell two exceptions with the same tag and values apart. So nothing has to be kept, and an app can hold as many as it likes.

// exceptions is what the pass knows and adds to lower the exceptions of a module.
type exceptions struct {
	tags        [][]wasmbin.ValueType // the types of the values of each
	exported    bool                  // whether a tag is exported
	types       uint32                // how many types the module has itself
	globalTypes []wasmbin.ValueType   // of the module's own globals
	typeNumbers map[string]uint32     // of the types that are added

	firstForm  bool // whether there are try, catch, rethrow or delegate
	secondForm bool // whether there are try_table or throw_ref
	references bool // whether values hold exceptions

	pending   uint32              // the global with the number of the tag that is on its way, plus one
	slotTypes []wasmbin.ValueType // of the globals behind it, which hold its values
	slots     [][]uint32          // of each tag: the globals of its values

	throws      []bool   // of each function: whether it may throw
	throwsTypes []bool   // of each type: whether a function of that type may
	typeKinds   []uint32 // of each type: the first type that is equal to it
}

func isException(op opcode) bool {
	switch op {
	case opTry, opCatch, opThrow, opRethrow, opThrowRef, opDelegate, opCatchAll, opTryTable:
		return true
	}
	return false
}

func (m *module) readTags(r *wasmbin.Reader) error {
	if m.sections[wasmbin.Tags] == nil {
		return nil
	}
	m.exceptions = &exceptions{typeNumbers: map[string]uint32{}}
	n, err := r.Count("exception tags", fuel.MaxTags)
	for ; err == nil && n > 0; n-- {
		err = m.readTag(r)
	}
	return err
}

func (m *module) readTag(r *wasmbin.Reader) error {
	attribute, err := r.Byte()
	if err != nil {
		return err
	}
	if attribute != 0 {
		return fmt.Errorf("an exception tag with attribute %d, expected 0", attribute)
	}
	typ, err := m.readTypeIndex(r)
	if err != nil {
		return err
	}
	if len(m.types[typ].Results) > 0 {
		return fmt.Errorf("an exception tag with results, which are of type %d", typ)
	}
	m.exceptions.tags = append(m.exceptions.tags, m.types[typ].Params)
	return nil
}

// lowerExceptions replaces the exceptions of a module that has been read.
func (m *module) lowerExceptions() error {
	e := m.exceptions
	e.types = uint32(len(m.types))
	if err := e.lowerTypes(m.types); err != nil {
		return fmt.Errorf("section of types: %w", err)
	}
	e.makeSlots(m.globals)
	globals, err := e.lowerGlobals(m.sections[wasmbin.Globals], m.globals)
	if err != nil {
		return fmt.Errorf("section of globals: %w", err)
	}
	m.sections[wasmbin.Globals] = globals
	if err := m.findThrowers(); err != nil {
		return err
	}
	if err := e.checkForms(); err != nil {
		return err
	}
	if m.sections[wasmbin.Code], err = m.lowerBodies(); err != nil {
		return err
	}
	if e.exported {
		if m.sections[wasmbin.Exports], err = dropTagExports(m.sections[wasmbin.Exports]); err != nil {
			return err
		}
	}
	m.globals += 1 + uint32(len(e.slotTypes))
	m.types, m.newTypes = append(m.types, m.newTypes...), nil
	m.sections[wasmbin.Types] = m.rewriteTypes()
	m.sections[wasmbin.Tags] = nil
	return nil
}

// checkForms refuses what cannot be lowered.
func (e *exceptions) checkForms() error {
	if e.firstForm && (e.secondForm || e.references) {
		return refusal.New(refusal.Exceptions, "both forms of them; build all parts of the program with the same compiler and options")
	}
	for i, params := range e.tags {
		if e.references && (len(params) > 1 || len(params) == 1 && params[0] != wasmbin.I32) {
			return refusal.New(refusal.Exceptions, "values that hold an exception, and tag %d with other values than one i32", i)
		}
	}
	return nil
}

// lowerType returns the type that stands for a type: a reference to an exception becomes a number.
func (e *exceptions) lowerType(t wasmbin.ValueType) wasmbin.ValueType {
	if t == wasmbin.ExnRef {
		e.references = true
		return wasmbin.I64
	}
	return t
}

func (e *exceptions) lowerList(types []wasmbin.ValueType) []wasmbin.ValueType {
	lowered := make([]wasmbin.ValueType, len(types))
	for i, t := range types {
		lowered[i] = e.lowerType(t)
	}
	return lowered
}

// lowerTypes lowers the types of the module and of its tags. Two types that differ must not become equal: an indirect call that stops the
// app would succeed.
func (e *exceptions) lowerTypes(types []wasmbin.FuncType) error {
	before := make(map[string]string, len(types))
	for i, t := range types {
		lowered := wasmbin.FuncType{Params: e.lowerList(t.Params), Results: e.lowerList(t.Results)}
		was, key := string(wasmbin.AppendFuncType(nil, t)), string(wasmbin.AppendFuncType(nil, lowered))
		if other, ok := before[key]; ok && other != was {
			return refusal.New(refusal.Exceptions, "type %d, which differs from another in nothing but exceptions and i64", i)
		}
		before[key], types[i] = was, lowered
	}
	for i, params := range e.tags {
		e.tags[i] = e.lowerList(params)
	}
	return nil
}

// makeSlots chooses the globals for the values of exceptions: as many of each type as one tag has at most.
func (e *exceptions) makeSlots(first uint32) {
	e.pending = first
	var most, begins [256]uint32
	for _, params := range e.tags {
		var count [256]uint32
		for _, t := range params {
			count[t]++
			most[t] = max(most[t], count[t])
		}
	}
	for _, t := range []wasmbin.ValueType{wasmbin.I32, wasmbin.I64, wasmbin.F32, wasmbin.F64, wasmbin.V128, wasmbin.FuncRef, wasmbin.ExternRef} {
		begins[t] = first + 1 + uint32(len(e.slotTypes))
		for range most[t] {
			e.slotTypes = append(e.slotTypes, t)
		}
	}
	for _, params := range e.tags {
		next := begins
		slots := make([]uint32, len(params))
		for i, t := range params {
			slots[i] = next[t]
			next[t]++
		}
		e.slots = append(e.slots, slots)
	}
}

// lowerGlobals returns the section of globals with those that are added.
func (e *exceptions) lowerGlobals(section []byte, count uint32) ([]byte, error) {
	out := wasmbin.AppendU32(nil, count+1+uint32(len(e.slotTypes)))
	r := wasmbin.NewReader(afterCount(section))
	for range count {
		typ, err := r.Byte()
		if err != nil {
			return nil, err
		}
		if !wasmbin.KnownType(typ) {
			return nil, fmt.Errorf("a global of the unknown type %#x", typ)
		}
		mutable, err := r.Byte()
		if err != nil {
			return nil, err
		}
		e.globalTypes = append(e.globalTypes, e.lowerType(typ))
		out = append(out, e.lowerType(typ), mutable)
		if out, err = e.lowerExpression(out, r); err != nil {
			return nil, err
		}
	}
	if r.Len() > 0 {
		return nil, fmt.Errorf("%d bytes after the last global", r.Len())
	}
	out = append(out, wasmbin.I32, 1, byte(opI32Const), 0, byte(opEnd))
	for _, t := range e.slotTypes {
		out = append(appendDefault(append(out, t, 1), t), byte(opEnd))
	}
	return out, nil
}

// lowerExpression appends the constant with which a global begins.
func (e *exceptions) lowerExpression(out []byte, r *wasmbin.Reader) ([]byte, error) {
	for {
		start := r.Pos()
		ins, err := readInstruction(r)
		if err != nil {
			return nil, err
		}
		raw := r.Since(start)
		if ins.op == opRefNull && raw[1] == wasmbin.ExnRef {
			raw = appendDefault(nil, e.lowerType(raw[1]))
		}
		out = append(out, raw...)
		if ins.op == opEnd {
			return out, nil
		}
	}
}

// appendDefault appends the instruction that makes the zero of a type.
func appendDefault(b []byte, t wasmbin.ValueType) []byte {
	switch t {
	case wasmbin.I32:
		return append(b, byte(opI32Const), 0)
	case wasmbin.I64:
		return append(b, byte(opI64Const), 0)
	case wasmbin.F32:
		return append(b, byte(opF32Const), 0, 0, 0, 0)
	case wasmbin.F64:
		return append(b, byte(opF64Const), 0, 0, 0, 0, 0, 0, 0, 0)
	case wasmbin.V128:
		return append(appendOp(b, opV128Const), make([]byte, 16)...)
	}
	return append(b, byte(opRefNull), t)
}

// dropTagExports returns the section of exports without exception tags: nothing outside could catch them.
func dropTagExports(section []byte) ([]byte, error) {
	r := wasmbin.NewReader(section)
	n, err := r.U32()
	kept, out := uint32(0), []byte(nil)
	for ; err == nil && n > 0; n-- {
		start := r.Pos()
		if _, err = r.Name(); err != nil {
			break
		}
		var kind byte
		if kind, err = r.Byte(); err != nil {
			break
		}
		if _, err = r.U32(); err == nil && kind != kindTag {
			kept, out = kept+1, append(out, r.Since(start)...)
		}
	}
	return append(wasmbin.AppendU32(nil, kept), out...), err
}
