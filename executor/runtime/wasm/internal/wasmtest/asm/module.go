// Package asm assembles small WebAssembly modules for tests.
package asm

import "github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"

// Short names for value types.
const (
	I32  = wasmbin.I32
	I64  = wasmbin.I64
	F32  = wasmbin.F32
	F64  = wasmbin.F64
	V128 = wasmbin.V128
	Exn  = wasmbin.ExnRef
)

// Types is a list of value types.
type Types = []wasmbin.ValueType

// Module is a module being put together. Import functions before defining any.
type Module struct {
	types     []wasmbin.FuncType
	imports   [][]byte
	functions []uint32
	bodies    [][]byte
	tables    [][]byte
	memories  [][]byte
	tags      [][]byte
	globals   [][]byte
	exports   [][]byte
	start     []byte
	elements  [][]byte
	data      [][]byte
}

// Import imports a function and gives its index.
func (m *Module) Import(module, name string, params, results Types) uint32 {
	entry := wasmbin.AppendName(wasmbin.AppendName(nil, module), name)
	m.imports = append(m.imports, wasmbin.AppendU32(append(entry, 0), m.Type(params, results)))
	return uint32(len(m.imports) - 1)
}

// Type gives the index of a function type.
func (m *Module) Type(params, results Types) uint32 {
	t := wasmbin.FuncType{Params: params, Results: results}
	for i, known := range m.types {
		if known.Equal(t) {
			return uint32(i)
		}
	}
	m.types = append(m.types, t)
	return uint32(len(m.types) - 1)
}

// Next is the index that the next function will have.
func (m *Module) Next() uint32 { return uint32(len(m.imports) + len(m.functions)) }

// Func defines a function and gives its index. The final end is added.
func (m *Module) Func(params, results, locals Types, code ...[]byte) uint32 {
	body := wasmbin.AppendU32(nil, uint32(len(locals)))
	for _, typ := range locals {
		body = append(body, 1, typ)
	}
	return m.RawFunc(params, results, append(append(body, joinCode(code)...), 0x0b))
}

// RawFunc defines a function whose body, locals and final end included, is given.
func (m *Module) RawFunc(params, results Types, body []byte) uint32 {
	index := m.Next()
	m.functions = append(m.functions, m.Type(params, results))
	m.bodies = append(m.bodies, wasmbin.AppendBytes(nil, body))
	return index
}

// Start makes a function the entry, "_start".
func (m *Module) Start(locals Types, code ...[]byte) *Module {
	return m.Export("_start", 0, m.Func(nil, nil, locals, code...))
}

// Export exports something: kind 0 is a function, 1 a table, 2 a memory, 3 a global.
func (m *Module) Export(name string, kind byte, index uint32) *Module {
	m.exports = append(m.exports, wasmbin.AppendU32(append(wasmbin.AppendName(nil, name), kind), index))
	return m
}

// StartSection names the start function.
func (m *Module) StartSection(function uint32) { m.start = wasmbin.AppendU32(nil, function) }

// Memory defines the memory and exports it. No maximum if max is 0.
func (m *Module) Memory(min, max uint32) *Module {
	m.memories = append(m.memories, wasmbin.AppendLimits(nil, wasmbin.Limits{Min: min, Max: max, HasMax: max > 0}))
	return m.Export("memory", 2, 0)
}

// RawMemory defines a memory by its encoded limits.
func (m *Module) RawMemory(limits ...byte) *Module {
	m.memories = append(m.memories, limits)
	return m
}

// Table defines a table of functions without a maximum.
func (m *Module) Table(min uint32) *Module {
	m.tables = append(m.tables, wasmbin.AppendLimits([]byte{wasmbin.FuncRef}, wasmbin.Limits{Min: min}))
	return m
}

// Tag defines an exception with values of these types and gives its index.
func (m *Module) Tag(params Types) uint32 {
	m.tags = append(m.tags, wasmbin.AppendU32([]byte{0}, m.Type(params, nil)))
	return uint32(len(m.tags) - 1)
}

