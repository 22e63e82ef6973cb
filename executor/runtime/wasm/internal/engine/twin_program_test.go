package engine

import (
	"encoding/binary"

	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasi"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/asm"
)

// place is where code is written: the first function, the form of exceptions, and the labels that are there.
type place struct {
	first      uint32
	secondForm bool
	labels     []uint32 // of each, how many blocks are around its block; the function first
	height     uint32   // how many blocks are around the code
}

// enter returns the place inside a statement that opens a number of blocks. Its label is the outermost of them.
func (p place) enter(blocks uint32) place {
	p.labels = append(append([]uint32{}, p.labels...), p.height+1)
	p.height += blocks
	return p
}

// label returns the number of a statement's label, which is the number of statements between.
func (p place) label(n uint32) uint32 { return p.height - p.labels[len(p.labels)-1-int(n)] }

// encode turns statements into WebAssembly code.
func encode(body []node, p place) (code []byte) {
	nesting := uint32(len(p.labels) - 1)
	for _, n := range body {
		switch n.kind {
		case kindAssign:
			code = append(code, asm.Code(asm.Get(n.a), asm.Get(n.b), asm.Op(operators[n.op].code), asm.Set(n.a))...)
		case kindBlock:
			code = append(code, asm.Block(encode(n.body, p.enter(1)))...)
		case kindLoop:
			code = append(code, asm.Loop(encode(n.body, p.enter(1)),
				asm.Get(n.a), asm.ConstI32(1), asm.Op(0x6b), asm.Tee(n.a), asm.ConstI32(3), asm.Op(0x71), asm.BrIf(0))...)
		case kindIf:
			code = append(code, asm.Get(n.a)...)
			code = append(append(code, 0x04, 0x40), encode(n.body, p.enter(1))...)
			code = append(append(append(code, 0x05), encode(n.orElse, p.enter(1))...), 0x0b)
		case kindBranchIf:
			if n.label == nesting { // a branch out of the function needs a value
				code = append(code, asm.Code(asm.Get(n.a), asm.If(asm.Get(0), asm.Op(0x0f)))...)
				continue
			}
			code = append(code, asm.Code(asm.Get(n.a), asm.BrIf(p.label(n.label)))...)
		case kindBranch:
			if n.label == nesting {
				code = append(code, asm.Get(0)...)
			}
			code = append(code, asm.Br(p.label(n.label))...)
		case kindReturn:
			code = append(code, asm.Code(asm.Get(0), asm.Op(0x0f))...)
		case kindCall:
			code = append(code, asm.Code(asm.Get(n.b), asm.Call(p.first+uint32(n.callee)), asm.Set(n.a))...)
		case kindTailCall:
			code = append(code, asm.Code(asm.Get(n.b), asm.ReturnCall(p.first+uint32(n.callee)))...)
		case kindTry:
			code = append(code, encodeTry(n, p)...)
		case kindThrow:
			if n.tag == 0 {
				code = append(code, asm.Get(n.b)...)
			}
			code = append(code, asm.Throw(n.tag)...)
		case kindFill:
			code = append(code, asm.Code(asm.ConstI32(4096), asm.ConstI32(0), asm.Get(n.a), asm.ConstI32(0xff), asm.Op(0x71), asm.Bulk(11, 0))...)
		}
	}
	return code
}

// program makes the module. Its _start calls function 0 with 7 and writes the result to /out/r.
func program(functions [][]node, secondForm bool) []byte {
	var m asm.Module
	if usesExceptions(functions) {
		m.Tag(asm.Types{asm.I32})
		m.Tag(nil)
	}
	open := importWASI(&m, "path_open")
	write := importWASI(&m, "fd_write")
	m.Memory(1, 0)
	m.Data(0, []byte("out/r"))
	m.Data(16, binary.LittleEndian.AppendUint32([]byte{32, 0, 0, 0}, 4))
	first := m.Next()
	for _, body := range functions {
		m.Func(asm.Types{asm.I32}, asm.Types{asm.I32}, asm.Types{asm.I32, asm.I32, asm.I32}, encode(body, place{first, secondForm, []uint32{0}, 0}), asm.Get(0))
	}
	return m.Start(nil,
		asm.ConstI32(32), asm.ConstI32(7), asm.Call(first), asm.Mem(0x36, 0),
		asm.ConstI32(3), asm.ConstI32(0), asm.ConstI32(0), asm.ConstI32(5), asm.ConstI32(1), asm.ConstI64(64), asm.ConstI64(0), asm.ConstI32(0), asm.ConstI32(24), asm.Call(open), asm.Op(0x1a),
		asm.ConstI32(4), asm.ConstI32(16), asm.ConstI32(1), asm.ConstI32(24), asm.Call(write), asm.Op(0x1a),
	).Bytes()
}

func importWASI(m *asm.Module, name string) uint32 {
	for _, f := range wasi.Functions() {
		if f.Name == name {
			return m.Import(wasi.ModuleName, name, f.Type.Params, f.Type.Results)
		}
	}
	panic(name)
}
