package instrument

import (
	"errors"
	"fmt"

	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"
)

// tryForm is what has to be known of a try of the first form when it begins.
type tryForm struct {
	catches   bool   // whether it has parts that catch
	rethrows  bool   // whether one of them throws again what it has caught
	delegates bool   // whether its exceptions go to another label
	target    uint32 // that label, seen from outside the try
}

// formReader reads a function's body once before it is lowered.
type formReader struct {
	e      *exceptions
	forms  []tryForm // of each try, in their order
	throws bool      // whether it throws itself
	open   []int     // for each block that is open: the form of a try, or noTry
	call   func(ins instruction) error
}

const noTry = -1

// readForms reads a body without its locals.
func (f *formReader) readForms(r *wasmbin.Reader) error {
	for {
		start := r.Pos()
		ins, err := readInstruction(r)
		if err != nil {
			return err
		}
		if ins.op == opEnd && len(f.open) == 0 {
			if r.Len() > 0 {
				return errEnd
			}
			return nil
		}
		if err := f.readForm(ins, r.Since(start)); err != nil {
			return err
		}
	}
}

func (f *formReader) readForm(ins instruction, raw []byte) error {
	switch ins.op {
	case opBlock, opLoop, opIf:
		f.open = append(f.open, noTry)
		f.noteReference(ins.imm == exnBlock)
	case opTryTable:
		f.e.secondForm = true
		f.open = append(f.open, noTry)
		f.noteReference(ins.imm == exnBlock || keepsReference(raw))
	case opTry:
		f.open = append(f.open, len(f.forms))
		f.forms = append(f.forms, tryForm{})
		f.noteReference(ins.imm == exnBlock)
	case opEnd:
		f.open = f.open[:len(f.open)-1]
	case opRefNull:
		f.noteReference(raw[1] == wasmbin.ExnRef)
	case opThrow:
		f.throws = true
	case opThrowRef:
		f.throws, f.e.secondForm, f.e.references = true, true, true
	case opCall, opReturnCall, opCallIndirect, opReturnCallIndirect:
		return f.call(ins)
	}
	switch ins.op {
	case opTry, opCatch, opCatchAll, opDelegate, opRethrow:
		f.e.firstForm = true
		return f.readFirstForm(ins)
	}
	return nil
}

func (f *formReader) noteReference(there bool) { f.e.references = f.e.references || there }

func (f *formReader) readFirstForm(ins instruction) error {
	switch ins.op {
	case opCatch, opCatchAll:
		form, err := f.formAt(0)
		if err != nil {
			return errors.New("catch without try")
		}
		form.catches = true
	case opDelegate:
		form, err := f.formAt(0)
		if err != nil || form.catches {
			return errors.New("delegate without try")
		}
		form.delegates, form.target = true, uint32(ins.imm)
		f.open = f.open[:len(f.open)-1]
	case opRethrow:
		form, err := f.formAt(uint32(ins.imm))
		if err != nil || !form.catches {
			return fmt.Errorf("rethrow of label %d, where nothing has been caught", ins.imm)
		}
		form.rethrows, f.throws = true, true
	}
	return nil
}

// formAt returns the try at a label.
func (f *formReader) formAt(label uint32) (*tryForm, error) {
	if label >= uint32(len(f.open)) || f.open[len(f.open)-1-int(label)] == noTry {
		return nil, fmt.Errorf("label %d is not that of a try", label)
	}
	return &f.forms[f.open[len(f.open)-1-int(label)]], nil
}

// callGraph says who calls whom. Its nodes are the functions, and behind them the types through which functions are called indirectly.
type callGraph struct {
	first  []int32 // of each node: its first edge, or -1
	next   []int32 // of each edge: the next of the same node
	caller []uint32
}

func (g *callGraph) addCall(node, caller uint32) {
	g.next, g.caller = append(g.next, g.first[node]), append(g.caller, caller)
	g.first[node] = int32(len(g.next) - 1)
}

// findThrowers finds the functions that may throw: those that throw themselves, and those that call one. An indirect call may throw if any
// function of its type may. Functions of the host never do.
func (m *module) findThrowers() error {
	e := m.exceptions
	m.compareTypes()
	functions := uint32(len(m.imported) + len(m.defined))
	g := &callGraph{first: make([]int32, int(functions)+len(m.types))}
	for i := range g.first {
		g.first[i] = -1
	}
	e.throws, e.throwsTypes = make([]bool, functions), make([]bool, len(m.types))
	var found []uint32
	for i, code := range m.bodies {
		function := uint32(len(m.imported) + i)
		f := &formReader{e: e, call: func(ins instruction) error { return m.noteCall(g, ins, function) }}
		r := wasmbin.NewReader(code)
		_, err := m.lowerLocals(m.types[m.defined[i]], r)
		if err == nil {
			err = f.readForms(r)
		}
		if err != nil {
			return fmt.Errorf("function %d: %w", function, err)
		}
		if f.throws {
			e.throws[function], found = true, append(found, function)
		}
	}
	mark := func(node uint32) {
		for edge := g.first[node]; edge >= 0; edge = g.next[edge] {
			if caller := g.caller[edge]; !e.throws[caller] {
				e.throws[caller], found = true, append(found, caller)
			}
		}
	}
	for len(found) > 0 {
		function := found[len(found)-1]
		found = found[:len(found)-1]
		mark(function)
		if kind := e.typeKinds[m.defined[function-uint32(len(m.imported))]]; !e.throwsTypes[kind] {
			e.throwsTypes[kind] = true
			mark(functions + kind)
		}
	}
	return nil
}

// noteCall adds a call to the graph.
func (m *module) noteCall(g *callGraph, ins instruction, caller uint32) error {
	index := uint32(ins.imm)
	switch ins.op {
	case opCall, opReturnCall:
		if _, err := m.typeOf(index); err != nil {
			return err
		}
		g.addCall(index, caller)
	default:
		if index >= m.exceptions.types {
			return fmt.Errorf("type %d does not exist", index)
		}
		g.addCall(uint32(len(m.imported)+len(m.defined))+m.exceptions.typeKinds[index], caller)
	}
	return nil
}

// compareTypes finds for each type the first that is equal to it.
func (m *module) compareTypes() {
	known := make(map[string]uint32, len(m.types))
	m.exceptions.typeKinds = make([]uint32, len(m.types))
	for i, t := range m.types {
		key := string(wasmbin.AppendFuncType(nil, t))
		if _, ok := known[key]; !ok {
			known[key] = uint32(i)
		}
		m.exceptions.typeKinds[i] = known[key]
	}
}

// mayThrow says whether an exception may come back from a call.
func (m *module) mayThrow(ins instruction) bool {
	switch ins.op {
	case opCall:
		return m.exceptions.throws[ins.imm]
	case opCallIndirect:
		return m.exceptions.throwsTypes[m.exceptions.typeKinds[ins.imm]]
	}
	return false
}
