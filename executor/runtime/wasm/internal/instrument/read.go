package instrument

import (
	"bytes"
	"fmt"

	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/refusal"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"
)

// This file reads the module once, section by section, before anything is rewritten. It collects what the pass needs, such as types,
// imports, functions and the entry point, and refuses modules that the pass does not allow. It reads strictly: whatever a section has
// beyond the fuel schedule (docs/fuel.md) is an error, because code that the pass does not understand could run without being charged.
// Functions' bodies are only cut out here; body.go rewrites them.

// Kinds of imports and exports.
const (
	kindFunction byte = iota
	kindTable
	kindMemory
	kindGlobal
	kindTag
)

// noEntries is the content of an empty section, for a section that the module does not have.
var noEntries = []byte{0}

// readSections reads all sections that the pass needs, and refuses what is not allowed.
func (m *module) readSections() error {
	m.startCost = fuel.Start
	for _, section := range []struct {
		id   wasmbin.SectionID
		name string
		read func(*wasmbin.Reader) error
	}{
		{wasmbin.Types, "types", m.readTypes},
		{wasmbin.Imports, "imports", m.readImports},
		{wasmbin.Functions, "functions", m.readFunctions},
		{wasmbin.Tables, "tables", m.readTables},
		{wasmbin.Memories, "memories", m.readMemories},
		{wasmbin.Tags, "exception tags", m.readTags},
		{wasmbin.Globals, "globals", m.readGlobals},
		{wasmbin.Exports, "exports", m.readExports},
		{wasmbin.Elements, "elements", m.readElements},
		{wasmbin.Code, "code", m.readCode},
		{wasmbin.Data, "data", m.readData},
	} {
		content := m.sections[section.id]
		if content == nil {
			content = noEntries
		}
		if err := m.foldSection(section.id, wasmbin.NewReader(content), section.read); err != nil {
			return fmt.Errorf("section of %s: %w", section.name, err)
		}
	}
	if len(m.bodies) != len(m.defined) {
		return fmt.Errorf("%d functions have %d bodies", len(m.defined), len(m.bodies))
	}
	return nil
}

func (m *module) readTypes(r *wasmbin.Reader) error {
	n, err := r.Count("types", fuel.MaxTypes)
	for ; err == nil && n > 0; n-- {
		var t wasmbin.FuncType
		if t, err = wasmbin.ReadFuncType(r, fuel.MaxArity); err != nil {
			return err
		}
		if m.sections[wasmbin.Tags] == nil && (bytes.IndexByte(t.Params, wasmbin.ExnRef) >= 0 || bytes.IndexByte(t.Results, wasmbin.ExnRef) >= 0) {
			return refusal.New(refusal.Exceptions, "a value that holds an exception, in a module without a section of exception tags")
		}
		m.types = append(m.types, t)
	}
	return err
}

func (m *module) readImports(r *wasmbin.Reader) error {
	n, err := r.Count("imports", fuel.MaxFunctions)
	for ; err == nil && n > 0; n-- {
		err = m.readImport(r)
	}
	if err == nil && len(m.missing) > 0 {
		return refusal.MissingImports(m.missing)
	}
	return err
}

func (m *module) readImport(r *wasmbin.Reader) error {
	space, err := r.Name()
	if err != nil {
		return err
	}
	name, err := r.Name()
	if err != nil {
		return err
	}
	kind, err := r.Byte()
	if err != nil {
		return err
	}
	if kind != kindFunction {
		return m.refuseImport(r, space+"."+name, kind)
	}
	typ, err := m.readTypeIndex(r)
	if err != nil {
		return err
	}
	want, ok := m.host[space][name]
	switch {
	case !ok:
		m.missing = append(m.missing, space+"."+name)
	case !want.Equal(m.types[typ]):
		return refusal.New(refusal.Imports, "%.80q has the wrong type", space+"."+name)
	}
	m.imported, m.imports = append(m.imported, typ), append(m.imports, space+"."+name)
	return nil
}

// refuseImport refuses an import that is not a function. It reads over the import's type and counts the import as missing; exceptions and
// unknown kinds have errors of their own.
func (m *module) refuseImport(r *wasmbin.Reader, name string, kind byte) error {
	switch kind {
	case kindTable:
		if _, err := r.Byte(); err != nil {
			return err
		}
		fallthrough
	case kindMemory:
		if _, err := wasmbin.ReadLimits(r); err != nil {
			return err
		}
	case kindGlobal:
		if _, err := r.Bytes(2); err != nil {
			return err
		}
	case kindTag:
		return refusal.New(refusal.Exceptions, "%.80q is an exception from outside", name)
	default:
		return fmt.Errorf("import %.80q is of the unknown kind %d", name, kind)
	}
	m.missing = append(m.missing, name)
	return nil
}

