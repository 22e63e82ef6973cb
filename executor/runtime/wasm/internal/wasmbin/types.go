package wasmbin

import (
	"bytes"
	"fmt"

	"github.com/credence-chain/credence/executor/runtime/wasm/internal/refusal"
)

// ValueType is the type of a value.
type ValueType = byte

// The value types.
const (
	I32       ValueType = 0x7f
	I64       ValueType = 0x7e
	F32       ValueType = 0x7d
	F64       ValueType = 0x7c
	V128      ValueType = 0x7b
	FuncRef   ValueType = 0x70
	ExternRef ValueType = 0x6f
	ExnRef    ValueType = 0x69 // holds an exception
)

// FuncType is the type of a function.
type FuncType struct{ Params, Results []ValueType }

// Equal compares two types.
func (t FuncType) Equal(u FuncType) bool {
	return bytes.Equal(t.Params, u.Params) && bytes.Equal(t.Results, u.Results)
}

// AppendFuncType appends a type as it stands in the type section.
func AppendFuncType(b []byte, t FuncType) []byte {
	return AppendBytes(AppendBytes(append(b, 0x60), t.Params), t.Results)
}

// ReadFuncType reads one entry of the type section.
func ReadFuncType(r *Reader, maxArity uint32) (FuncType, error) {
	var t FuncType
	form, err := r.Byte()
	if err != nil {
		return t, err
	}
	if form >= 0x4d && form <= 0x5f { // recursion groups, subtypes, arrays, structures
		return t, refusal.New(refusal.GC, "a type of form %#x, expected a function", form)
	}
	if form != 0x60 {
		return t, fmt.Errorf("type of form %#x, want a function (0x60)", form)
	}
	if t.Params, err = readValueTypes(r, "parameters", maxArity); err != nil {
		return t, err
	}
	t.Results, err = readValueTypes(r, "results", maxArity)
	return t, err
}

func readValueTypes(r *Reader, what string, limit uint32) ([]ValueType, error) {
	n, err := r.Count(what, limit)
	if err != nil {
		return nil, err
	}
	types, err := r.Bytes(n)
	if err != nil {
		return nil, err
	}
	for _, t := range types {
		if err := CheckType(what, t); err != nil {
			return nil, err
		}
	}
	return types, nil
}

// CheckType refuses a byte that is no value type. That of a later proposal begins a type of several bytes, so that whoever read on would take
// the rest of the type for something else.
func CheckType(what string, t ValueType) error {
	switch {
	case KnownType(t):
		return nil
	case t >= 0x63 && t < FuncRef:
		return refusal.New(refusal.GC, "%s: value type %#x", what, t)
	}
	return fmt.Errorf("%s: unknown value type %#x", what, t)
}

// KnownType says whether t is one of the value types.
func KnownType(t ValueType) bool {
	return t >= V128 && t <= I32 || t == FuncRef || t == ExternRef || t == ExnRef
}

// Limits are the bounds of a memory or a table.
type Limits struct {
	Min, Max uint32
	HasMax   bool
}

// ReadLimits reads bounds. Shared and 64-bit memories are refused.
func ReadLimits(r *Reader) (Limits, error) {
	var l Limits
	flags, err := r.Byte()
	if err != nil {
		return l, err
	}
	switch {
	case flags&^7 != 0:
		return l, fmt.Errorf("limits with flags %#x", flags)
	case flags&2 != 0:
		return l, refusal.New(refusal.Threads, "a memory that threads share")
	case flags&4 != 0:
		return l, refusal.New(refusal.Memory64, "a memory or table with 64-bit addresses")
	}
	if l.Min, err = r.U32(); err != nil {
		return l, err
	}
	if flags == 1 {
		l.HasMax = true
		l.Max, err = r.U32()
	}
	return l, err
}

// AppendLimits appends bounds.
func AppendLimits(b []byte, l Limits) []byte {
	if !l.HasMax {
		return AppendU32(append(b, 0), l.Min)
	}
	return AppendU32(AppendU32(append(b, 1), l.Min), l.Max)
}
