package testapps

import (
	"math"

	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/asm"
)

// Programs that compute with floats and vectors, whose NaNs are made canonical.

// nanStore stores NaNs made in several ways.
func nanStore() []byte {
	a := newApp(1, outputFunctions...)
	f := a.Func(asm.Types{asm.F64, asm.F64}, asm.Types{asm.F64}, nil, asm.Get(0), asm.Get(1), asm.Op(0xa3))
	return a.Start(asm.Types{asm.F64, asm.F32},
		// 0/0, sqrt(-1), inf-inf, and its negation, in 64 bits and in 32
		asm.ConstI32(heap), asm.ConstF64(0), asm.ConstF64(0), asm.Call(f), asm.Mem(0x39, 0),
		asm.ConstI32(heap), asm.ConstF64(-1), asm.Op(0x9f), asm.Tee(0), asm.Mem(0x39, 8),
		asm.ConstI32(heap), asm.Get(0), asm.Op(0x9a), asm.Op(0xbd), asm.Mem(0x37, 16),
		asm.ConstI32(heap), asm.ConstF32(0), asm.ConstF32(0), asm.Op(0x95), asm.Tee(1), asm.Mem(0x38, 24),
		asm.ConstI32(heap), asm.Get(1), asm.Op(0x8c), asm.Op(0xbc), asm.Mem(0x36, 28),
		asm.ConstI32(heap), asm.Get(1), asm.Op(0xbb), asm.Mem(0x39, 32),
		asm.ConstI32(heap), asm.Get(0), asm.Op(0xb6), asm.Mem(0x38, 40),
		asm.ConstI32(heap), asm.Get(0), asm.ConstF64(1), asm.Op(0xa4), asm.Mem(0x39, 48), // min
		// A loaded NaN keeps its bits when it is stored right away.
		asm.ConstI32(heap), asm.ConstI64(0x7ff4000000000123), asm.Mem(0x37, 56),
		asm.ConstI32(heap), asm.ConstI32(heap), asm.Mem(0x2b, 56), asm.Mem(0x39, 64),
		a.writeOutput(heap, 72)).Bytes()
}

// nanCopysign takes the sign of NaNs.
func nanCopysign() []byte {
	a := newApp(1, outputFunctions...)
	inf := math.Inf(1)
	return a.Start(nil,
		asm.ConstI32(heap), asm.ConstF64(3), asm.ConstF64(inf), asm.ConstF64(inf), asm.Op(0xa3, 0xa6), asm.Mem(0x39, 0),
		asm.ConstI32(heap), asm.ConstF64(3), asm.ConstF64(inf), asm.ConstF64(inf), asm.Op(0xa1, 0x9a, 0xa6), asm.Mem(0x39, 8),
		asm.ConstI32(heap), asm.ConstF32(3), asm.ConstF32(-1), asm.Op(0x91, 0x98), asm.Mem(0x38, 16),
		asm.ConstI32(heap), asm.ConstF32(3), asm.ConstF32(-1), asm.Op(0x91, 0x8c, 0x98), asm.Mem(0x38, 20),
		a.writeOutput(heap, 24)).Bytes()
}

