package instrument

import (
	"fmt"

	"github.com/credence-chain/credence/executor/runtime/wasm/internal/refusal"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"
)

// This file decodes instructions. The pass needs only a few of them in detail (blocks, calls, and accesses to variables, globals and
// memory); of all others it must know the length and the cost. So an instruction keeps its opcode and at most one immediate, and the
// decoder reads over the rest. An opcode that the fuel schedule does not list is refused, with the name of the WebAssembly proposal that it
// comes from: an instruction without a cost must not run.

// opcode is the opcode of an instruction. For an instruction behind a prefix byte it is prefix<<8 | number.
type opcode uint16

const (
	opUnreachable  opcode = 0x00
	opNop          opcode = 0x01
	opBlock        opcode = 0x02
	opLoop         opcode = 0x03
	opIf           opcode = 0x04
	opElse         opcode = 0x05
	opEnd          opcode = 0x0b
	opBr           opcode = 0x0c
	opBrIf         opcode = 0x0d
	opBrTable      opcode = 0x0e
	opReturn       opcode = 0x0f
	opCall         opcode = 0x10
	opCallIndirect opcode = 0x11

	opTry      opcode = 0x06
	opCatch    opcode = 0x07
	opThrow    opcode = 0x08
	opRethrow  opcode = 0x09
	opThrowRef opcode = 0x0a
	opDelegate opcode = 0x18
	opCatchAll opcode = 0x19
	opTryTable opcode = 0x1f

	opReturnCall         opcode = 0x12
	opReturnCallIndirect opcode = 0x13

	opDrop         opcode = 0x1a
	opSelect       opcode = 0x1b
	opSelectTyped  opcode = 0x1c
	opLocalGet     opcode = 0x20
	opLocalSet     opcode = 0x21
	opLocalTee     opcode = 0x22
	opGlobalGet    opcode = 0x23
	opGlobalSet    opcode = 0x24
	opTableGet     opcode = 0x25
	opTableSet     opcode = 0x26
	opI32Load      opcode = 0x28
	opF32Load      opcode = 0x2a
	opF64Load      opcode = 0x2b
	opF32Store     opcode = 0x38
	opF64Store     opcode = 0x39
	opI64Store32   opcode = 0x3e
	opMemorySize   opcode = 0x3f
	opMemoryGrow   opcode = 0x40
	opI32Eq        opcode = 0x46
	opI64Eqz       opcode = 0x50
	opI64Or        opcode = 0x84
	opI64Shl       opcode = 0x86
	opI64ShrU      opcode = 0x88
	opI32WrapI64   opcode = 0xa7
	opI64ExtendI32 opcode = 0xad
	opI32Const     opcode = 0x41
	opI64Const     opcode = 0x42
	opF32Const     opcode = 0x43
	opF64Const     opcode = 0x44
	opI64LtS       opcode = 0x53
	opF32Eq        opcode = 0x5b
	opF64Eq        opcode = 0x61
	opI32Sub       opcode = 0x6b
	opI32LtS       opcode = 0x48
	opI32Add       opcode = 0x6a
	opI32Mul       opcode = 0x6c
	opI32DivS      opcode = 0x6d
	opI32RemU      opcode = 0x70
	opI32Or        opcode = 0x72
	opI64Add       opcode = 0x7c
	opI64Sub       opcode = 0x7d
	opI64Mul       opcode = 0x7e
	opI64DivS      opcode = 0x7f
	opI64RemU      opcode = 0x82
	opF32Sqrt      opcode = 0x91
	opF32Div       opcode = 0x95
	opF32Copysign  opcode = 0x98
	opF64Sqrt      opcode = 0x9f
	opF64Div       opcode = 0xa3
	opF64Copysign  opcode = 0xa6
	opF32ConvertI  opcode = 0xb2 // to 0xb5, four of them
	opF64ConvertI  opcode = 0xb7 // to 0xba
	opI32ReintF32  opcode = 0xbc
	opI64ReintF64  opcode = 0xbd
	opF32ReintI32  opcode = 0xbe
	opF64ReintI64  opcode = 0xbf
	opI64Extend32S opcode = 0xc4
	opRefNull      opcode = 0xd0
	opRefIsNull    opcode = 0xd1
	opRefFunc      opcode = 0xd2

	opMemoryInit opcode = 0xfc08
	opDataDrop   opcode = 0xfc09
	opMemoryCopy opcode = 0xfc0a
	opMemoryFill opcode = 0xfc0b
	opTableInit  opcode = 0xfc0c
	opElemDrop   opcode = 0xfc0d
	opTableCopy  opcode = 0xfc0e
	opTableGrow  opcode = 0xfc0f
	opTableSize  opcode = 0xfc10
	opTableFill  opcode = 0xfc11

	opV128Load         opcode = 0xfd00
	opV128Store        opcode = 0xfd0b
	opV128Const        opcode = 0xfd0c
	opShuffle          opcode = 0xfd0d
	opF32x4Splat       opcode = 0xfd13
	opF64x2Splat       opcode = 0xfd14
	opExtractLaneFirst opcode = 0xfd15
	opF32x4ReplaceLane opcode = 0xfd20
	opF64x2ReplaceLane opcode = 0xfd22
	opF32x4Eq          opcode = 0xfd41
	opF64x2Eq          opcode = 0xfd47
	opBitselect        opcode = 0xfd52
	opLoadLaneFirst    opcode = 0xfd54
	opStoreLaneLast    opcode = 0xfd5b
	opLoad32Zero       opcode = 0xfd5c
	opLoad64Zero       opcode = 0xfd5d
	opVectorLast       opcode = 0xfdff
)

