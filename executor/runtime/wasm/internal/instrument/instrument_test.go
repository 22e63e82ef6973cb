package instrument

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/refusal"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/asm"
)

var host = Host{"wasi_snapshot_preview1": {"proc_exit": {Params: []byte{wasmbin.I32}}}}

func valid(t testing.TB, code []byte) error {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter().WithCoreFeatures(api.CoreFeaturesV2|experimental.CoreFeaturesTailCall|experimental.CoreFeaturesExceptionHandling))
	defer r.Close(ctx)
	_, err := r.CompileModule(ctx, code)
	return err
}

func TestRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		malleate func(m *asm.Module)
		expErr   string // "" for accepted
	}{
		"the plainest":           {func(m *asm.Module) { m.Start(nil) }, ""},
		"no entry":               {func(m *asm.Module) { m.Func(nil, nil, nil) }, "no function \"_start\""},
		"entry with a parameter": {func(m *asm.Module) { m.Export("_start", 0, m.Func(asm.Types{asm.I32}, nil, nil)) }, "no function \"_start\""},
		"entry that is a global": {func(m *asm.Module) { m.Export("_start", 3, m.Global(asm.I32, asm.ConstI32(0))) }, "no function \"_start\""},
		"entry out of range":     {func(m *asm.Module) { m.Export("_start", 0, 9) }, "does not exist"},
		"reserved name":          {func(m *asm.Module) { m.Start(nil).Export("credence.fuel", 0, 0) }, "reserved"},
		"known import": {func(m *asm.Module) {
			m.Import("wasi_snapshot_preview1", "proc_exit", asm.Types{asm.I32}, nil)
			m.Start(nil)
		}, ""},
		"import of the wrong type": {func(m *asm.Module) {
			m.Import("wasi_snapshot_preview1", "proc_exit", asm.Types{asm.I64}, nil)
			m.Start(nil)
		}, "wrong type"},
		"import of another module": {func(m *asm.Module) { m.Import("env", "proc_exit", asm.Types{asm.I32}, nil); m.Start(nil) }, `"env.proc_exit"`},
		"atomics":                  {func(m *asm.Module) { m.Start(nil, asm.Op(0xfe, 0x03, 0x00)) }, "it uses threads"},
		"relaxed SIMD":             {func(m *asm.Module) { m.Start(nil, asm.Vec(0x100)) }, "it uses relaxed SIMD"},
		"tail call":                {func(m *asm.Module) { m.Func(nil, nil, nil); m.Start(nil, asm.Op(0x12, 0)) }, ""},
		"tail calls of both kinds, and a call": {func(m *asm.Module) {
			m.Table(1)
			m.Func(nil, nil, nil)
			m.Start(nil, asm.Call(0), asm.Op(0x02, 0x40), asm.ConstI32(0), asm.Op(0x13, 0, 0), asm.Op(0x0b), asm.Op(0x12, 0))
		}, ""},
		"tail call by reference": {func(m *asm.Module) { m.Start(nil, asm.Op(0x15, 0)) }, "it uses garbage-collected types"},
		// The engine reads one type here. A decoder that does not know it would take its second byte for br_table, and what is behind it for
		// labels. It is a loop without end, which would never be charged.
		"block of a typed reference":  {func(m *asm.Module) { hideLoop(m, asm.Op(0x02, 0x63), asm.Op(0x00, 0x0b, 0x1a)) }, "garbage-collected types"},
		"loop of a typed reference":   {func(m *asm.Module) { hideLoop(m, asm.Op(0x03, 0x64), asm.Op(0x00, 0x0b, 0x1a)) }, "garbage-collected types"},
		"select of a typed reference": {func(m *asm.Module) { hideLoop(m, asm.Op(0x00, 0x1c, 1, 0x63), asm.Op(0x1a)) }, "garbage-collected types"},
		"null of a typed reference":   {func(m *asm.Module) { m.Start(nil, asm.Op(0xd0, 0x63, 0x0e, 0x1a)) }, "garbage-collected types"},
		"local of a typed reference":  {func(m *asm.Module) { m.RawFunc(nil, nil, []byte{1, 1, 0x63, 0, 0x0b}); m.Start(nil) }, "garbage-collected types"},
		"table of typed references":   {func(m *asm.Module) { m.RawTable(0x63, 0x70, 0, 1); m.Start(nil) }, "garbage-collected types"},
		"block of no type":            {func(m *asm.Module) { m.Start(nil, asm.Op(0x02, 0x80, 0x7f, 0x0b)) }, "unknown type -128"},
		"exceptions":                  {func(m *asm.Module) { m.Start(nil, asm.Op(0x06, 0x40, 0x0b)) }, "it uses exceptions"},
		"bulk of later proposals":     {func(m *asm.Module) { m.Start(nil, asm.Bulk(18, 0)) }, "not valid WebAssembly"},
		"shared memory":               {func(m *asm.Module) { m.RawMemory(3, 1, 2).Start(nil) }, "it uses threads"},
		"64-bit memory":               {func(m *asm.Module) { m.RawMemory(4, 1).Start(nil) }, "it uses 64-bit memory"},
		"two memories":                {func(m *asm.Module) { m.RawMemory(0, 1).RawMemory(0, 1).Start(nil) }, "it uses multiple memories: 2 memories"},
		"access to memory 1":          {func(m *asm.Module) { m.Memory(1, 0).Start(nil, asm.Op(0x3f, 1, 0x1a)) }, "it uses multiple memories"},
		"memarg of memory 1":          {func(m *asm.Module) { m.Memory(1, 0).Start(nil, asm.ConstI32(0), asm.Op(0x28, 0x42, 1, 0, 0x1a)) }, "it uses multiple memories"},
		"table too large":             {func(m *asm.Module) { m.Table(fuel.MaxTableElements + 1).Start(nil) }, "the limit is"},
		"largest table":               {func(m *asm.Module) { m.Table(fuel.MaxTableElements).Start(nil) }, ""},
		"data beyond the memory":      {func(m *asm.Module) { m.Memory(1, 0).Data(65535, []byte("ab")).Start(nil) }, "does not fit"},
		"data at a negative place":    {func(m *asm.Module) { m.Memory(1, 0).Data(-1, []byte("a")).Start(nil) }, "does not fit"},
		"data up to the end":          {func(m *asm.Module) { m.Memory(1, 0).Data(65534, []byte("ab")).Start(nil) }, ""},
		"elements beyond":             {func(m *asm.Module) { m.Table(1).Start(nil).Elements(1, 0) }, "does not fit"},
		"too many locals": {func(m *asm.Module) {
			m.RawFunc(nil, nil, append(wasmbin.AppendU32([]byte{1}, fuel.MaxLocals+1), asm.I32, 0x0b))
			m.Start(nil)
		}, "locals"},
		"locals that overflow": {func(m *asm.Module) {
			m.RawFunc(nil, nil, []byte{2, 0xff, 0xff, 0xff, 0xff, 0x0f, asm.I32, 2, asm.I32, 0x0b})
			m.Start(nil)
		}, "locals"},
		"code behind the end": {func(m *asm.Module) { m.RawFunc(nil, nil, []byte{0, 0x0b, 0x0b}); m.Start(nil) }, "does not stop"},
		"code without end":    {func(m *asm.Module) { m.RawFunc(nil, nil, []byte{0, 0x01}); m.Start(nil) }, "too early"},
		"else without if":     {func(m *asm.Module) { m.RawFunc(nil, nil, []byte{0, 0x05, 0x0b}); m.Start(nil) }, "else without if"},
	} {
		t.Run(name, func(t *testing.T) {
			var m asm.Module
			tc.malleate(&m)
			got, err := Instrument(m.Bytes(), host)
			switch {
			case tc.expErr == "" && err != nil:
				t.Fatalf("refused: %v", err)
			case tc.expErr == "":
				if err := valid(t, got.Code); err != nil {
					t.Fatalf("the result is not valid: %v", err)
				}
			case err == nil || !strings.Contains(refusal.FindRefusal(err).Error(), tc.expErr):
				t.Fatalf("got %v, want an error with %q", err, tc.expErr)
			}
		})
	}
	if _, err := Instrument(make([]byte, fuel.MaxModuleSize+1), host); err == nil {
		t.Error("a module above the largest size is accepted")
	}
}

