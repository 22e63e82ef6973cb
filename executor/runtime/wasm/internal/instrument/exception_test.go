package instrument

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/refusal"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/asm"
)

const void = 0x40

// throwing returns a module with exceptions of one of the forms.
func throwing(secondForm bool) []byte {
	var m asm.Module
	m.Tag(asm.Types{asm.I32})
	m.Tag(nil)
	m.Global(asm.I32, asm.ConstI32(0))
	f := m.Func(asm.Types{asm.I32}, asm.Types{asm.I32}, nil, asm.Get(0), asm.Throw(0))
	m.Table(1).Elements(0, f)
	indirect := asm.Code(asm.ConstI32(1), asm.ConstI32(0), asm.CallIndirect(m.Type(asm.Types{asm.I32}, asm.Types{asm.I32})))
	if secondForm {
		m.Global(asm.Exn, asm.Op(0xd0, asm.Exn))
		return m.Start(asm.Types{asm.Exn},
			asm.Typed(asm.I32, asm.Typed(asm.Exn, asm.TryTable(asm.I32, [][]byte{{0, 0, 1}, {3, 0}}, indirect), asm.Br(1)), asm.Tee(0), asm.ThrowRef()), asm.Op(0x1a)).Bytes()
	}
	return m.Start(nil,
		asm.Try(void, asm.Try(asm.I32, indirect, asm.Catch(0), asm.TryDelegate(void, 1, asm.Throw(1)), asm.CatchAll(), asm.Rethrow(0)), asm.Op(0x1a), asm.CatchAll())).Bytes()
}

