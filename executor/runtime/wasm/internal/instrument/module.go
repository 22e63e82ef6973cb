// Package instrument rewrites a WebAssembly module so that it meters itself, makes the same NaNs on every machine and bounds the
// depth of its calls, with any engine. docs/fuel.md describes what is charged and what is refused.
package instrument

import (
	"fmt"
	"strings"

	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/refusal"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"
)

// Names of the exports that the pass adds. The app may not export any name that
// begins with reserved.
const (
	reserved = "credence."
	// FuelGlobal is the fuel left, an i64. The host sets it before the start.
	// Negative means that the app ran out.
	FuelGlobal = reserved + "fuel"
	// DepthGlobal is the stack left, an i32 in slots. Negative means that the
	// app nested its calls too deeply.
	DepthGlobal = reserved + "depth"
	// StartFunction is the module's start function, which the host calls before
	// _start, so that it is metered.
	StartFunction = reserved + "start"
	// ExceptionGlobal is not 0 while an exception is on its way, an i32. Only a module with exceptions has it.
	ExceptionGlobal = reserved + "exception"
	// EntryFunction is the function that the app itself has to export.
	EntryFunction = "_start"
)

// Host lists the functions that a module may import, by module and name.
type Host map[string]map[string]wasmbin.FuncType

// Module is the result of the pass.
type Module struct {
	// Code is the instrumented module.
	Code []byte
	// StartCost is the fuel charged before anything runs.
	StartCost uint64
	// MinPages is the initial size of the memory. MaxPages is the size to which it may grow before the task's own limit is applied.
	// Code declares no maximum, because the maximum is the only thing that differs from task to task, and the same code serves all
	// tasks.
	MinPages, MaxPages uint32
	// HasStart says whether StartFunction is exported.
	HasStart bool
	// Imports are the functions that the module imports, in its order, as "module.name". They are for people: a module from the
	// cache has none.
	Imports []string
	// Folded is the module with values in the place of its constant expressions, before anything else; nil if each of them is one constant.
	// A module from the cache has none.
	Folded []byte
	// Lowered is the module without its exceptions, before it meters itself; nil if it had none. FirstForm says that they were of the
	// first form, which no engine here knows. A module from the cache has neither.
	Lowered   []byte
	FirstForm bool
}

// module is a module during the pass.
type module struct {
	sections  wasmbin.Sections
	host      Host
	types     []wasmbin.FuncType
	newTypes  []wasmbin.FuncType
	imported  []uint32 // types of the imported functions
	imports   []string // names of the imported functions
	missing   []string // those that are not there
	defined   []uint32 // types of the defined functions
	bodies    [][]byte
	memory    *wasmbin.Limits
	tables    []table
	globals   uint32
	constants []constant // the first values of the globals
	folder    folder     // of the section that is being read
	folded    bool       // whether any constant expression has been replaced
	startCost uint64
	hasStart  bool

	fuelGlobal, depthGlobal uint32
	exceptions              *exceptions // nil if the module has none
}

type table struct {
	typ    wasmbin.ValueType
	limits wasmbin.Limits
}

// Instrument rewrites a module. An error means that the module is refused; refusal.FindRefusal returns the reason in words. The
// error depends only on the module and is the same everywhere. An engine must have found the module valid before; for an invalid
// module the result may be invalid too.
func Instrument(code []byte, host Host) (Module, error) {
	if len(code) > fuel.MaxModuleSize {
		return Module{}, refusal.New(refusal.Size, "%d bytes, the limit is %d (%d MiB)", len(code), fuel.MaxModuleSize, fuel.MaxModuleSize>>20)
	}
	sections, err := wasmbin.Split(code)
	if err != nil {
		return Module{}, err
	}
	m := &module{sections: sections, host: host}
	if err := m.readSections(); err != nil {
		return Module{}, err
	}
	var folded, lowered []byte
	if m.folded {
		folded = wasmbin.Join(m.sections)
	}
	firstForm := false
	if m.exceptions != nil {
		if err := m.lowerExceptions(); err != nil {
			return Module{}, err
		}
		lowered, firstForm = wasmbin.Join(m.sections), m.exceptions.firstForm
	}
	m.fuelGlobal, m.depthGlobal = m.globals, m.globals+1
	if err := m.rewriteSections(); err != nil {
		return Module{}, err
	}
	result := Module{Code: wasmbin.Join(m.sections), StartCost: m.startCost, HasStart: m.hasStart, Imports: m.imports, Folded: folded, Lowered: lowered, FirstForm: firstForm}
	if m.memory != nil {
		result.MinPages, result.MaxPages = m.memory.Min, fuel.MaxPages
		if m.memory.HasMax {
			result.MaxPages = min(m.memory.Max, fuel.MaxPages)
		}
	}
	return result, nil
}

// typeOf returns the type of a function by its index.
func (m *module) typeOf(function uint32) (wasmbin.FuncType, error) {
	i := uint32(len(m.imported))
	switch {
	case function < i:
		return m.types[m.imported[function]], nil
	case function-i < uint32(len(m.defined)):
		return m.types[m.defined[function-i]], nil
	}
	return wasmbin.FuncType{}, fmt.Errorf("function %d does not exist", function)
}

// typeIndex returns the index of a type, which it adds if necessary.
func (m *module) typeIndex(t wasmbin.FuncType) uint32 {
	for i, known := range m.newTypes {
		if known.Equal(t) {
			return uint32(len(m.types) + i)
		}
	}
	m.newTypes = append(m.newTypes, t)
	return uint32(len(m.types) + len(m.newTypes) - 1)
}