// instruction is one decoded instruction. imm is its first immediate if the pass needs one: the type of a block, or the index that is
// called, read or written.
type instruction struct {
	op  opcode
	imm int64
}

// readInstruction decodes the next instruction. It refuses an instruction that the fuel schedule does not list.
func readInstruction(r *wasmbin.Reader) (instruction, error) {
	b, err := r.Byte()
	if err != nil {
		return instruction{}, err
	}
	ins := instruction{op: opcode(b)}
	if b == 0xfc || b == 0xfd {
		number, err := r.U32()
		if err != nil {
			return ins, err
		}
		if number > 0xff {
			if b == 0xfd && number >= 0x100 && number <= 0x12f {
				return ins, refusal.New(refusal.RelaxedSIMD, "instruction %#x %#x", b, number)
			}
			return ins, fmt.Errorf("instruction %#x %#x is unknown", b, number)
		}
		ins.op = opcode(b)<<8 | opcode(number)
	}
	if err := ins.readImmediates(r); err != nil {
		return ins, fmt.Errorf("instruction %#x: %w", uint16(ins.op), err)
	}
	return ins, nil
}

func (ins *instruction) readImmediates(r *wasmbin.Reader) (err error) {
	switch op := ins.op; {
	case op == opBlock || op == opLoop || op == opIf || op == opTry:
		ins.imm, err = readBlockType(r)
	case op == opTryTable:
		if ins.imm, err = readBlockType(r); err == nil {
			_, err = readClauses(r)
		}
	case op == opCatch || op == opThrow || op == opRethrow || op == opDelegate:
		ins.imm, err = readIndex(r)
	case op == opBr || op == opBrIf || op == opCall || op == opReturnCall || op >= opLocalGet && op <= opTableSet || op == opRefFunc:
		ins.imm, err = readIndex(r)
	case op == opBrTable:
		return readIndexes(r, "branch targets")
	case op == opCallIndirect || op == opReturnCallIndirect:
		if ins.imm, err = readIndex(r); err == nil {
			_, err = r.U32()
		}
	case op == opSelectTyped:
		var n uint32
		if n, err = r.Count("types of a select", 1); err == nil && n > 0 {
			err = readType(r, "a select")
		}
	case op >= opI32Load && op <= opI64Store32:
		return readMemarg(r)
	case op == opMemorySize || op == opMemoryGrow:
		return readZero(r)
	case op == opI32Const:
		ins.imm, err = r.Signed(32)
	case op == opI64Const:
		ins.imm, err = r.Signed(64)
	case op == opF32Const:
		_, err = r.Bytes(4)
	case op == opF64Const:
		_, err = r.Bytes(8)
	case op == opRefNull:
		return readType(r, "a null")
	case op>>8 == 0xfc:
		return readBulkImmediates(op, r)
	case op>>8 == 0xfd:
		return readVectorImmediates(op, r)
	case !isPlain(op):
		return refuseOpcode(op)
	}
	return err
}

