package instrument

import (
	"fmt"

	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"
)

// lowerThrow lowers the instructions that throw.
func (l *lowering) lowerThrow(ins instruction) error {
	index := uint32(ins.imm)
	switch ins.op {
	case opThrow:
		if index >= uint32(len(l.e.tags)) {
			return fmt.Errorf("exception tag %d does not exist", index)
		}
		slots := l.e.slots[index]
		for i := len(slots) - 1; i >= 0; i-- {
			l.out = appendIndexed(l.out, opGlobalSet, slots[i])
		}
		l.out = appendIndexed(l.appendTag(l.out, index), opGlobalSet, l.e.pending)
	case opRethrow:
		f, err := l.labelAt(index)
		if err != nil {
			return err
		}
		for i, local := range f.caught {
			l.out = appendIndexed(l.out, opLocalGet, local)
			l.out = appendIndexed(l.out, opGlobalSet, l.e.pending+uint32(i))
		}
	case opThrowRef:
		if err := l.throwReference(); err != nil {
			return err
		}
	}
	l.branchTo(opBr, l.inner().catchTo)
	return nil
}

// throwReference appends: set the exception for which a number stands. It traps if there is none.
func (l *lowering) throwReference() (err error) {
	if !l.local.boxed {
		if l.local.box, err = l.local.addLocal(wasmbin.I64); err != nil {
			return err
		}
		l.local.boxed = true
	}
	box := l.local.box
	l.out = append(appendIndexed(l.out, opLocalTee, box), byte(opI64Eqz))
	l.out = append(l.out, trapIf...)
	if len(l.e.slotTypes) > 0 {
		l.out = append(appendIndexed(l.out, opLocalGet, box), byte(opI32WrapI64))
		l.out = appendIndexed(l.out, opGlobalSet, l.e.pending+1)
	}
	l.out = append(appendIndexed(l.out, opLocalGet, box), byte(opI64Const), 32, byte(opI64ShrU), byte(opI32WrapI64))
	l.out = appendIndexed(l.out, opGlobalSet, l.e.pending)
	return nil
}
