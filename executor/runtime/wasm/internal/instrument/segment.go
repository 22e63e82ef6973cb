package instrument

import (
	"fmt"

	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/refusal"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"
)

// Active segments are copied when the module starts. A segment that does not fit its memory or table would stop the start. Such a
// module is refused beforehand, so that a start that fails is always the machine's fault.

func (m *module) readData(r *wasmbin.Reader) error {
	n, err := r.Count("data segments", fuel.MaxSegments)
	for ; err == nil && n > 0; n-- {
		err = m.readDataSegment(r)
	}
	return err
}

func (m *module) readDataSegment(r *wasmbin.Reader) error {
	flags, err := r.U32()
	if err != nil {
		return err
	}
	if flags > 1 {
		return refusal.New(refusal.MultiMemory, "a data segment with flags %#x", flags)
	}
	active, offset := flags == 0, uint64(0)
	if active {
		if offset, err = m.readOffset(r); err != nil {
			return err
		}
	}
	size, err := r.U32()
	if err != nil {
		return err
	}
	if _, err = r.Bytes(size); err != nil || !active {
		return err
	}
	pages := uint64(0)
	if m.memory != nil {
		pages = uint64(m.memory.Min)
	}
	if offset+uint64(size) > pages*fuel.PageSize {
		return fmt.Errorf("a data segment of %d bytes at %d does not fit the initial memory of %d pages", size, offset, pages)
	}
	m.startCost += uint64(size) / fuel.BytesPerFuel
	return nil
}

func (m *module) readElements(r *wasmbin.Reader) error {
	n, err := r.Count("element segments", fuel.MaxSegments)
	for ; err == nil && n > 0; n-- {
		err = m.readElementSegment(r)
	}
	return err
}

// readElementSegment reads one of the eight forms: bit 0 passive or declarative,
// bit 1 an explicit table (active) or declarative, bit 2 expressions instead of
// function indexes.
func (m *module) readElementSegment(r *wasmbin.Reader) error {
	flags, err := r.U32()
	if err != nil {
		return err
	}
	if flags > 7 {
		return fmt.Errorf("element segment with flags %#x", flags)
	}
	active, expressions := flags&1 == 0, flags&4 != 0
	var target uint32
	var offset uint64
	if active && flags&2 != 0 {
		if target, err = r.U32(); err != nil {
			return err
		}
	}
	if active {
		if offset, err = m.readOffset(r); err != nil {
			return err
		}
	}
	if flags&3 != 0 {
		kind, err := r.Byte() // or type of the elements
		if err != nil {
			return err
		}
		if kind == wasmbin.ExnRef {
			return refusal.New(refusal.Exceptions, "a list of exceptions; a list holds functions or references of the host")
		}
		if kind != 0 {
			if err := wasmbin.CheckType("a list of elements", kind); err != nil {
				return err
			}
		}
	}
	count, err := r.Count("elements", fuel.MaxTableElements)
	if err != nil {
		return err
	}
	for i := uint32(0); i < count; i++ {
		if err = m.readElement(r, expressions); err != nil {
			return err
		}
	}
	if !active {
		return nil
	}
	if target >= uint32(len(m.tables)) || offset+uint64(count) > uint64(m.tables[target].limits.Min) {
		return fmt.Errorf("a segment of %d elements at %d does not fit table %d", count, offset, target)
	}
	m.startCost += uint64(count) * fuel.Element
	return nil
}

func (m *module) readElement(r *wasmbin.Reader, expression bool) error {
	if !expression {
		_, err := r.U32()
		return err
	}
	_, err := m.readConstant(r)
	return err
}
