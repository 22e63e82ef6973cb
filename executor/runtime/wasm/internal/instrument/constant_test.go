package instrument

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/refusal"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/asm"
)

// sum adds n ones to a one, in 2n+2 instructions with its end.
func sum(n int) []byte {
	return asm.Code(asm.ConstI32(1), asm.Repeat(n, asm.ConstI32(1), asm.Op(0x6a)))
}

// TestConstants: a constant expression is replaced by its value, and one that is wrong is refused by the pass itself: an engine sees only
// the value.
func TestConstants(t *testing.T) {
	type module = asm.Module
	const most = fuel.MaxConstant/2 - 1
	for name, tc := range map[string]struct {
		build  func(m *module)
		expErr string // "" for accepted
	}{
		"added":      {func(m *module) { m.Constant(asm.I32, sum(1)) }, ""},
		"of 64 bits": {func(m *module) { m.Global(asm.I64, asm.ConstI64(1), asm.ConstI64(2), asm.Op(0x7e)) }, ""},
		"a vector by another": {func(m *module) {
			m.Constant(asm.V128, asm.Vec(12, make([]byte, 16)...))
			m.Constant(asm.V128, asm.GlobalGet(0))
		}, ""},
		"a null by another":         {func(m *module) { m.Constant(0x6f, asm.Op(0xd0, 0x6f)); m.Constant(0x6f, asm.GlobalGet(0)) }, ""},
		"as long as it may be":      {func(m *module) { m.Constant(asm.I32, sum(most)) }, ""},
		"longer":                    {func(m *module) { m.Constant(asm.I32, sum(most+1)) }, "more than 1000 instructions"},
		"a million":                 {func(m *module) { m.Constant(asm.I32, sum(1_000_000)) }, "more than 1000 instructions"},
		"a million for data":        {func(m *module) { m.Memory(1, 0).DataAt(sum(1_000_000), nil) }, "more than 1000 instructions"},
		"no value":                  {func(m *module) { m.Constant(asm.I32) }, "with 0 values"},
		"two values":                {func(m *module) { m.Constant(asm.I32, asm.ConstI32(1), asm.ConstI32(2)) }, "with 2 values"},
		"too few operands":          {func(m *module) { m.Constant(asm.I32, asm.ConstI32(1), asm.Op(0x6a)) }, "lacks its operands"},
		"operands of two types":     {func(m *module) { m.Constant(asm.I32, asm.ConstI32(1), asm.ConstI64(1), asm.Op(0x6a)) }, "lacks its operands"},
		"the other type's addition": {func(m *module) { m.Constant(asm.I64, asm.ConstI32(1), asm.ConstI32(1), asm.Op(0x7c)) }, "lacks its operands"},
		"another type":              {func(m *module) { m.Constant(asm.I64, sum(1)) }, "begins with a value of type 0x7f"},
		"a null that is a number":   {func(m *module) { m.Constant(asm.I32, asm.Op(0xd0, asm.I32), asm.ConstI32(1), asm.Op(0x6a)) }, "no reference"},
		"an instruction":            {func(m *module) { m.Constant(asm.I32, asm.ConstI32(1), asm.Op(0x45)) }, "instruction 0x45"},
		"a block":                   {func(m *module) { m.Constant(asm.I32, asm.Op(0x02, 0x40, 0x0b), asm.ConstI32(1)) }, "instruction 0x2"},
		"itself":                    {func(m *module) { m.Constant(asm.I32, asm.GlobalGet(0)) }, "not before it"},
		"a later one":               {func(m *module) { m.Constant(asm.I32, asm.GlobalGet(1)); m.Constant(asm.I32, sum(1)) }, "not before it"},
		"one that changes":          {func(m *module) { m.Global(asm.I32, asm.ConstI32(1)); m.Constant(asm.I32, asm.GlobalGet(0)) }, "can change"},
		"one that the pass adds":    {func(m *module) { m.Memory(1, 0).DataAt(asm.GlobalGet(1), nil); m.Constant(asm.I32, sum(1)) }, "not before it"},
		"a place of 64 bits":        {func(m *module) { m.Memory(1, 0).DataAt(asm.ConstI64(0), nil) }, "expected i32"},
		"the last byte": {func(m *module) {
			m.Memory(1, 0).DataAt(asm.Code(asm.ConstI32(65_534), sum(0), asm.Op(0x6a)), []byte("x"))
		}, ""},
		"one byte too far": {func(m *module) {
			m.Memory(1, 0).DataAt(asm.Code(asm.ConstI32(65_534), sum(1), asm.Op(0x6a)), []byte("x"))
		}, "does not fit"},
		"around 2^32":      {func(m *module) { m.Memory(1, 0).DataAt(asm.Code(asm.ConstI32(-1), sum(1), asm.Op(0x6a)), []byte("x")) }, ""},
		"elements too far": {func(m *module) { m.Table(1).RawElements(asm.Op(0), sum(0), asm.Op(0x0b, 1, 0)) }, "does not fit"},
		"an element that changes": {func(m *module) {
			m.Global(0x70, asm.Op(0xd0, 0x70))
			m.Table(1).RawElements(asm.Op(4, 0x41, 0, 0x0b, 1), asm.GlobalGet(0), asm.Op(0x0b))
		}, "can change"},
		"an exception, without a tag": {func(m *module) { m.Constant(asm.Exn, asm.Op(0xd0, asm.Exn)) }, "it uses exceptions"},
		"an exception by another": {func(m *module) {
			m.Tag(nil)
			m.Constant(asm.Exn, asm.Op(0xd0, asm.Exn))
			m.Constant(asm.Exn, asm.GlobalGet(0))
		}, ""},
		"a global of a type of its own": {func(m *module) { m.Constant(0x63, asm.Op(0xd0, 0x70)) }, "garbage-collected types"},
	} {
		t.Run(name, func(t *testing.T) {
			var m module
			tc.build(&m)
			got, err := Instrument(m.Start(nil).Bytes(), host)
			if tc.expErr != "" {
				require.Error(t, err)
				require.Contains(t, refusal.FindRefusal(err).Error(), tc.expErr)
				return
			}
			require.NoError(t, err)
			require.NotNil(t, got.Folded)
			require.NoError(t, valid(t, got.Folded))
			require.NoError(t, valid(t, got.Code))
		})
	}
}