func (m *module) readTypeIndex(r *wasmbin.Reader) (uint32, error) {
	typ, err := r.U32()
	if err == nil && typ >= uint32(len(m.types)) {
		err = fmt.Errorf("type %d does not exist", typ)
	}
	return typ, err
}

func (m *module) readFunctions(r *wasmbin.Reader) error {
	n, err := r.Count("functions", fuel.MaxFunctions)
	for ; err == nil && n > 0; n-- {
		var typ uint32
		if typ, err = m.readTypeIndex(r); err == nil {
			m.defined = append(m.defined, typ)
		}
	}
	return err
}

func (m *module) readTables(r *wasmbin.Reader) error {
	n, err := r.Count("tables", fuel.MaxTables)
	for ; err == nil && n > 0; n-- {
		var t table
		if t.typ, err = r.Byte(); err != nil {
			return err
		}
		if t.typ == wasmbin.ExnRef {
			return refusal.New(refusal.Exceptions, "a table of exceptions; a table holds functions or references of the host")
		}
		if err = wasmbin.CheckType("a table", t.typ); err != nil {
			return err
		}
		if t.limits, err = wasmbin.ReadLimits(r); err != nil {
			return err
		}
		if t.limits.Min > fuel.MaxTableElements {
			return refusal.New(refusal.Limits, "a table of %d elements, the limit is %d", t.limits.Min, fuel.MaxTableElements)
		}
		m.startCost += uint64(t.limits.Min) * fuel.Element
		m.tables = append(m.tables, t)
	}
	return err
}

func (m *module) readMemories(r *wasmbin.Reader) error {
	n, err := r.Count("memories", fuel.MaxFunctions)
	if err != nil || n == 0 {
		return err
	}
	if n > 1 {
		return refusal.New(refusal.MultiMemory, "%d memories, expected at most one", n)
	}
	limits, err := wasmbin.ReadLimits(r)
	if err != nil {
		return err
	}
	if limits.Min > fuel.MaxPages {
		return refusal.New(refusal.Memory, "it begins with %d pages of 64 KiB, the limit is %d", limits.Min, fuel.MaxPages)
	}
	m.startCost += uint64(limits.Min) * fuel.Page
	m.memory = &limits
	return nil
}

func (m *module) readExports(r *wasmbin.Reader) error {
	entry := false
	for n, err := r.Count("exports", fuel.MaxFunctions); n > 0 || err != nil; n-- {
		if err != nil {
			return err
		}
		var name string
		if name, err = r.Name(); err != nil {
			return err
		}
		kind, err := r.Byte()
		if err != nil {
			return err
		}
		index, err := r.U32()
		if err != nil {
			return err
		}
		if kind == kindTag && m.exceptions != nil {
			if index >= uint32(len(m.exceptions.tags)) {
				return fmt.Errorf("export %.80q: exception tag %d does not exist", name, index)
			}
			m.exceptions.exported = true
		}
		if isReserved(name) {
			return fmt.Errorf("export %.80q: names that begin with %q are reserved", name, reserved)
		}
		if kind == kindGlobal && index >= m.globals {
			return fmt.Errorf("export %.80q: global %d does not exist", name, index)
		}
		if name == EntryFunction {
			if entry, err = m.isEntry(kind, index); err != nil {
				return err
			}
		}
	}
	if !entry {
		return refusal.New(refusal.Entry, "no function %q without parameters and results is exported: a library, or a program for another host", EntryFunction)
	}
	return nil
}

func (m *module) isEntry(kind byte, index uint32) (bool, error) {
	if kind != kindFunction {
		return false, nil
	}
	typ, err := m.typeOf(index)
	return len(typ.Params) == 0 && len(typ.Results) == 0, err
}

func (m *module) readCode(r *wasmbin.Reader) error {
	n, err := r.Count("functions", fuel.MaxFunctions)
	for ; err == nil && n > 0; n-- {
		var size uint32
		if size, err = r.U32(); err != nil {
			return err
		}
		if size > fuel.MaxBody {
			return refusal.New(refusal.Limits, "a function of %d bytes, the limit is %d", size, fuel.MaxBody)
		}
		var code []byte
		if code, err = r.Bytes(size); err == nil {
			m.bodies = append(m.bodies, code)
		}
	}
	return err
}