// hideLoop makes a module whose code has type 14 between the parts, and then an endless loop.
func hideLoop(m *asm.Module, before, after []byte) {
	for n := range 15 {
		m.Type(bytes.Repeat([]byte{asm.I32}, n), nil)
	}
	m.Start(nil, before, asm.Op(14, 0x03, 0x40, 0x0c, 0x00, 0x0b), after)
}

func TestStartCost(t *testing.T) {
	var m asm.Module
	m.Memory(3, 7).Data(0, make([]byte, 17)).Data(100, make([]byte, 7))
	m.Table(10).Elements(2, 0, 0, 0)
	m.PassiveData(make([]byte, 1000))
	m.Start(nil)
	got, err := Instrument(m.Bytes(), host)
	if err != nil {
		t.Fatal(err)
	}
	want := fuel.Start + 3*fuel.Page + 2 + 0 + 10*fuel.Element + 3*fuel.Element
	if got.StartCost != want || got.MinPages != 3 || got.MaxPages != 7 || got.HasStart {
		t.Errorf("got %d, pages %d to %d, start function %v; want %d, 3 to 7, none", got.StartCost, got.MinPages, got.MaxPages, got.HasStart, want)
	}
}

// TestCustomSectionsDoNotMatter: names and debug information change nothing.
func TestCustomSectionsDoNotMatter(t *testing.T) {
	var m asm.Module
	m.Start(nil)
	plain := m.Bytes()
	custom := wasmbin.AppendSection(slices.Clone(plain), wasmbin.Custom, wasmbin.AppendName(nil, "name"))
	a, errA := Instrument(plain, host)
	b, errB := Instrument(custom, host)
	if errA != nil || errB != nil || !bytes.Equal(a.Code, b.Code) {
		t.Errorf("%v, %v, equal: %v", errA, errB, bytes.Equal(a.Code, b.Code))
	}
}