// refuseOpcode returns the refusal of an opcode, with the WebAssembly proposal that it comes from.
func refuseOpcode(op opcode) error {
	feature := refusal.Invalid
	switch {
	case op == 0x14 || op == 0x15 || op >= 0xd3 && op <= 0xd6 || op == 0xfb:
		feature = refusal.GC
	case op == 0xfe:
		feature = refusal.Threads
	case op >= 0xfc13 && op <= 0xfc16:
		feature = refusal.WideNumbers
	}
	return refusal.New(feature, "instruction %#x", uint16(op))
}

// isPlain tells whether op is a one-byte instruction without immediates.
func isPlain(op opcode) bool {
	switch op {
	case opUnreachable, opNop, opElse, opEnd, opReturn, opDrop, opSelect, opRefIsNull, opThrowRef, opCatchAll:
		return true
	}
	return op >= 0x45 && op <= opI64Extend32S
}

func readBulkImmediates(op opcode, r *wasmbin.Reader) (err error) {
	indexes := 0
	switch op {
	case opMemoryInit:
		if _, err = r.U32(); err != nil {
			return err
		}
		return readZero(r)
	case opMemoryCopy:
		if err = readZero(r); err != nil {
			return err
		}
		return readZero(r)
	case opMemoryFill:
		return readZero(r)
	case opDataDrop, opElemDrop, opTableGrow, opTableSize, opTableFill:
		indexes = 1
	case opTableInit, opTableCopy:
		indexes = 2
	default:
		if op > 0xfc07 {
			return refuseOpcode(op)
		}
	}
	for ; indexes > 0; indexes-- {
		if _, err = r.U32(); err != nil {
			return err
		}
	}
	return nil
}

func readVectorImmediates(op opcode, r *wasmbin.Reader) (err error) {
	switch {
	case op >= opLoadLaneFirst && op <= opStoreLaneLast:
		if err = readMemarg(r); err != nil {
			return err
		}
		_, err = r.Byte()
	case op <= opV128Store || op == opLoad32Zero || op == opLoad64Zero:
		return readMemarg(r)
	case op == opV128Const || op == opShuffle:
		_, err = r.Bytes(16)
	case op >= opExtractLaneFirst && op <= opF64x2ReplaceLane:
		_, err = r.Byte()
	}
	return err
}

// voidBlock is the type of a block without results.
const voidBlock = -64

// readBlockType reads the type of a block: the number of a type, or a value type, which as a signed number is negative.
func readBlockType(r *wasmbin.Reader) (int64, error) {
	encoded, err := r.Signed(33)
	if err == nil && encoded < 0 && encoded != voidBlock {
		if encoded < voidBlock {
			return 0, fmt.Errorf("a block of the unknown type %d", encoded)
		}
		err = wasmbin.CheckType("a block", byte(encoded+128))
	}
	return encoded, err
}

// readType reads a value type.
func readType(r *wasmbin.Reader, what string) error {
	t, err := r.Byte()
	if err != nil {
		return err
	}
	return wasmbin.CheckType(what, t)
}

func readIndex(r *wasmbin.Reader) (int64, error) {
	v, err := r.U32()
	return int64(v), err
}

func readIndexes(r *wasmbin.Reader, what string) error {
	n, err := r.Count(what, 1<<24)
	if err != nil {
		return err
	}
	for i := uint32(0); i <= n; i++ { // one more than the count, for the default label
		if _, err := r.U32(); err != nil {
			return err
		}
	}
	return nil
}

func readMemarg(r *wasmbin.Reader) error {
	align, err := r.U32()
	if err != nil {
		return err
	}
	if align&0x40 != 0 {
		return refusal.New(refusal.MultiMemory, "an access to a memory by its number")
	}
	if align > 4 {
		return fmt.Errorf("alignment 2^%d", align)
	}
	_, err = r.U32()
	return err
}

func readZero(r *wasmbin.Reader) error {
	b, err := r.Byte()
	if err == nil && b != 0 {
		err = refusal.New(refusal.MultiMemory, "an access to memory %d", b)
	}
	return err
}
