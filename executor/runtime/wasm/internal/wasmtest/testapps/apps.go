package testapps

import (
	"math"
	"slices"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/asm"
	"github.com/credence-chain/credence/result"
)

// App is a module of the goldens.
type App struct {
	Name   string
	Module []byte
	Inputs []result.File
	// Deep says that it nests calls deeper than wazero's interpreter can.
	Deep bool
}

// Inputs are the inputs of the apps that read some.
var Inputs = []result.File{
	{Path: "x", Content: artifact.Bytes("the input\n")},
	{Path: "sub", Dir: true},
	{Path: "sub/beta", Content: artifact.Bytes("b"), Executable: true},
	{Path: "alpha", Content: artifact.Bytes("aa")},
	{Path: "m2", Content: artifact.Bytes("")},
}

// All lists the apps.
func All() []App {
	return []App{
		{Name: "nothing", Module: Nothing()},
		{Name: "infinite-loop", Module: InfiniteLoop()},
		{Name: "unreachable", Module: startModule(asm.Op(0x00))},
		{Name: "divide-by-zero", Module: startModule(asm.ConstI32(1), asm.ConstI32(0), asm.Op(0x6d, 0x1a))},
		{Name: "divide-overflow", Module: startModule(asm.ConstI64(math.MinInt64), asm.ConstI64(-1), asm.Op(0x7f, 0x1a))},
		{Name: "float-to-integer", Module: startModule(asm.ConstF64(math.NaN()), asm.Op(0xaa, 0x1a))},
		{Name: "memory-out-of-bounds", Module: startModule(asm.ConstI32(65533), asm.Mem(0x28, 0), asm.Op(0x1a))},
		{Name: "memory-far-out-of-bounds", Module: startModule(asm.ConstI32(-1), asm.Mem(0x2d, math.MaxUint32), asm.Op(0x1a))},
		{Name: "memory-grow", Module: memoryGrow()},
		{Name: "memory-too-large", Module: tooLarge()},
		{Name: "recursion", Module: Recursion(), Deep: true},
		{Name: "recursion-indirect", Module: recursionIndirect(), Deep: true},
		{Name: "exit-3", Module: Exit(3)},
		{Name: "exit-0", Module: Exit(0)},
		{Name: "output-too-large", Module: OutputTooLarge()},
		{Name: "nan-store", Module: nanStore()},
		{Name: "nan-copysign", Module: nanCopysign()},
		{Name: "nan-vector", Module: nanVector()},
		{Name: "float-kernel", Module: floatKernel()},
		{Name: "vector-kernel", Module: vectorKernel()},
		{Name: "call-indirect", Module: callIndirect()},
		{Name: "call-indirect-wrong-type", Module: callIndirectWrong()},
		{Name: "tail-calls", Module: TailCalls(100_000, 0)},
		{Name: "tail-calls-with-many-parameters", Module: TailCalls(1_000, 6)},
		{Name: "tail-calls-nested", Module: TailCalls(300_000, 6), Deep: true},
		{Name: "tail-call-of-the-host", Module: exitByTail()},
		{Name: "exceptions-of-the-first-form", Module: Exceptions(300, false)},
		{Name: "exceptions-of-the-second-form", Module: Exceptions(300, true)},
		{Name: "exception-uncaught", Module: uncaught()},
		{Name: "bulk-memory", Module: bulkMemory()},
		{Name: "bulk-memory-out-of-fuel", Module: startModule(asm.Loop(
			asm.ConstI32(0), asm.ConstI32(0), asm.ConstI32(65536), asm.Bulk(11, 0), asm.Br(0)))},
		{Name: "table-grow", Module: tableGrow()},
		{Name: "random-and-clock", Module: randomAndClock()},
		{Name: "directory", Module: listDirectory(), Inputs: Inputs},
		{Name: "copy", Module: Copy(), Inputs: Inputs},
		{Name: "copy-dataset", Module: CopyDataset(), Inputs: append(slices.Clone(Inputs),
			result.File{Path: "datasets/acme/cities", Content: artifact.Bytes("a dataset\n")},
			result.File{Path: "datasets/acme/roads", Content: artifact.Bytes("another\n")})},
		{Name: "start-section", Module: startSection()},
		{Name: "results", Module: returnResults()},
		{Name: "branches", Module: takeBranches()},
		{Name: "computed-constants", Module: computedConstants()},
		{Name: "not-a-module", Module: []byte("#!/bin/sh\n")},
		{Name: "unknown-import", Module: unknownImport()},
	}
}