// RawTag defines an exception by its encoded attribute and type.
func (m *Module) RawTag(attribute, typ byte) { m.tags = append(m.tags, []byte{attribute, typ}) }

// RawTable defines a table by its encoded type and limits.
func (m *Module) RawTable(encoded ...byte) { m.tables = append(m.tables, encoded) }

// Global defines a mutable global that starts as code says.
func (m *Module) Global(typ wasmbin.ValueType, code ...[]byte) uint32 {
	m.globals = append(m.globals, append(append([]byte{typ, 1}, joinCode(code)...), 0x0b))
	return uint32(len(m.globals) - 1)
}

// Constant defines a global that begins as code says and never changes.
func (m *Module) Constant(typ wasmbin.ValueType, code ...[]byte) uint32 {
	m.globals = append(m.globals, append(append([]byte{typ, 0}, joinCode(code)...), 0x0b))
	return uint32(len(m.globals) - 1)
}

// RawElements adds an encoded segment of elements.
func (m *Module) RawElements(encoded ...[]byte) *Module {
	m.elements = append(m.elements, joinCode(encoded))
	return m
}

// Elements fills table 0 from offset on.
func (m *Module) Elements(offset int32, functions ...uint32) *Module {
	entry := wasmbin.AppendU32(append(append([]byte{0}, ConstI32(offset)...), 0x0b), uint32(len(functions)))
	for _, f := range functions {
		entry = wasmbin.AppendU32(entry, f)
	}
	m.elements = append(m.elements, entry)
	return m
}

// Data fills the memory from offset on.
func (m *Module) Data(offset int32, data []byte) *Module {
	return m.DataAt(ConstI32(offset), data)
}

// DataAt fills the memory from where code says.
func (m *Module) DataAt(code, data []byte) *Module {
	m.data = append(m.data, wasmbin.AppendBytes(append(append([]byte{0}, code...), 0x0b), data))
	return m
}

// PassiveData adds a segment for memory.init.
func (m *Module) PassiveData(data []byte) *Module {
	m.data = append(m.data, wasmbin.AppendBytes([]byte{1}, data))
	return m
}

// Bytes assembles the module.
func (m *Module) Bytes() []byte {
	var s wasmbin.Sections
	types := make([][]byte, len(m.types))
	for i, t := range m.types {
		types[i] = wasmbin.AppendFuncType(nil, t)
	}
	functions := make([][]byte, len(m.functions))
	for i, t := range m.functions {
		functions[i] = wasmbin.AppendU32(nil, t)
	}
	s[wasmbin.Types], s[wasmbin.Imports] = encodeVector(types), encodeVector(m.imports)
	s[wasmbin.Functions], s[wasmbin.Tables] = encodeVector(functions), encodeVector(m.tables)
	s[wasmbin.Memories], s[wasmbin.Globals] = encodeVector(m.memories), encodeVector(m.globals)
	s[wasmbin.Tags] = encodeVector(m.tags)
	s[wasmbin.Exports], s[wasmbin.StartFunction] = encodeVector(m.exports), m.start
	s[wasmbin.Elements], s[wasmbin.Code] = encodeVector(m.elements), encodeVector(m.bodies)
	if s[wasmbin.Data] = encodeVector(m.data); len(m.data) > 0 {
		s[wasmbin.DataCount] = wasmbin.AppendU32(nil, uint32(len(m.data)))
	}
	return wasmbin.Join(s)
}

func encodeVector(entries [][]byte) []byte {
	if len(entries) == 0 {
		return nil
	}
	return append(wasmbin.AppendU32(nil, uint32(len(entries))), joinCode(entries)...)
}

func joinCode(parts [][]byte) (out []byte) {
	for _, part := range parts {
		out = append(out, part...)
	}
	return out
}