// TestCosts compares samples of each class of static costs with docs/fuel.md.
func TestCosts(t *testing.T) {
	for _, tc := range []struct {
		code []byte
		want uint64
	}{
		{asm.Op(0x01), 0}, {asm.Op(0x02, 0x40), 0}, {asm.Op(0x0b), 0}, {asm.Op(0x0f), 0}, {asm.Op(0x1a), 0}, {asm.Op(0x00), 0}, {asm.Op(0x05), 0},
		{asm.Op(0x03, 0x40), 1}, {asm.Op(0x04, 0x40), 1}, {asm.Br(0), 1}, {asm.BrIf(0), 1}, {asm.Op(0x1b), 1}, {asm.Get(0), 1},
		{asm.ConstI64(5), 1}, {asm.ConstF64(5), 1}, {asm.Op(0x6a), 1}, {asm.Mem(0x28, 0), 1}, {asm.Mem(0x37, 0), 1}, {asm.Op(0xa0), 1}, {asm.Bulk(0), 1},
		{asm.Op(0x0e, 0, 0), 2}, {asm.Op(0x25, 0), 2}, {asm.Mem(0x39, 0), 2}, {asm.Mem(0x38, 0), 2}, {asm.Op(0xa6), 2}, {asm.Op(0x98), 2}, {asm.Op(0xbd), 2}, {asm.Op(0xbc), 2}, {asm.Op(0xbf), 1},
		{asm.Call(0), 2}, {asm.CallIndirect(0), 4},
		{asm.Op(0x6d), 8}, {asm.Op(0x70), 8}, {asm.Op(0x7f), 8}, {asm.Op(0x82), 8}, {asm.Op(0x71), 1}, {asm.Op(0x7e), 1}, {asm.Op(0x83), 1},
		{asm.Op(0xa3), 8}, {asm.Op(0x9f), 8}, {asm.Op(0x95), 8}, {asm.Op(0x91), 8},
		{asm.Op(0x40, 0), 8}, {asm.Op(0x3f, 0), 1}, {asm.Bulk(8, 0, 0), 8}, {asm.Bulk(10, 0, 0), 8}, {asm.Bulk(11, 0), 8}, {asm.Bulk(15, 0), 8}, {asm.Bulk(16, 0), 1}, {asm.Bulk(9, 0), 8},
		{asm.Vec(0x51), 2}, {asm.Vec(17), 2}, {asm.Vec(0xe4), 4}, {asm.Vec(0xf7), 4}, {asm.Vec(0xe0), 2}, {asm.Vec(0xed), 2}, {asm.Vec(94), 4}, {asm.Vec(0x67), 4}, {asm.Vec(0xe3), 16}, {asm.Vec(0xf3), 16}, {asm.Vec(0xae), 2},
	} {
		ins, err := readInstruction(wasmbin.NewReader(tc.code))
		if err != nil {
			t.Fatalf("%x: %v", tc.code, err)
		}
		if got := staticCost(ins.op); got != tc.want {
			t.Errorf("instruction %x: got cost %d, want %d", tc.code, got, tc.want)
		}
	}
}

