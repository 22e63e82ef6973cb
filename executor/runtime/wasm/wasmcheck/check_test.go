package wasmcheck

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/engine"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/asm"
	"github.com/credence-chain/credence/poco/contract"
)

// section returns the binary of a module with one more section in front.
func section(m *asm.Module, id wasmbin.SectionID, content []byte) []byte {
	code := m.Bytes()
	return append(wasmbin.AppendSection(append([]byte{}, wasmbin.Magic...), id, content), code[len(wasmbin.Magic):]...)
}

// TestCheck: Check names every feature that it refuses, as the engine of the workers does.
func TestCheck(t *testing.T) {
	module := func(build func(m *asm.Module)) []byte {
		var m asm.Module
		build(&m)
		return m.Bytes()
	}
	start := func(code ...[]byte) []byte { return module(func(m *asm.Module) { m.Memory(1, 0).Start(nil, code...) }) }
	sized := func(size int) []byte { // padded with a custom section
		plain := start()
		pad := size - len(plain) - 1 - 5 // its id, and its length in five bytes
		custom := append([]byte{0, byte(pad)&0x7f | 0x80, byte(pad>>7)&0x7f | 0x80, byte(pad>>14)&0x7f | 0x80, byte(pad>>21)&0x7f | 0x80, byte(pad >> 28)}, make([]byte, pad)...)
		return append(plain, custom...)
	}
	for name, tc := range map[string]struct {
		module  []byte
		feature Feature // "" for accepted
		text    string
	}{
		"plain":                   {start(), "", ""},
		"not a module":            {[]byte("#!/bin/sh\n"), Invalid, "not valid WebAssembly"},
		"cut off":                 {start()[:30], Invalid, "not valid WebAssembly"},
		"a wrong type":            {start(asm.ConstI64(1), asm.Op(0x45, 0x1a)), Invalid, "not valid WebAssembly"},
		"a component":             {[]byte("\x00asm\x0d\x00\x01\x00"), Component, "component"},
		"the largest":             {sized(contract.MaxModuleBytes), "", ""},
		"a byte too large":        {sized(contract.MaxModuleBytes + 1), Size, "the limit is 33554432 (32 MiB)"},
		"no entry":                {module(func(m *asm.Module) { m.Func(nil, nil, nil) }), Entry, "_start"},
		"missing imports":         {module(func(m *asm.Module) { m.Import("env", "sin", nil, nil); m.Import("env", "cos", nil, nil); m.Start(nil) }), Imports, `"env.sin", "env.cos"`},
		"an import of wrong type": {module(func(m *asm.Module) { m.Import("wasi_snapshot_preview1", "proc_exit", nil, nil); m.Start(nil) }), Imports, "wrong type"},
		"an older WASI":           {module(func(m *asm.Module) { m.Import("wasi_unstable", "proc_exit", asm.Types{asm.I32}, nil); m.Start(nil) }), Imports, "wasi_unstable.proc_exit"},
		"tags out of order":       {section(new(asm.Module).Start(nil), 13, []byte{1, 0, 0}), Invalid, "out of order"},
		"try without tags":        {start(asm.Op(0x06, 0x40, 0x0b)), Exceptions, "it uses exceptions"},
		"throw without tags":      {start(asm.Op(0x08, 0)), Exceptions, "it uses exceptions"},
		"try_table without tags":  {start(asm.Op(0x1f, 0x40, 0, 0x0b)), Exceptions, "it uses exceptions"},
		"a tail call":             {module(func(m *asm.Module) { m.Func(nil, nil, nil); m.Start(nil, asm.Op(0x12, 0)) }), "", ""},
		"a tail call of nothing":  {start(asm.Op(0x12, 7)), Invalid, "not valid WebAssembly"},
		"atomics":                 {start(asm.Op(0xfe, 0x03, 0x00)), Threads, "it uses threads"},
		"a shared memory":         {module(func(m *asm.Module) { m.RawMemory(3, 1, 2).Start(nil) }), Threads, "it uses threads"},
		"64-bit memory":           {module(func(m *asm.Module) { m.RawMemory(4, 1).Start(nil) }), Memory64, "it uses 64-bit memory"},
		"two memories":            {module(func(m *asm.Module) { m.RawMemory(0, 1).RawMemory(0, 1).Start(nil) }), MultiMemory, "it uses multiple memories"},
		"an access to memory 1":   {start(asm.Op(0x3f, 1, 0x1a)), MultiMemory, "it uses multiple memories"},
		"a computed global":       {module(func(m *asm.Module) { m.Constant(asm.I32, asm.ConstI32(1), asm.ConstI32(2), asm.Op(0x6a)); m.Start(nil) }), "", ""},
		"a divided global":        {module(func(m *asm.Module) { m.Constant(asm.I32, asm.ConstI32(1), asm.ConstI32(2), asm.Op(0x6d)); m.Start(nil) }), Invalid, "instruction 0x6d in a constant expression"},
		"relaxed SIMD":            {start(asm.Vec(0x105)), RelaxedSIMD, "it uses relaxed SIMD"},
		"structures":              {section(new(asm.Module), wasmbin.Types, []byte{1, 0x5f, 0}), GC, "garbage-collected types"},
		"a typed reference":       {start(asm.Op(0x14, 0)), GC, "garbage-collected types"},
		"i64.add128":              {start(asm.Bulk(0x13)), WideNumbers, "128-bit arithmetic"},
		"a memory of 4 GiB":       {module(func(m *asm.Module) { m.Memory(65_536, 0).Start(nil) }), Memory, "65536 pages of 64 KiB, the limit is 65535"},
		"a memory one page less":  {module(func(m *asm.Module) { m.Memory(65_535, 65_536).Start(nil) }), "", ""},
		"a maximum of 4 GiB":      {module(func(m *asm.Module) { m.Memory(1, 65_536).Start(nil) }), "", ""},
		"too many locals": {module(func(m *asm.Module) {
			m.RawFunc(nil, nil, append(wasmbin.AppendU32([]byte{1}, fuel.MaxLocals+1), asm.I32, 0x0b))
			m.Start(nil)
		}), Limits, "locals"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Check(context.Background(), tc.module)
			var refused *Refused
			switch {
			case tc.feature == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tc.feature != "" && (!errors.As(err, &refused) || refused.Feature != tc.feature || !strings.Contains(err.Error(), tc.text)):
				t.Errorf("got %v, want %q with %q", err, tc.feature, tc.text)
			}
			e, engineErr := engine.New(engine.Options{})
			if engineErr != nil {
				t.Fatal(engineErr)
			}
			defer e.Close(context.Background())
			o, engineErr := e.Run(context.Background(), runtime.Spec{
				Program: runtime.ProgramOf(tc.module), FuelLimit: 1e9, MemoryLimit: 1 << 20,
			}, nil)
			if engineErr != nil || (o.Reason == runtime.InvalidModule) != (err != nil) {
				t.Errorf("a worker answers %v %q, %v; the check says %v", o.Kind, o.Reason, engineErr, err)
			}
			if err != nil && !strings.Contains(string(o.Stderr), err.Error()) {
				t.Errorf("a worker says %q, the check %q", o.Stderr, err)
			}
		})
	}
}

func TestFacts(t *testing.T) {
	var m asm.Module
	m.Import("wasi_snapshot_preview1", "proc_exit", asm.Types{asm.I32}, nil)
	m.Memory(3, 0).Start(nil)
	facts, err := Check(context.Background(), m.Bytes())
	want := Facts{InitialMemory: 3 << 16, StartFuel: fuel.Start + 3*fuel.Page, Imports: []string{"wasi_snapshot_preview1.proc_exit"}}
	if err != nil || !reflect.DeepEqual(facts, want) {
		t.Errorf("got %+v, %v, want %+v", facts, err, want)
	}
}

// TestLongNamesAreCut: an error does not repeat long names of a module in full.
func TestLongNamesAreCut(t *testing.T) {
	var m asm.Module
	for range 50 {
		m.Import("env", strings.Repeat("n", 10_000), nil, nil)
	}
	_, err := Check(context.Background(), m.Start(nil).Bytes())
	if err == nil || len(err.Error()) > 2000 || !strings.Contains(err.Error(), "and 38 more") {
		t.Errorf("got %d bytes: %.200v", len(err.Error()), err)
	}
}