// TestExceptionsRefused: what cannot be lowered is refused by name, and what is invalid is refused before an engine sees it.
func TestExceptionsRefused(t *testing.T) {
	type module = asm.Module
	start := func(m *module, code ...[]byte) { m.Tag(asm.Types{asm.I32}); m.Start(asm.Types{asm.I32}, code...) }
	for name, tc := range map[string]struct {
		build  func(m *module)
		expErr string // "" for accepted
	}{
		"a tag alone":                             {func(m *module) { start(m) }, ""},
		"an exported tag":                         {func(m *module) { start(m); m.Export("tag", 4, 0) }, ""},
		"an exported tag that is not there":       {func(m *module) { start(m); m.Export("tag", 4, 1) }, "exception tag 1 does not exist"},
		"a tag with results":                      {func(m *module) { m.RawTag(0, byte(m.Type(nil, asm.Types{asm.I32}))); m.Start(nil) }, "with results"},
		"a tag of another kind":                   {func(m *module) { m.RawTag(1, byte(m.Type(nil, nil))); m.Start(nil) }, "attribute 1"},
		"a tag of no type":                        {func(m *module) { m.RawTag(0, 9); m.Start(nil) }, "does not exist"},
		"too many tags":                           {func(m *module) { asmTags(m, fuel.MaxTags+1); m.Start(nil) }, "the limit is 1000"},
		"as many as there may be":                 {func(m *module) { asmTags(m, fuel.MaxTags); m.Start(nil) }, ""},
		"an unknown tag":                          {func(m *module) { start(m, asm.ConstI32(1), asm.Throw(1)) }, "exception tag 1 does not exist"},
		"an unknown tag caught":                   {func(m *module) { start(m, asm.Try(void, asm.Catch(1))) }, "exception tag 1 does not exist"},
		"both forms":                              {func(m *module) { start(m, asm.Try(void), asm.TryTable(void, nil)) }, "both forms"},
		"a reference beside the first form":       {func(m *module) { start(m, asm.Try(void), asm.Op(0xd0, asm.Exn, 0x1a)) }, "both forms"},
		"a table of exceptions":                   {func(m *module) { m.RawTable(asm.Exn, 0, 1); start(m) }, "a table of exceptions"},
		"a reference to an exception with an i64": {func(m *module) { m.Tag(asm.Types{asm.I64}); start(m, asm.Op(0xd0, asm.Exn, 0x1a)) }, "tag 0 with other values than one i32"},
		"types that become equal": {func(m *module) {
			m.Type(asm.Types{asm.Exn}, nil)
			m.Type(asm.Types{asm.I64}, nil)
			start(m)
		}, "differs from another in nothing but exceptions and i64"},
		"a reference without tags":      {func(m *module) { m.Type(asm.Types{asm.Exn}, nil); m.Start(nil) }, "without a section of exception tags"},
		"ref.is_null of who knows what": {func(m *module) { start(m, asm.Typed(asm.Exn, asm.Op(0xd0, asm.Exn)), asm.Op(0xd1, 0x1a)) }, "ref.is_null"},
		"ref.is_null of a function": {func(m *module) {
			start(m, asm.Op(0xd0, asm.Exn, 0x1a), asm.Op(0xd0, wasmbin.FuncRef), asm.Op(0xd1, 0x1a))
		}, ""},

		"catch without try":                      {func(m *module) { start(m, asm.Block(asm.Catch(0), asm.Op(0x1a))) }, "catch without try"},
		"catch after catch_all":                  {func(m *module) { start(m, asm.Try(void, asm.CatchAll(), asm.Catch(0), asm.Op(0x1a))) }, "catch after catch_all"},
		"delegate without try":                   {func(m *module) { start(m, asm.Op(0x02, void, 0x18, 0)) }, "delegate without try"},
		"delegate in a catch":                    {func(m *module) { start(m, asm.Op(0x06, void), asm.CatchAll(), asm.Op(0x18, 0)) }, "delegate without try"},
		"delegate too far":                       {func(m *module) { start(m, asm.TryDelegate(void, 1)) }, "label 1 does not exist"},
		"rethrow in no catch":                    {func(m *module) { start(m, asm.Try(void, asm.Rethrow(0), asm.CatchAll())) }, "nothing has been caught"},
		"rethrow of a block":                     {func(m *module) { start(m, asm.Try(void, asm.CatchAll(), asm.Block(asm.Rethrow(0)))) }, "nothing has been caught"},
		"else in a try":                          {func(m *module) { start(m, asm.Try(void, asm.Op(0x05))) }, "else without if"},
		"a branch too far":                       {func(m *module) { start(m, asm.Try(void, asm.Br(2), asm.CatchAll())) }, "label 2 does not exist"},
		"a table that branches too far":          {func(m *module) { start(m, asm.Try(void, asm.Get(0), asm.Op(0x0e, 1, 0, 2), asm.CatchAll())) }, "label 2 does not exist"},
		"a clause that goes too far":             {func(m *module) { start(m, asm.TryTable(void, [][]byte{{2, 1}})) }, "label 1 does not exist"},
		"a clause of no kind":                    {func(m *module) { start(m, asm.TryTable(void, [][]byte{{4, 0}})) }, "clause of kind 4"},
		"a global of the pass":                   {func(m *module) { start(m, asm.Op(0x23, 0, 0x1a)) }, "global 0 does not exist"},
		"a global of the pass, set":              {func(m *module) { start(m, asm.ConstI32(0), asm.Op(0x24, 0)) }, "global 0 does not exist"},
		"a global of the pass, exported":         {func(m *module) { start(m); m.Export("pending", 3, 0) }, "global 0 does not exist"},
		"a global of the pass in a global":       {func(m *module) { m.Global(asm.I32, asm.Op(0x23, 1)); start(m) }, "global 1, which is not before it"},
		"a local of the pass":                    {func(m *module) { start(m, asm.Try(void, asm.CatchAll(), asm.Get(1), asm.Op(0x1a), asm.Rethrow(0))) }, "local 1 does not exist"},
		"a type of the pass":                     {func(m *module) { start(m, asm.ConstI32(0), asm.Try(9, asm.CatchAll()), asm.Op(0x1a)) }, "a block of the unknown type 9"},
		"an indirect call by a type of the pass": {func(m *module) { m.Table(1); start(m, asm.ConstI32(0), asm.CallIndirect(9)) }, "type 9 does not exist"},
		"a call of nothing":                      {func(m *module) { start(m, asm.Call(9)) }, "function 9 does not exist"},
		"a local of no type":                     {func(m *module) { m.Tag(nil); m.Start(asm.Types{0x63}) }, "a local: value type 0x63"},
		"a null of no type":                      {func(m *module) { start(m, asm.Op(0xd0, 0x62, 0x1a)) }, "unknown value type 0x62"},
		"a select of no type":                    {func(m *module) { start(m, asm.Op(0x00, 0x1c, 1, 0x62, 0x1a)) }, "unknown value type 0x62"},

		// These are the engine's to find, in what has been lowered.
		"a throw of the wrong type":        {func(m *module) { start(m, asm.ConstI64(1), asm.Throw(0)) }, "invalid"},
		"a throw of nothing":               {func(m *module) { start(m, asm.Throw(0)) }, "invalid"},
		"a catch that leaves too much":     {func(m *module) { start(m, asm.Try(void, asm.Catch(0))) }, "invalid"},
		"a catch that leaves too little":   {func(m *module) { start(m, asm.Try(asm.I32, asm.ConstI32(0), asm.Catch(0), asm.Op(0x1a)), asm.Op(0x1a)) }, "invalid"},
		"a catch_all that leaves too much": {func(m *module) { start(m, asm.Try(void, asm.CatchAll(), asm.ConstI32(0))) }, "invalid"},
		"a try that leaves too much":       {func(m *module) { start(m, asm.Try(void, asm.ConstI32(0), asm.CatchAll())) }, "invalid"},
		"a try that takes what is below it": {func(m *module) {
			start(m, asm.ConstI32(0), asm.Try(void, asm.Op(0x1a), asm.CatchAll()), asm.ConstI32(0))
		}, "invalid"},
		"a catch that takes what is below it": {func(m *module) { start(m, asm.ConstI32(0), asm.Try(void, asm.CatchAll(), asm.Op(0x1a))) }, "invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			var m asm.Module
			tc.build(&m)
			got, err := Instrument(m.Bytes(), host)
			if tc.expErr == "invalid" {
				require.NoError(t, err)
				require.Error(t, valid(t, got.Lowered))
				return
			}
			if tc.expErr != "" {
				require.Error(t, err)
				require.True(t, strings.Contains(refusal.FindRefusal(err).Error(), tc.expErr), "got %v", err)
				return
			}
			require.NoError(t, err)
			require.NoError(t, valid(t, got.Lowered))
			require.NoError(t, valid(t, got.Code))
		})
	}
}

func asmTags(m *asm.Module, n int) {
	for range n {
		m.Tag(nil)
	}
}

// TestLoweredCodeIsBounded: many clauses with many values do not make much code of little.
func TestLoweredCodeIsBounded(t *testing.T) {
	var values asm.Types
	for range 900 {
		values = append(values, asm.I32)
	}
	var m asm.Module
	m.Tag(values)
	m.Start(nil, asm.Try(void, asm.Repeat(3000, asm.Catch(0), asm.Op(0x00))))
	_, err := Instrument(m.Bytes(), host)
	require.ErrorContains(t, err, "once exceptions are lowered")
	require.Equal(t, refusal.Limits, refusal.FindRefusal(err).Feature)

	m = asm.Module{}
	m.Tag(values)
	for range 13_000 {
		m.Func(nil, nil, nil, asm.Op(0x00), asm.Throw(0))
	}
	m.Start(nil)
	_, err = Instrument(m.Bytes(), host)
	require.ErrorContains(t, err, "of code, once exceptions are lowered")
}