// FuzzInstrument: the pass never panics and gives the same result twice. It makes a valid module of every valid module that it accepts.
func FuzzInstrument(f *testing.F) {
	var m asm.Module
	m.Memory(1, 2).Data(0, []byte("x")).Table(2)
	fn := m.Func(asm.Types{asm.F64}, asm.Types{asm.F64, asm.I32}, asm.Types{asm.F32}, asm.Get(0), asm.Get(0), asm.Op(0xa6), asm.ConstI32(1), asm.Op(0x0f))
	m.Elements(0, fn)
	m.Global(asm.I64, asm.ConstI64(3))
	m.DataAt(asm.Code(asm.GlobalGet(m.Constant(asm.I32, sum(1))), sum(1), asm.Op(0x6c)), []byte("y"))
	m.Start(asm.Types{asm.I32}, asm.ConstF64(1), asm.Call(fn), asm.If(asm.Loop(asm.Get(0), asm.BrIf(0))), asm.Op(0x1a),
		asm.ConstI32(0), asm.ConstI32(0), asm.ConstI32(1), asm.Bulk(10, 0, 0))
	f.Add(m.Bytes())
	for _, secondForm := range []bool{false, true} {
		f.Add(throwing(secondForm))
	}
	f.Fuzz(func(t *testing.T, code []byte) {
		first, err := Instrument(code, host)
		if err != nil {
			return
		}
		if again, err := Instrument(code, host); err != nil || !bytes.Equal(first.Code, again.Code) || first.StartCost != again.StartCost {
			t.Fatalf("the second time is different: %v", err)
		}
		if first.MinPages > 16 {
			return
		}
		if first.Folded != nil {
			code = first.Folded
		}
		if first.Lowered != nil {
			if !first.FirstForm && valid(t, code) == nil && valid(t, first.Lowered) != nil {
				t.Fatalf("a valid module became invalid when its exceptions were lowered: %v", valid(t, first.Lowered))
			}
			code = first.Lowered
		}
		if valid(t, code) != nil {
			return
		}
		if err := valid(t, first.Code); err != nil {
			t.Fatalf("a valid module became invalid: %v", err)
		}
	})
}
