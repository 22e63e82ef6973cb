package testapps

import "github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/asm"

// computedConstants has globals, data and elements whose values and places are computed. It calls the two elements and writes what they
// return, behind the data.
func computedConstants() []byte {
	a := newApp(1, outputFunctions...)
	base := a.Constant(asm.I32, asm.ConstI32(heap), asm.ConstI32(16), asm.Op(0x6b))
	next := a.Constant(asm.I32, asm.GlobalGet(base), asm.ConstI32(8), asm.ConstI32(2), asm.Op(0x6c, 0x6a))
	large := a.Global(asm.I64, asm.ConstI64(-3), asm.ConstI64(1<<40), asm.Op(0x7e), asm.ConstI64(7), asm.Op(0x7d))
	a.DataAt(asm.Code(asm.GlobalGet(next), asm.ConstI32(4), asm.Op(0x6a)), []byte("data"))
	a.Table(4)
	one := a.Func(nil, asm.Types{asm.I32}, nil, asm.GlobalGet(next))
	a.Func(nil, asm.Types{asm.I32}, nil, asm.ConstI32(-1))
	first := a.Constant(0x70, asm.Op(0xd2, byte(one)))
	a.RawElements(asm.Op(4), asm.ConstI32(1), asm.ConstI32(1), asm.Op(0x6a, 0x0b, 2), asm.GlobalGet(first), asm.Op(0x0b, 0xd2, byte(one+1), 0x0b))
	typ := a.Type(nil, asm.Types{asm.I32})
	return a.Start(nil,
		asm.ConstI32(heap), asm.GlobalGet(large), asm.Mem(0x37, 8),
		asm.ConstI32(heap), asm.ConstI32(2), asm.CallIndirect(typ), asm.Mem(0x36, 16),
		asm.ConstI32(heap), asm.ConstI32(3), asm.CallIndirect(typ), asm.Mem(0x36, 20),
		a.writeOutput(heap, 24)).Bytes()
}