// startModule is a module with a page of memory and this entry.
func startModule(code ...[]byte) []byte {
	return newApp(1).Start(nil, code...).Bytes()
}

// Nothing ends at once.
func Nothing() []byte { return startModule() }

// InfiniteLoop never ends.
func InfiniteLoop() []byte { return startModule(asm.Loop(asm.Br(0))) }

// Exit ends with an exit status.
func Exit(code int64) []byte {
	a := newApp(1, "proc_exit")
	return a.Start(nil, a.callWASI("proc_exit", code)).Bytes()
}

// memoryGrow grows until it cannot any more, asks for absurdly much, and writes how
// many pages it has.
func memoryGrow() []byte {
	a := newApp(1, outputFunctions...)
	return a.Start(nil,
		asm.Loop(asm.ConstI32(7), asm.Op(0x40, 0), asm.ConstI32(-1), asm.Op(0x47), asm.BrIf(0)),
		asm.ConstI32(heap), asm.ConstI32(-1), asm.Op(0x40, 0), asm.Mem(0x36, 0),
		asm.ConstI32(heap), asm.Op(0x3f, 0), asm.Mem(0x36, 4),
		a.writeOutput(heap, 8)).Bytes()
}

func tooLarge() []byte { return newApp(4096).Start(nil).Bytes() }

// Recursion calls itself without end.
func Recursion() []byte {
	a := newApp(1)
	self := a.Next()
	a.Func(asm.Types{asm.I64}, asm.Types{asm.I64}, nil, asm.Get(0), asm.ConstI64(1), asm.Op(0x7c), asm.Call(self), asm.Get(0), asm.Op(0x85))
	return a.Start(nil, asm.ConstI64(0), asm.Call(self), asm.Op(0x1a)).Bytes()
}

func recursionIndirect() []byte {
	a := newApp(1)
	a.Table(1)
	self := a.Next()
	a.Func(nil, nil, asm.Types{asm.I64, asm.F64, asm.V128}, asm.ConstI32(0), asm.CallIndirect(a.Type(nil, nil)), asm.ConstI64(3), asm.Set(0))
	a.Elements(0, self)
	return a.Start(nil, asm.Call(self)).Bytes()
}

// OutputTooLarge writes without end.
func OutputTooLarge() []byte {
	a := newApp(1, outputFunctions...)
	return a.Start(nil, a.openOut(1024, "big"), asm.Loop(a.writeMemory(4, 0, 65536), asm.Br(0))).Bytes()
}

// Large writes a file of this size, all at once.
func Large(size int64) []byte {
	a := newApp(uint32(size>>16)+2, outputFunctions...)
	return a.Start(nil, a.writeOutput(0, size)).Bytes()
}

func callIndirect() []byte {
	a := newApp(1, outputFunctions...)
	a.Table(4)
	binary := asm.Types{asm.I32, asm.I32}
	add := a.Func(binary, asm.Types{asm.I32}, nil, asm.Get(0), asm.Get(1), asm.Op(0x6a))
	sub := a.Func(binary, asm.Types{asm.I32}, nil, asm.Get(0), asm.Get(1), asm.Op(0x6b))
	mul := a.Func(binary, asm.Types{asm.I32}, nil, asm.Get(0), asm.Get(1), asm.Op(0x6c))
	a.Elements(1, add, sub, mul)
	typ := a.Type(binary, asm.Types{asm.I32})
	return a.Start(asm.Types{asm.I32, asm.I32},
		asm.ConstI32(300), asm.Set(0),
		asm.While(0, asm.Get(1), asm.Get(0), asm.Get(0), asm.ConstI32(3), asm.Op(0x70), asm.ConstI32(1), asm.Op(0x6a), asm.CallIndirect(typ), asm.Set(1)),
		asm.ConstI32(heap), asm.Get(1), asm.Mem(0x36, 0), a.writeOutput(heap, 4)).Bytes()
}

func callIndirectWrong() []byte {
	a := newApp(1)
	a.Table(1)
	a.Elements(0, a.Func(asm.Types{asm.I64}, nil, nil))
	return a.Start(nil, asm.ConstI32(0), asm.CallIndirect(a.Type(nil, nil))).Bytes()
}