// nanVector makes NaNs in vectors and puts scalar ones into them.
func nanVector() []byte {
	a := newApp(1, outputFunctions...)
	store := func(offset uint32) []byte { return asm.Vec(11, asm.Mem(0, offset)[1:]...) }
	zeros, minusOne32, minusOne64 := asm.Code(asm.ConstI32(0), asm.Vec(17)), asm.Code(asm.ConstF32(-1), asm.Vec(19)), asm.Code(asm.ConstF64(-1), asm.Vec(20))
	nan64, nan32 := asm.Code(asm.ConstF64(-1), asm.Op(0x9f)), asm.Code(asm.ConstF32(-1), asm.Op(0x91))
	at := uint32(0)
	var code []byte
	for _, v := range [][]byte{
		asm.Code(zeros, zeros, asm.Vec(0xe7)),                           // f32x4.div
		asm.Code(zeros, zeros, asm.Vec(0xf3)),                           // f64x2.div
		asm.Code(minusOne32, asm.Vec(0xe3)),                             // f32x4.sqrt
		asm.Code(minusOne64, asm.Vec(0xef)),                             // f64x2.sqrt
		asm.Code(minusOne64, asm.Vec(0xef, []byte{}...), asm.Vec(0xed)), // f64x2.neg keeps the bits but the sign
		asm.Code(nan64, asm.Vec(20)),                                    // f64x2.splat
		asm.Code(nan32, asm.Vec(19)),                                    // f32x4.splat
		asm.Code(zeros, nan32, asm.Vec(32, 1)),                          // f32x4.replace_lane
		asm.Code(zeros, nan64, asm.Vec(34, 1)),                          // f64x2.replace_lane
		asm.Code(nan64, asm.Vec(20), asm.Vec(94)),                       // demote
		asm.Code(nan32, asm.Vec(19), asm.Vec(95)),                       // promote
		asm.Code(nan32, asm.Vec(19), minusOne32, asm.Vec(0xe8)),         // min
		asm.Code(nan64, asm.Vec(20), minusOne64, asm.Vec(0xf7)),         // pmax
		asm.Code(nan32, asm.Vec(19), asm.Vec(0xf8)),                     // trunc_sat
		asm.Code(nan32, asm.Vec(19), asm.Vec(0x67)),                     // ceil
	} {
		code = append(code, asm.Code(asm.ConstI32(heap), v, store(at))...)
		at += 16
	}
	return a.Start(nil, code, a.writeOutput(heap, int64(at))).Bytes()
}

// floatKernel sums a series and keeps every term: division, root, rounding.
func floatKernel() []byte {
	a := newApp(2, outputFunctions...)
	const rounds = 2000
	return a.Start(asm.Types{asm.I32, asm.F64, asm.F32},
		asm.ConstI32(rounds), asm.Set(0),
		asm.While(0,
			asm.ConstI32(8), asm.Get(0), asm.Op(0x6c), // the place
			asm.ConstF64(1), asm.Get(0), asm.Op(0xb7, 0x9f, 0xa3), // 1/sqrt(i)
			asm.Get(1), asm.Op(0xa0), asm.Tee(1),
			asm.ConstF64(1.0000001), asm.Op(0xa2), asm.Tee(1), asm.Mem(0x39, heap),
			asm.Get(1), asm.Op(0xb6), asm.Get(2), asm.Op(0x92), asm.ConstF32(0.99), asm.Op(0x94), asm.Set(2)),
		asm.ConstI32(heap), asm.Get(2), asm.Mem(0x38, 0),
		asm.ConstI32(heap), asm.Get(1), asm.Op(0x9c, 0xb1), asm.Mem(0x37, 8+8*rounds),
		a.writeOutput(heap, 16+8*rounds)).Bytes()
}

// vectorKernel mixes float and integer vectors.
func vectorKernel() []byte {
	a := newApp(1, outputFunctions...)
	return a.Start(asm.Types{asm.I32, asm.V128, asm.V128},
		asm.ConstI32(1000), asm.Set(0),
		asm.ConstF32(1.5), asm.Vec(19), asm.Set(1),
		asm.While(0,
			asm.Get(1), asm.Get(0), asm.Op(0xb2), asm.Vec(19), asm.Vec(0xe6), // *i
			asm.ConstF32(3.25), asm.Vec(19), asm.Vec(0xe4), asm.Vec(0xe3), asm.Tee(1), // +3.25, sqrt
			asm.Get(2), asm.Vec(0x51), asm.ConstI32(7), asm.Vec(0xab), // xor, shl
			asm.Get(1), asm.Vec(0xae), asm.Set(2)), // i32x4.add
		asm.ConstI32(heap), asm.Get(1), asm.Vec(11, 0, 0),
		asm.ConstI32(heap), asm.Get(2), asm.Vec(11, 0, 16),
		a.writeOutput(heap, 32)).Bytes()
}