// TestPlainConstantsStay: of a module whose constant expressions are constants the pass changes nothing, and what it computes costs nothing.
func TestPlainConstantsStay(t *testing.T) {
	build := func(place []byte) []byte {
		var m asm.Module
		m.Memory(1, 0).DataAt(place, make([]byte, 80)).Table(2)
		m.Global(asm.I64, asm.ConstI64(1<<62))
		return m.Start(nil).Bytes()
	}
	plain, err := Instrument(build(asm.ConstI32(500)), host)
	require.NoError(t, err)
	require.Nil(t, plain.Folded)
	computed, err := Instrument(build(sum(499)), host)
	require.NoError(t, err)
	require.Equal(t, build(asm.ConstI32(500)), computed.Folded)
	require.Equal(t, plain.Code, computed.Code)
	require.Equal(t, plain.StartCost, computed.StartCost)
}

// TestConstantsDoNotBlowUp: elements that a short instruction names are long when it is replaced, and the module stays within its limit.
func TestConstantsDoNotBlowUp(t *testing.T) {
	var m asm.Module
	last := uint32(0)
	for range 17_000 { // so that an index takes three bytes
		last = m.Func(nil, nil, nil)
	}
	m.Constant(0x70, wasmbin.AppendU32([]byte{0xd2}, last))
	const elements = fuel.MaxTableElements
	many := append(wasmbin.AppendU32([]byte{5, 0x70}, elements), bytes.Repeat([]byte{0x23, 0, 0x0b}, elements)...)
	for range 9 {
		m.RawElements(many)
	}
	code := m.Start(nil).Bytes()
	require.Less(t, len(code), fuel.MaxModuleSize)
	_, err := Instrument(code, host)
	require.Error(t, err)
	require.ErrorContains(t, err, "once constant expressions are computed")
}