// blockType returns the encoded type of a block without parameters.
func (m *module) blockType(results []wasmbin.ValueType) int64 {
	switch len(results) {
	case 0:
		return -64 // 0x40
	case 1:
		return int64(results[0]) - 128
	}
	return int64(m.typeIndex(wasmbin.FuncType{Results: results}))
}

// helperIndex returns the function index of a helper.
func (m *module) helperIndex(h helper) uint32 {
	return uint32(len(m.imported)+len(m.defined)) + uint32(h)
}

// rewriteSections replaces the sections that change.
func (m *module) rewriteSections() error {
	code, err := m.rewriteCode()
	if err != nil {
		return err
	}
	m.sections[wasmbin.Code] = code
	m.sections[wasmbin.Functions] = m.rewriteFunctions()
	m.sections[wasmbin.Globals] = m.rewriteGlobals()
	m.sections[wasmbin.Tables] = m.rewriteTables()
	if m.memory != nil {
		m.sections[wasmbin.Memories] = wasmbin.AppendLimits([]byte{1}, wasmbin.Limits{Min: m.memory.Min})
	}
	if m.sections[wasmbin.Exports], err = m.rewriteExports(); err != nil {
		return err
	}
	m.sections[wasmbin.StartFunction] = nil
	m.sections[wasmbin.Types] = m.rewriteTypes() // last: all before may add types
	return nil
}

func (m *module) rewriteCode() ([]byte, error) {
	out := wasmbin.AppendU32(nil, uint32(len(m.bodies))+uint32(helpers))
	for i, code := range m.bodies {
		rewritten, err := rewriteBody(m, m.types[m.defined[i]], code)
		if err != nil {
			return nil, fmt.Errorf("function %d: %w", len(m.imported)+i, err)
		}
		out = wasmbin.AppendBytes(out, rewritten)
	}
	for h := helper(0); h < helpers; h++ {
		out = wasmbin.AppendBytes(out, helperBody(h, m.fuelGlobal))
	}
	return out, nil
}

func (m *module) rewriteFunctions() []byte {
	out := wasmbin.AppendU32(nil, uint32(len(m.defined))+uint32(helpers))
	for _, typ := range m.defined {
		out = wasmbin.AppendU32(out, typ)
	}
	typ := m.typeIndex(wasmbin.FuncType{Params: []byte{wasmbin.I32}, Results: []byte{wasmbin.I32}})
	for h := helper(0); h < helpers; h++ {
		out = wasmbin.AppendU32(out, typ)
	}
	return out
}

func (m *module) rewriteTypes() []byte {
	out := wasmbin.AppendU32(nil, uint32(len(m.types)+len(m.newTypes)))
	for _, t := range append(m.types, m.newTypes...) {
		out = wasmbin.AppendFuncType(out, t)
	}
	return out
}

func (m *module) rewriteGlobals() []byte {
	out := wasmbin.AppendU32(nil, m.globals+2)
	out = append(out, afterCount(m.sections[wasmbin.Globals])...)
	out = append(out, wasmbin.I64, 1, byte(opI64Const), 0, byte(opEnd))
	out = wasmbin.AppendSigned(append(out, wasmbin.I32, 1, byte(opI32Const)), int64(fuel.DepthLimit))
	return append(out, byte(opEnd))
}

// rewriteTables gives every table a maximum, because tables do not count as memory, which has a limit.
func (m *module) rewriteTables() []byte {
	if m.sections[wasmbin.Tables] == nil {
		return nil
	}
	out := wasmbin.AppendU32(nil, uint32(len(m.tables)))
	for _, t := range m.tables {
		if !t.limits.HasMax || t.limits.Max > fuel.MaxTableElements {
			t.limits.HasMax, t.limits.Max = true, fuel.MaxTableElements
		}
		out = wasmbin.AppendLimits(append(out, t.typ), t.limits)
	}
	return out
}

func (m *module) rewriteExports() ([]byte, error) {
	r := wasmbin.NewReader(m.sections[wasmbin.Exports])
	count, err := r.U32()
	if err != nil {
		return nil, err
	}
	rest := afterCount(m.sections[wasmbin.Exports])
	added := appendExport(nil, FuelGlobal, kindGlobal, m.fuelGlobal)
	added = appendExport(added, DepthGlobal, kindGlobal, m.depthGlobal)
	count += 2
	if m.exceptions != nil {
		added = appendExport(added, ExceptionGlobal, kindGlobal, m.exceptions.pending)
		count++
	}
	if start := m.sections[wasmbin.StartFunction]; start != nil {
		function, err := wasmbin.NewReader(start).U32()
		if err != nil {
			return nil, fmt.Errorf("start section: %w", err)
		}
		added = appendExport(added, StartFunction, kindFunction, function)
		count, m.hasStart = count+1, true
	}
	return append(append(wasmbin.AppendU32(nil, count), rest...), added...), nil
}

func appendExport(b []byte, name string, kind byte, index uint32) []byte {
	return wasmbin.AppendU32(append(wasmbin.AppendName(b, name), kind), index)
}

// afterCount returns the content of a section without the count at its beginning.
func afterCount(section []byte) []byte {
	r := wasmbin.NewReader(section)
	if _, err := r.U32(); err != nil {
		return nil
	}
	return section[r.Pos():]
}

func isReserved(name string) bool { return strings.HasPrefix(name, reserved) }
