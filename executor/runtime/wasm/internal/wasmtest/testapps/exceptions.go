package testapps

import "github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/asm"

// Exceptions throws n exceptions with values of several types from calls that nest as deep as each exception's number, and writes the sum of
// what it caught. The first form throws each again on its way.
func Exceptions(n int32, secondForm bool) []byte {
	const void = 0x40
	a := newApp(1, outputFunctions...)
	a.Table(1)
	numbers := asm.Types{asm.I64, asm.I32}
	if secondForm {
		numbers = asm.Types{asm.I32} // beside a reference to an exception
	}
	tag, other := a.Tag(numbers), a.Tag(nil)
	one := asm.Types{asm.I32}
	deep, typ := a.Next(), a.Type(one, asm.Types{asm.I64})
	again := asm.Code(asm.Get(0), asm.ConstI32(1), asm.Op(0x6b), asm.ConstI32(0), asm.CallIndirect(typ))
	thrown := asm.Code(asm.ConstI64(1000), asm.ConstI32(7), asm.Throw(tag))
	if secondForm {
		thrown = asm.Code(asm.ConstI32(1007), asm.Throw(tag))
		again = asm.Code(asm.Typed(asm.Exn, asm.TryTable(void, [][]byte{{0, byte(other), 1}, {3, 0}}, again, asm.Op(0x0f)), asm.Op(0x00)), asm.ThrowRef())
		again = asm.Code(asm.Block(again), asm.ConstI64(0))
	} else {
		again = asm.Try(asm.I64, again, asm.Catch(other), asm.ConstI64(0), asm.CatchAll(), asm.Rethrow(0))
	}
	a.Func(one, asm.Types{asm.I64}, nil, asm.Get(0), asm.Op(0x45), asm.If(thrown), again)
	a.Elements(0, deep)
	call := asm.Code(asm.Get(0), asm.Call(deep), asm.Op(0x1a))
	if secondForm {
		call = asm.Code(asm.Typed(asm.I32, asm.TryTable(void, [][]byte{{0, byte(tag), 0}}, call), asm.Op(0x00)), asm.Op(0xac), asm.Get(1), asm.Op(0x7c), asm.Set(1))
	} else {
		call = asm.Try(void, call, asm.Catch(tag), asm.Op(0xac, 0x7c), asm.Get(1), asm.Op(0x7c), asm.Set(1))
	}
	return a.Start(asm.Types{asm.I32, asm.I64}, asm.ConstI32(n), asm.Set(0), asm.While(0, call),
		asm.ConstI32(heap), asm.Get(1), asm.Mem(0x37, 0), a.writeOutput(heap, 8)).Bytes()
}

// uncaught throws what nothing catches.
func uncaught() []byte {
	a := newApp(1)
	f := a.Func(nil, nil, nil, asm.Throw(a.Tag(nil)))
	return a.Start(nil, asm.Call(f)).Bytes()
}