func bulkMemory() []byte {
	a := newApp(2, outputFunctions...)
	a.PassiveData([]byte("passive data, copied piecewise"))
	return a.Start(nil,
		asm.ConstI32(heap), asm.ConstI32(0xa5), asm.ConstI32(1000), asm.Bulk(11, 0),
		asm.ConstI32(heap+100), asm.ConstI32(3), asm.ConstI32(20), asm.Bulk(8, 0, 0), asm.Bulk(9, 0),
		asm.ConstI32(heap+90), asm.ConstI32(heap+95), asm.ConstI32(500), asm.Bulk(10, 0, 0),
		a.writeOutput(heap, 1000)).Bytes()
}

func tableGrow() []byte {
	a := newApp(1, outputFunctions...)
	a.Table(1)
	grow := func(n int32) []byte { return asm.Code(asm.Op(0xd0, 0x70), asm.ConstI32(n), asm.Bulk(15, 0)) }
	return a.Start(nil,
		asm.ConstI32(heap), grow(5), asm.Mem(0x36, 0),
		asm.ConstI32(heap), grow(1<<20), asm.Mem(0x36, 4),
		asm.ConstI32(heap), asm.Bulk(16, 0), asm.Mem(0x36, 8),
		a.writeOutput(heap, 12)).Bytes()
}

func randomAndClock() []byte {
	a := newApp(1, append([]string{"random_get", "clock_time_get", "poll_oneoff", "args_sizes_get", "args_get", "environ_sizes_get", "environ_get"}, outputFunctions...)...)
	// A subscription to the monotonic clock, an hour from now.
	subscription := make([]byte, 48)
	subscription[0], subscription[16] = 77, 1
	subscription[24], subscription[25], subscription[26], subscription[27], subscription[28], subscription[29] = 0, 0xa0, 0xb8, 0x30, 0x46, 0x03
	a.Data(2048, subscription)
	return a.Start(nil,
		a.mustCall("random_get", heap, 100), a.mustCall("random_get", heap+100, 1),
		a.mustCall("clock_time_get", 0, 0, heap+104), a.mustCall("clock_time_get", 1, 0, heap+112),
		a.mustCall("poll_oneoff", 2048, heap+160, 1, heap+120),
		a.mustCall("clock_time_get", 0, 0, heap+128),
		a.mustCall("args_sizes_get", heap+136, heap+140), a.mustCall("environ_sizes_get", heap+144, heap+148),
		a.mustCall("args_get", heap+200, heap+300), a.mustCall("environ_get", heap+400, heap+500),
		a.writeOutput(heap, 600)).Bytes()
}

// listDirectory lists /in through a buffer that is too small, and looks at a file.
func listDirectory() []byte {
	a := newApp(1, append([]string{"fd_readdir", "path_filestat_get", "fd_filestat_get"}, outputFunctions...)...)
	in, n := a.putPath(2048, "in")
	file, m := a.putPath(2064, "/in/sub/../sub/beta")
	return a.Start(nil,
		a.mustCall("path_open", 3, 0, in, n, 2, 1<<1, 0, 0, scratch),
		a.mustCall("fd_readdir", 4, heap, 100, 0, heap+1000),
		a.mustCall("fd_readdir", 4, heap+100, 400, 3, heap+1004),
		a.mustCall("path_filestat_get", 3, 0, file, m, heap+600),
		a.mustCall("fd_filestat_get", 4, heap+700),
		asm.Code(a.openOut(1024, "result"), a.writeMemory(5, heap, 1008))).Bytes()
}

// Copy writes /in/x into /out/copy.
func Copy() []byte { return copyOf("in/x") }

// CopyDataset is Copy for the dataset acme/cities.
func CopyDataset() []byte { return copyOf("in/datasets/acme/cities") }

func copyOf(path string) []byte {
	a := newApp(1, append([]string{"fd_read"}, outputFunctions...)...)
	in, n := a.putPath(2048, path)
	return a.Start(nil,
		a.mustCall("path_open", 3, 0, in, n, 0, 1<<1, 0, 0, scratch),
		asm.ConstI32(buffer), asm.ConstI32(heap), asm.Mem(0x36, 0),
		asm.ConstI32(buffer), asm.ConstI32(60000), asm.Mem(0x36, 4),
		a.mustCall("fd_read", 4, buffer, 1, scratch+8),
		a.openOut(1024, "copy"),
		asm.ConstI32(buffer), asm.ConstI32(heap), asm.Mem(0x36, 0),
		asm.ConstI32(buffer), asm.ConstI32(scratch+8), asm.Mem(0x28, 0), asm.Mem(0x36, 4),
		a.mustCall("fd_write", 5, buffer, 1, scratch),
		a.writeMemory(1, heap, 10)).Bytes()
}

