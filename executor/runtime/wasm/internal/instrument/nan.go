package instrument

import (
	"bytes"

	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"
)

// Machines differ in the sign and payload of the NaNs that their arithmetic makes. An app can see the bits of a scalar float only
// through few instructions: those that store it, reinterpret it, take its sign (copysign) or put it into a vector. Before these
// instructions, a NaN on top of the stack is replaced by the canonical one. All other uses of a scalar (locals, globals,
// parameters, select, neg, abs, promote) keep it a scalar, and no host function has float parameters. The bits of a vector are
// always visible, so the result of each float operation on a vector is canonicalised.
//
// docs/fuel.md, "NaNs".

// floatSeen returns the type of the float on top of the stack whose bits op shows, and 0 if it shows none.
func floatSeen(op opcode) wasmbin.ValueType {
	switch op {
	case opF32Store, opF32Copysign, opI32ReintF32, opF32x4Splat, opF32x4ReplaceLane:
		return wasmbin.F32
	case opF64Store, opF64Copysign, opI64ReintF64, opF64x2Splat, opF64x2ReplaceLane:
		return wasmbin.F64
	}
	return 0
}

// hasSettledBits says whether the float that op leaves on the stack has the same bits on every machine without canonicalisation: it
// was loaded, is a constant, or comes from an integer.
func hasSettledBits(op opcode) bool {
	switch op {
	case opF32Load, opF64Load, opF32Const, opF64Const, opF32ReintI32, opF64ReintI64:
		return true
	}
	return op >= opF32ConvertI && op < opF32ConvertI+4 || op >= opF64ConvertI && op < opF64ConvertI+4
}

var (
	nan32 = []byte{0, 0, 0xc0, 0x7f}
	nan64 = []byte{0, 0, 0, 0, 0, 0, 0xf8, 0x7f}
)

// appendCanonScalar appends: replace the float on top of the stack by the canonical
// NaN if it is a NaN. temp is a local of its type.
func appendCanonScalar(b []byte, t wasmbin.ValueType, temp uint32) []byte {
	constant, nan, eq := opF64Const, nan64, opF64Eq
	if t == wasmbin.F32 {
		constant, nan, eq = opF32Const, nan32, opF32Eq
	}
	b = appendIndexed(b, opLocalTee, temp)
	b = append(append(b, byte(constant)), nan...)
	b = appendIndexed(b, opLocalGet, temp)
	b = appendIndexed(b, opLocalGet, temp)
	return append(b, byte(eq), byte(opSelect))
}

// appendCanonVector does the same for the lanes of a v128, 32 or 64 bits wide.
func appendCanonVector(b []byte, lane int, temp uint32) []byte {
	nans, eq := bytes.Repeat(nan64, 2), opF64x2Eq
	if lane == 32 {
		nans, eq = bytes.Repeat(nan32, 4), opF32x4Eq
	}
	b = appendIndexed(b, opLocalTee, temp)
	b = append(appendOp(b, opV128Const), nans...)
	b = appendIndexed(b, opLocalGet, temp)
	b = appendIndexed(b, opLocalGet, temp)
	return appendOp(appendOp(b, eq), opBitselect)
}

func appendIndexed(b []byte, op opcode, index uint32) []byte {
	return wasmbin.AppendU32(append(b, byte(op)), index)
}

func appendOp(b []byte, op opcode) []byte {
	if op < 0x100 {
		return append(b, byte(op))
	}
	return wasmbin.AppendU32(append(b, byte(op>>8)), uint32(op&0xff))
}
