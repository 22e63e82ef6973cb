// Package testapps holds the small apps that the tests of the runtime run.
package testapps

import (
	"fmt"

	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasi"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/asm"
)

// Places in the memory of every app here: a scratch area for the host's results,
// a list of one buffer, and what the app itself uses.
const (
	scratch = 0
	buffer  = 32
	heap    = 4096
)

// app is a module with one page of memory (or more) and the WASI functions it asks
// for.
type app struct {
	asm.Module
	host map[string]uint32
}

func newApp(pages uint32, functions ...string) *app {
	a := &app{host: map[string]uint32{}}
	for _, name := range functions {
		a.host[name] = a.importWASI(name)
	}
	a.Memory(pages, 0)
	return a
}

func (a *app) importWASI(name string) uint32 {
	for _, f := range wasi.Functions() {
		if f.Name == name {
			return a.Import(wasi.ModuleName, name, f.Type.Params, f.Type.Results)
		}
	}
	panic(fmt.Sprintf("no WASI function %q", name))
}

// callWASI calls a WASI function with constant parameters.
func (a *app) callWASI(name string, params ...int64) []byte {
	index, ok := a.host[name]
	if !ok {
		panic(fmt.Sprintf("%q is not imported", name))
	}
	var code []byte
	for _, f := range wasi.Functions() {
		if f.Name != name {
			continue
		}
		for i, typ := range f.Type.Params {
			if typ == asm.I64 {
				code = append(code, asm.ConstI64(params[i])...)
			} else {
				code = append(code, asm.ConstI32(int32(params[i]))...)
			}
		}
	}
	return append(code, asm.Call(index)...)
}

// mustCall calls a WASI function and traps unless it succeeds.
func (a *app) mustCall(name string, params ...int64) []byte {
	return asm.Code(a.callWASI(name, params...), asm.If(asm.Op(0x00)))
}

// putPath puts a string into the memory and gives its place and length.
func (a *app) putPath(at int64, s string) (int64, int64) {
	a.Data(int32(at), []byte(s))
	return at, int64(len(s))
}

// openOut opens /out/name for writing; its descriptor is 4 if it is the first.
func (a *app) openOut(at int64, name string) []byte {
	p, n := a.putPath(at, "out/"+name)
	return a.mustCall("path_open", 3, 0, p, n, 1|8, 1<<6, 0, 0, scratch)
}

// writeMemory writes size bytes from a place to a descriptor.
func (a *app) writeMemory(fd, from, size int64) []byte {
	return asm.Code(
		asm.ConstI32(buffer), asm.ConstI32(int32(from)), asm.Mem(0x36, 0),
		asm.ConstI32(buffer), asm.ConstI32(int32(size)), asm.Mem(0x36, 4),
		a.mustCall("fd_write", fd, buffer, 1, scratch))
}

// writeOutput returns the code that writes memory[from:from+size] into /out/result.
func (a *app) writeOutput(from, size int64) []byte {
	return asm.Code(a.openOut(1024, "result"), a.writeMemory(4, from, size))
}

// outputFunctions are the WASI functions that writeOutput needs.
var outputFunctions = []string{"path_open", "fd_write"}