func startSection() []byte {
	a := newApp(1, outputFunctions...)
	g := a.Global(asm.I32, asm.ConstI32(40))
	a.StartSection(a.Func(nil, nil, nil, asm.ConstI32(42), asm.Op(0x24, byte(g))))
	return a.Start(nil, asm.ConstI32(heap), asm.Op(0x23, byte(g)), asm.Mem(0x36, 0), a.writeOutput(heap, 4)).Bytes()
}

// returnResults returns early, and several values at once, from within nested blocks.
func returnResults() []byte {
	a := newApp(1, outputFunctions...)
	leaf := a.Func(nil, asm.Types{asm.I32}, nil, asm.ConstI32(5))
	many := a.Func(asm.Types{asm.I32}, asm.Types{asm.I32, asm.I64, asm.F64}, nil,
		asm.Block(asm.Get(0), asm.If(asm.Call(leaf), asm.ConstI64(6), asm.ConstF64(7), asm.Op(0x0f))),
		asm.Loop(asm.Call(leaf), asm.Op(0x45), asm.If(asm.ConstI32(8), asm.ConstI64(9), asm.ConstF64(10), asm.Br(2))),
		asm.ConstI32(11), asm.ConstI64(12), asm.ConstF64(13))
	var code []byte
	for i := int32(0); i < 2; i++ {
		at := uint32(24 * i)
		code = append(code, asm.Code(asm.ConstI32(i), asm.Call(many), asm.Set(0), asm.Set(1), asm.Set(2),
			asm.ConstI32(heap), asm.Get(0), asm.Mem(0x39, at), asm.ConstI32(heap), asm.Get(1), asm.Mem(0x37, at+8),
			asm.ConstI32(heap), asm.Get(2), asm.Mem(0x36, at+16))...)
	}
	return a.Start(asm.Types{asm.F64, asm.I64, asm.I32}, code, a.writeOutput(heap, 48)).Bytes()
}

// takeBranches takes every way through br_table and if/else.
func takeBranches() []byte {
	a := newApp(1, outputFunctions...)
	choose := a.Func(asm.Types{asm.I32}, asm.Types{asm.I32}, nil,
		asm.Block(asm.Block(asm.Block(asm.Get(0), asm.Op(0x0e, 2, 0, 1, 2)), asm.ConstI32(10), asm.Op(0x0f)), asm.ConstI32(20), asm.Op(0x0f)),
		asm.Get(0), asm.ConstI32(5), asm.Op(0x48), // i32.lt_s
		asm.Op(0x04, asm.I32), asm.ConstI32(30), asm.Op(0x05), asm.ConstI32(40), asm.Op(0x0b))
	return a.Start(asm.Types{asm.I32},
		asm.ConstI32(9), asm.Set(0),
		asm.While(0, asm.Get(0), asm.Get(0), asm.ConstI32(1), asm.Op(0x6b), asm.Call(choose), asm.Mem(0x3a, heap)),
		a.writeOutput(heap, 16)).Bytes()
}

func unknownImport() []byte {
	var m asm.Module
	m.Import("env", "anything", nil, nil)
	return m.Start(nil).Bytes()
}

// Find gives an app by name.
func Find(name string) App {
	all := All()
	return all[slices.IndexFunc(all, func(a App) bool { return a.Name == name })]
}

// GrowByOne grows its memory, with the given maximum if not 0, page by page, and
// writes how many it has at last.
func GrowByOne(maximum uint32) []byte {
	a := &app{host: map[string]uint32{}}
	for _, name := range outputFunctions {
		a.host[name] = a.importWASI(name)
	}
	a.Memory(1, maximum)
	return a.Start(nil,
		asm.Loop(asm.ConstI32(1), asm.Op(0x40, 0), asm.ConstI32(-1), asm.Op(0x47), asm.BrIf(0)),
		asm.ConstI32(heap), asm.Op(0x3f, 0), asm.Mem(0x36, 0),
		a.writeOutput(heap, 4)).Bytes()
}
