package instrument

import (
	"errors"
	"fmt"

	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/refusal"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"
)

// clause is one catch of a try_table.
type clause struct {
	kind   byte
	tag    uint32
	label  uint32
	height uint32 // the block that the label names
}

// Kinds of clauses: bit 0 says that the clause also gives a reference to the exception, bit 1 that it catches all.
const (
	clauseReference byte = 1
	clauseAll       byte = 2
)

// readClauses reads the clauses of a try_table.
func readClauses(r *wasmbin.Reader) ([]clause, error) {
	n, err := r.Count("clauses", fuel.MaxBody)
	if err != nil {
		return nil, err
	}
	var list []clause
	for ; n > 0; n-- {
		var c clause
		if c.kind, err = r.Byte(); err != nil {
			return nil, err
		}
		if c.kind > clauseReference|clauseAll {
			return nil, fmt.Errorf("a clause of kind %d", c.kind)
		}
		if c.kind&clauseAll == 0 {
			if c.tag, err = r.U32(); err != nil {
				return nil, err
			}
		}
		if c.label, err = r.U32(); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// clausesOf returns the clauses of a try_table that has been read.
func clausesOf(raw []byte) ([]clause, error) {
	r := wasmbin.NewReader(raw[1:])
	if _, err := r.Signed(33); err != nil {
		return nil, err
	}
	return readClauses(r)
}

// keepsReference says whether a clause of a try_table gives a reference.
func keepsReference(raw []byte) bool {
	clauses, err := clausesOf(raw)
	for _, c := range clauses {
		if err == nil && c.kind&clauseReference != 0 {
			return true
		}
	}
	return false
}

// openBlock appends the beginning of a block.
func (l *lowering) openBlock(op opcode, params, results []wasmbin.ValueType) {
	l.out = wasmbin.AppendSigned(append(l.out, byte(op)), l.e.blockType(l.m, params, results))
	l.height++
}

// closeBlock appends the end of a block.
func (l *lowering) closeBlock() {
	l.out = append(l.out, byte(opEnd))
	l.height--
}

func (l *lowering) beginBlock(ins instruction) error {
	t, err := l.readBlockType(ins.imm)
	if err != nil {
		return err
	}
	l.openBlock(ins.op, t.Params, t.Results)
	l.pushFrame(frame{op: ins.op, results: t.Results}, l.inner().catchTo)
	return nil
}

// pushFrame enters a block whose label is the block that was opened last.
func (l *lowering) pushFrame(f frame, catchTo uint32) {
	f.label, f.catchTo, f.outer = l.height, catchTo, l.inner().catchTo
	l.frames = append(l.frames, f)
}

// openTry opens three blocks: behind the end of the outer one goes the code that follows, behind the end of the next is an exception
// caught. The inner one is the block that is tried.
func (l *lowering) openTry(t wasmbin.FuncType) (catchTo uint32) {
	l.openBlock(opBlock, t.Params, t.Results)
	l.openBlock(opBlock, t.Params, nil)
	catchTo = l.height
	l.openBlock(opBlock, t.Params, t.Results)
	return catchTo
}

// closeTried ends the block that is tried and the one for exceptions.
func (l *lowering) closeTried() {
	l.closeBlock()
	l.out = appendIndexed(l.out, opBr, 1)
	l.closeBlock()
}

// beginTry begins a try of the first form.
func (l *lowering) beginTry(ins instruction) error {
	t, err := l.readBlockType(ins.imm)
	if err != nil {
		return err
	}
	form := l.forms[0]
	l.forms = l.forms[1:]
	f := frame{op: opTry, results: t.Results, form: form}
	switch {
	case form.delegates:
		target, err := l.labelAt(form.target)
		if err != nil {
			return err
		}
		l.openBlock(opBlock, t.Params, t.Results)
		l.pushFrame(f, target.catchTo)
	case !form.catches:
		f.op = opBlock
		l.openBlock(opBlock, t.Params, t.Results)
		l.pushFrame(f, l.inner().catchTo)
	default:
		if form.rethrows {
			if f.caught, err = l.keepCaught(); err != nil {
				return err
			}
		}
		l.pushFrame(f, l.openTry(t))
	}
	return nil
}

// keepCaught returns locals that hold an exception until the try ends.
func (l *lowering) keepCaught() (set []uint32, err error) {
	l.keeping++
	if l.keeping <= len(l.caught) {
		return l.caught[l.keeping-1], nil
	}
	for _, t := range append([]wasmbin.ValueType{wasmbin.I32}, l.e.slotTypes...) {
		local, err := l.local.addLocal(t)
		if err != nil {
			return nil, err
		}
		set = append(set, local)
	}
	l.caught = append(l.caught, set)
	return set, nil
}

// beginCatch begins a catch or catch_all of the first form.
func (l *lowering) beginCatch(ins instruction) error {
	f := l.inner()
	if f.op != opTry || f.all {
		return errors.New("catch after catch_all, or without try")
	}
	l.endPart(f)
	f.arm, f.catchTo = true, f.outer
	if ins.op == opCatchAll {
		f.all = true
		l.takeCaught(f)
		f.label = l.height
		return nil
	}
	tag := uint32(ins.imm)
	if err := l.openIfCaught(tag); err != nil {
		return err
	}
	l.pushValues(tag)
	l.takeCaught(f)
	l.openBlock(opBlock, l.e.tags[tag], f.results)
	f.label = l.height
	return nil
}

// endPart ends the part of a try of the first form before a catch.
func (l *lowering) endPart(f *frame) {
	if !f.arm {
		l.closeTried()
		return
	}
	l.closeBlock()
	l.out = appendIndexed(l.out, opBr, 1)
	l.closeBlock()
}

// openIfCaught appends: if the exception that is on its way has this tag.
func (l *lowering) openIfCaught(tag uint32) error {
	if tag >= uint32(len(l.e.tags)) {
		return fmt.Errorf("exception tag %d does not exist", tag)
	}
	l.out = appendIndexed(l.out, opGlobalGet, l.e.pending)
	l.out = append(l.appendTag(l.out, tag), byte(opI32Eq))
	l.openBlock(opIf, nil, nil)
	return nil
}

func (l *lowering) appendTag(out []byte, tag uint32) []byte {
	return wasmbin.AppendSigned(append(out, byte(opI32Const)), int64(tag)+1)
}

// pushValues appends: push the values of the exception.
func (l *lowering) pushValues(tag uint32) {
	for _, slot := range l.e.slots[tag] {
		l.out = appendIndexed(l.out, opGlobalGet, slot)
	}
}

// takeCaught appends: the exception has arrived. It is kept if it may be thrown again.
func (l *lowering) takeCaught(f *frame) {
	for i, local := range f.caught {
		l.out = appendIndexed(l.out, opGlobalGet, l.e.pending+uint32(i))
		l.out = appendIndexed(l.out, opLocalSet, local)
	}
	l.out = append(l.out, byte(opI32Const), 0)
	l.out = appendIndexed(l.out, opGlobalSet, l.e.pending)
}

// endBlock ends the innermost block.
func (l *lowering) endBlock() error {
	f := l.inner()
	switch {
	case f.op == opTryTable && len(f.clauses) > 0:
		l.closeTried()
		if err := l.catchClauses(f); err != nil {
			return err
		}
	case f.op == opTry && f.form.delegates:
		return errors.New("a try that delegates has an end")
	case f.op == opTry && !f.all:
		l.endPart(f)
		l.branchTo(opBr, f.outer)
	}
	if f.caught != nil {
		l.keeping--
	}
	l.frames = l.frames[:len(l.frames)-1]
	l.closeBlock()
	return nil
}

// beginTryTable begins a try_table.
func (l *lowering) beginTryTable(ins instruction, raw []byte) error {
	t, err := l.readBlockType(ins.imm)
	if err != nil {
		return err
	}
	f := frame{op: opTryTable, results: t.Results}
	if f.clauses, err = clausesOf(raw); err != nil {
		return err
	}
	for i, c := range f.clauses {
		target, err := l.labelAt(c.label)
		if err != nil {
			return err
		}
		f.clauses[i].height = target.label
	}
	if len(f.clauses) == 0 {
		l.openBlock(opBlock, t.Params, t.Results)
		l.pushFrame(f, l.inner().catchTo)
		return nil
	}
	l.pushFrame(f, l.openTry(t))
	return nil
}

// catchClauses appends what the clauses of a try_table do. An exception that none of them catches goes on.
func (l *lowering) catchClauses(f *frame) error {
	for _, c := range f.clauses {
		if c.kind&clauseAll == 0 {
			if err := l.openIfCaught(c.tag); err != nil {
				return err
			}
			l.pushValues(c.tag)
		}
		if c.kind&clauseReference != 0 {
			l.pushReference()
		}
		l.takeCaught(f)
		l.branchTo(opBr, c.height)
		if c.kind&clauseAll == 0 {
			l.closeBlock()
		}
		if len(l.out) > fuel.MaxBody {
			return refusal.New(refusal.Limits, "a function of more than %d bytes, once exceptions are lowered", fuel.MaxBody)
		}
	}
	l.branchTo(opBr, f.outer)
	return nil
}

// pushReference appends: push the number that stands for the exception.
func (l *lowering) pushReference() {
	l.out = append(appendIndexed(l.out, opGlobalGet, l.e.pending), byte(opI64ExtendI32), byte(opI64Const), 32, byte(opI64Shl))
	if len(l.e.slotTypes) > 0 {
		l.out = append(appendIndexed(l.out, opGlobalGet, l.e.pending+1), byte(opI64ExtendI32), byte(opI64Or))
	}
}
