package testapps

import "github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/asm"

// TailCalls counts down from n by tail calls, in turn of a function by name and of one through a table, which takes a frame for a call of
// its own. Each function has extra parameters. It writes the sum of the numbers.
func TailCalls(n int64, extra int) []byte {
	a := newApp(1, outputFunctions...)
	a.Table(1)
	params := asm.Types{asm.I64, asm.I64}
	for range extra {
		params = append(params, asm.I64)
	}
	typ := a.Type(params, asm.Types{asm.I64})
	pass := func() (code []byte) {
		for i := range extra {
			code = append(code, asm.Get(uint32(2+i))...)
		}
		return code
	}
	// Each function returns the sum where the count is 0, and calls the other with the count less one otherwise.
	done := asm.Code(asm.Get(0), asm.Op(0x50), asm.If(asm.Get(1), asm.Op(0x0f)))
	next := asm.Code(asm.Get(0), asm.ConstI64(1), asm.Op(0x7d), asm.Get(0), asm.Get(1), asm.Op(0x7c))
	leaf := a.Func(nil, nil, nil)
	first := a.Next()
	a.Func(params, asm.Types{asm.I64}, nil, done, next, pass(), asm.ConstI32(0), asm.ReturnCallIndirect(typ))
	second := a.Func(params, asm.Types{asm.I64}, nil, done, asm.Call(leaf), next, pass(), asm.ReturnCall(first))
	a.Elements(0, second)
	var zeros []byte
	for range extra {
		zeros = append(zeros, asm.ConstI64(0)...)
	}
	return a.Start(nil,
		asm.ConstI32(heap), asm.ConstI64(n), asm.ConstI64(0), zeros, asm.Call(first), asm.Mem(0x37, 0), a.writeOutput(heap, 8)).Bytes()
}

// exitByTail ends with an exit status by a tail call of the host.
func exitByTail() []byte {
	a := newApp(1, "proc_exit")
	return a.Start(nil, asm.ConstI32(5), asm.ReturnCall(a.host["proc_exit"])).Bytes()
}
